/**
 * Conversations: trees of messages.
 *
 * @module
 */

import type { JsonValue, StoreChange } from "../store/store.ts";
import {
  type Conversation,
  type ConversationMessage,
  conversationSchema,
  type NewConversation,
  newConversationSchema,
  type NewMessage,
  newMessageSchema,
} from "./conversation.ts";
import { type Owner, prefixOf, projectOf } from "./table/owner.ts";
import { retryConflicts, Table, withoutUndefined } from "./table/table.ts";
import { type CustomFields, fieldsOf, type FieldsSchema } from "./tasks/task.ts";

/** Options of {@linkcode ConversationRepository.list}. */
export interface ListConversationsOptions {
  /** The agent that takes part. @default any */
  readonly agent?: string | undefined;
  /** The session that they belong to. @default any */
  readonly session?: string | undefined;
  /** Maximum number. @default 100 */
  readonly limit?: number | undefined;
  /** Number of conversations to leave out at the beginning. @default 0 */
  readonly offset?: number | undefined;
}

/** Options of {@linkcode ConversationRepository.messages}. */
export interface MessagesOptions {
  /** The last message of the branch; `null` for none. @default that of the present branch */
  readonly branch?: number | null | undefined;
  /** Maximum number: the last ones. @default all */
  readonly limit?: number | undefined;
  /** Returns messages before this time, in milliseconds since 1970. @default all */
  readonly before?: number | undefined;
}

/** Options of {@linkcode ConversationRepository.fork}. */
export interface ForkConversationOptions {
  /** The last message that both have; `null` for none. @default that of the present branch */
  readonly at?: number | null | undefined;
  /** The title. @default the same */
  readonly title?: string | undefined;
  /** The identifier. @default a random one */
  readonly id?: string | undefined;
}

/** The end of a branch. */
export interface ConversationBranch {
  /** The number of its last message. */
  readonly head: number;
  /** Number of its messages. */
  readonly length: number;
  /** Whether it is the present one. */
  readonly isCurrent: boolean;
}

/** Number of messages of one append. */
const MESSAGES_AT_ONCE = 1_000;

/**
 * Conversations of an owner. A message follows another one, so that a conversation is a tree; one of its branches is the present
 * one.
 *
 * @example Edit a message, and keep both branches
 * ```ts
 * import { openRepositories } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * const { conversations } = openRepositories(store);
 * const { id } = await conversations.create({ title: "Sums" });
 * const question = await conversations.append(id, { role: "user", content: "1 + 1?" });
 * await conversations.append(id, { role: "assistant", content: "2" });
 * await conversations.edit(id, question.id, { content: "1 + 2?" });
 * await conversations.append(id, { role: "assistant", content: "3" });
 *
 * const contents = async (branch?: number) =>
 *   (await conversations.messages(id, { branch })).map(({ content }) => content);
 * assertEquals(await contents(), ["1 + 2?", "3"]);
 * const [first] = await conversations.branches(id);
 * assertEquals(await contents(first!.head), ["1 + 1?", "2"]);
 * ```
 */
export class ConversationRepository<F extends object = CustomFields> {
  readonly #owner: Owner;
  readonly #table: Table<Conversation<F>>;
  readonly #new: Table<NewConversation<F>>;
  readonly #message: Table<NewMessage>;

  /**
   * Opens the conversations of an owner.
   *
   * @param owner The store and the owner.
   * @param options The schema of the fields that the project adds.
   */
  constructor(owner: Owner, { fields }: { readonly fields?: FieldsSchema<F> | undefined } = {}) {
    const custom = fieldsOf(fields);
    const { store } = owner;
    const prefix = prefixOf(owner, ["conversations", projectOf(owner)]);
    const what = "the conversation";
    this.#owner = owner;
    this.#table = new Table(store, { prefix, what, schema: conversationSchema(custom) });
    this.#new = new Table(store, { prefix, what, schema: newConversationSchema(custom) });
    this.#message = new Table(store, { prefix, what: "the message", schema: newMessageSchema });
  }

  /**
   * Begins a conversation.
   *
   * @param given Its fields.
   * @throws {StoreConflictError} If there is one of that identifier.
   */
  async create(given: NewConversation<F> = {}): Promise<Conversation<F>> {
    const conversation = this.#make(this.#new.check(given, "create"));
    const { id } = conversation;
    await this.#owner.store.commit([this.#table.set(id, conversation, { ifVersion: 0 })]);
    return conversation;
  }

  /**
   * Returns a conversation.
   *
   * @param id The identifier.
   */
  async get(id: string): Promise<Conversation<F> | undefined> {
    return (await this.#table.get(id))?.value;
  }

  /**
   * Lists conversations, those that were changed last first.
   *
   * @param options The agent, and the part of the list.
   */
  async list(
    { agent, session, limit = 100, offset = 0 }: ListConversationsOptions = {},
  ): Promise<Conversation<F>[]> {
    return (await this.#table.all()).map(({ value }) => value)
      .filter((found) =>
        (agent === undefined || found.agent === agent) &&
        (session === undefined || found.session === session)
      )
      .sort((a, b) => b.updatedAt - a.updatedAt).slice(offset, offset + limit);
  }

  /**
   * Changes title, agent, summary or fields.
   *
   * @param id The identifier.
   * @param patch The fields to change.
   * @throws {RangeError} If there is no such conversation.
   */
  async update(id: string, patch: Omit<NewConversation<F>, "id">): Promise<Conversation<F>> {
    const { id: _, ...checked } = this.#new.check(patch, "change");
    const updatedAt = Date.now();
    return await this.#table.update(
      id,
      (found) => withoutUndefined({ ...found, ...checked, updatedAt }),
    );
  }

  /**
   * Deletes a conversation with its messages.
   *
   * @param id The identifier.
   * @returns Whether there was one.
   */
  async delete(id: string): Promise<boolean> {
    return await this.#table.delete(id, [{ kind: "deleteLog", log: this.#table.key(id) }]);
  }

  /**
   * Adds a message, which becomes the end of the present branch.
   *
   * @param id The conversation.
   * @param message The message.
   * @param options The message that it follows. @default the end of the present branch
   * @returns The message with its number.
   * @throws {RangeError} If there is no such conversation, or no message to follow.
   */
  async append(
    id: string,
    message: NewMessage,
    { parent }: { readonly parent?: number | null | undefined } = {},
  ): Promise<ConversationMessage> {
    const checked = this.#message.check(message, "add");
    return await this.#add(id, ({ head, messages }) => {
      const before = parent === undefined ? head : parent;
      assertNumber(before, { messages, task: "add a message behind message" });
      return { ...checked, parent: before };
    });
  }

  /**
   * Writes another version of a message: a sibling, with which a branch of its own begins. The first version stays.
   *
   * @param id The conversation.
   * @param message The number of the message.
   * @param options The fields that differ.
   * @returns The new message, which is the end of the present branch.
   * @throws {RangeError} If there is no such conversation or message.
   */
  async edit(
    id: string,
    message: number,
    options: Partial<NewMessage>,
  ): Promise<ConversationMessage> {
    const found = (await this.#messages(id)).nodes[message];
    if (found === undefined) throw noMessage(message, "edit message");
    const { id: _id, at: _at, parent, editOf: _editOf, ...rest } = found;
    const checked = this.#message.check(withoutUndefined({ ...rest, ...options }), "edit");
    return await this.#add(id, () => ({ ...checked, parent, editOf: message }));
  }

  /**
   * Lists the branches, the oldest first.
   *
   * @param id The conversation.
   */
  async branches(id: string): Promise<ConversationBranch[]> {
    const { nodes, head } = await this.#messages(id);
    const parents = new Set(nodes.map(({ parent }) => parent));
    const lengths: number[] = [];
    for (const { parent } of nodes) lengths.push(parent === null ? 1 : lengths[parent]! + 1);
    return nodes.filter(({ id }) => !parents.has(id) || id === head)
      .map(({ id }) => ({ head: id, length: lengths[id]!, isCurrent: id === head }));
  }

  /**
   * Returns the messages of a branch, in order.
   *
   * @param id The conversation.
   * @param options The branch, and the part of it.
   * @throws {RangeError} If there is no such conversation or message.
   */
  async messages(
    id: string,
    { branch, limit = Infinity, before = Infinity }: MessagesOptions = {},
  ): Promise<ConversationMessage[]> {
    const { nodes, head } = await this.#messages(id);
    const path = pathTo(nodes, branch === undefined ? head : branch)
      .filter(({ at }) => at < before);
    return limit === 0 ? [] : path.slice(-limit);
  }

  /**
   * Goes to another branch, or back to a message.
   *
   * @param id The conversation.
   * @param message The number of its last message; `null` for the beginning.
   * @throws {RangeError} If there is no such conversation or message.
   */
  async checkout(id: string, message: number | null): Promise<Conversation<F>> {
    return await this.#table.update(id, (found) => {
      assertNumber(message, { messages: found.messages, task: "go to message" });
      return { ...found, head: message, updatedAt: Date.now() };
    });
  }

  /**
   * Makes another conversation, with the messages of a branch. The two share nothing that changes.
   *
   * @param id The conversation.
   * @param options The last message, the title, the identifier.
   * @returns The new conversation.
   * @throws {RangeError} If there is no such conversation or message.
   */
  async fork(id: string, options: ForkConversationOptions = {}): Promise<Conversation<F>> {
    const { value } = await this.#table.need(id, "fork");
    const { nodes, head } = await this.#messages(id);
    const at = options.at === undefined ? head : options.at;
    const numbers = new Map<number, number>();
    const entries = pathTo(nodes, at).map(({ id, ...message }, i): JsonValue => {
      numbers.set(id, i);
      const { editOf } = message;
      const parent = i === 0 ? null : i - 1;
      return withoutUndefined({
        ...message,
        parent,
        editOf: editOf === undefined ? undefined : numbers.get(editOf),
      }) as unknown as JsonValue;
    });
    const { agent, summary, title, fields } = value;
    const fork: Conversation<F> = {
      ...this.#make(withoutUndefined({
        agent,
        summary,
        fields,
        title: options.title ?? title,
        id: options.id,
      })),
      head: entries.length === 0 ? null : entries.length - 1,
      messages: entries.length,
      forkedFrom: { conversation: id, message: at },
    };
    const log = this.#table.key(fork.id);
    const record = this.#table.set(fork.id, fork, { ifVersion: 0 });
    // The record comes last: there is no conversation with a part of its messages.
    for (let at = 0; at === 0 || at < entries.length; at += MESSAGES_AT_ONCE) {
      const part = entries.slice(at, at + MESSAGES_AT_ONCE);
      const changes: StoreChange[] = part.length === 0
        ? []
        : [{ kind: "append", log, at, entries: part }];
      if (at + part.length === entries.length) changes.push(record);
      await this.#owner.store.commit(changes);
    }
    return fork;
  }

  #make({ id = crypto.randomUUID(), title = "", ...given }: NewConversation<F>): Conversation<F> {
    const now = Date.now();
    const { session } = this.#owner;
    return this.#table.check(
      withoutUndefined({
        fields: {},
        ...given,
        id,
        title,
        session,
        head: null,
        messages: 0,
        createdAt: now,
        updatedAt: now,
      }),
      "create",
    );
  }

  async #add(
    id: string,
    make: (conversation: Conversation<F>) => NewMessage & Pick<ConversationMessage, "parent">,
  ): Promise<ConversationMessage> {
    return await retryConflicts(async () => {
      const { value, version } = await this.#table.need(id, "add a message to");
      const at = Date.now();
      const number = value.messages;
      const entry = withoutUndefined({ ...make(value), at });
      const changed = { ...value, head: number, messages: number + 1, updatedAt: at };
      const log = this.#table.key(id);
      await this.#owner.store.commit([
        this.#table.set(id, changed, { ifVersion: version }),
        { kind: "append", log, at: number, entries: [entry as unknown as JsonValue] },
      ]);
      return { ...entry, id: number };
    });
  }

  /** Reads all messages of a conversation. */
  async #messages(
    id: string,
  ): Promise<{ readonly nodes: ConversationMessage[]; readonly head: number | null }> {
    const { value: { messages, head } } = await this.#table.need(id, "read");
    const nodes: ConversationMessage[] = [];
    const log = this.#table.key(id);
    while (nodes.length < messages) {
      const { entries } = await this.#owner.store.read(log, { from: nodes.length });
      if (entries.length === 0) break;
      for (const { index, value } of entries.slice(0, messages - nodes.length)) {
        nodes.push({ ...value as unknown as Omit<ConversationMessage, "id">, id: index });
      }
    }
    return { nodes, head };
  }
}

function pathTo(nodes: readonly ConversationMessage[], head: number | null): ConversationMessage[] {
  const path: ConversationMessage[] = [];
  for (let at = head; at !== null;) {
    const node: ConversationMessage | undefined = nodes[at];
    // A damaged log must not make a circle.
    if (node === undefined || node.parent !== null && node.parent >= node.id) {
      throw noMessage(at, "read messages up to");
    }
    path.push(node);
    at = node.parent;
  }
  return path.reverse();
}

function assertNumber(
  message: number | null,
  { messages, task }: { readonly messages: number; readonly task: string },
): void {
  if (message === null || Number.isInteger(message) && message >= 0 && message < messages) return;
  throw noMessage(message, task);
}

function noMessage(message: number, task: string): RangeError {
  return new RangeError(`Cannot ${task} ${message}: there is no such message`);
}
