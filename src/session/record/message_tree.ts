/**
 * The messages of a session: a tree, of which one branch is the present history.
 *
 * @module
 */

import type { Message } from "../../agent/record/message.ts";
import type { JsonValue } from "../../store/store.ts";

/** A message with its place in the tree. */
export interface MessageNode {
  /** The number of the message, from 0. */
  readonly id: number;
  /** The number of the message before it; `null` at the beginning. */
  readonly parent: number | null;
  /** The message. */
  readonly message: Message;
}

/** The end of a branch. */
export interface Branch {
  /** The number of its last message. */
  readonly head: number;
  /** Number of its messages. */
  readonly length: number;
  /** Whether it is the present one. */
  readonly isCurrent: boolean;
}

/** The messages of a session. */
export class MessageTree {
  readonly #nodes: MessageNode[] = [];
  /** The present branch. */
  #path: MessageNode[] = [];

  /** Number of messages in all branches. */
  get size(): number {
    return this.#nodes.length;
  }

  /** The present branch. */
  get path(): readonly MessageNode[] {
    return this.#path;
  }

  /** The number of the last message of the present branch. */
  get head(): number | null {
    return this.#path.at(-1)?.id ?? null;
  }

  /** The messages of the present branch. */
  get messages(): Message[] {
    return this.#path.map(({ message }) => message);
  }

  /** Adds an entry of the log of messages. */
  load(value: JsonValue): void {
    const { parent, message } = value as unknown as Omit<MessageNode, "id">;
    this.#nodes.push({ id: this.#nodes.length, parent, message });
  }

  /**
   * Goes to the end of a branch, or into the middle of one.
   *
   * @param head The number of its last message; `null` for the beginning.
   * @throws {RangeError} If there is no such message.
   */
  checkout(head: number | null): void {
    this.#path = this.pathTo(head);
  }

  /**
   * Returns the messages up to one.
   *
   * @param head The number of the last one; `null` for none.
   * @throws {RangeError} If there is no such message.
   */
  pathTo(head: number | null): MessageNode[] {
    const path: MessageNode[] = [];
    for (let at = head; at !== null;) {
      const node: MessageNode | undefined = this.#nodes[at];
      if (node === undefined || node.parent !== null && node.parent >= node.id) {
        throw new RangeError(
          `Cannot go to message ${at}: the messages are 0 to ${this.#nodes.length - 1}`,
        );
      }
      path.push(node);
      at = node.parent;
    }
    return path.reverse();
  }

  /** Lists the branches, the oldest first. */
  branches(): Branch[] {
    const parents = new Set(this.#nodes.map(({ parent }) => parent));
    const current = this.head;
    return this.#nodes.filter(({ id }) => !parents.has(id) || id === current).map(({ id }) => ({
      head: id,
      length: this.pathTo(id).length,
      isCurrent: id === current,
    }));
  }

  /**
   * Makes a history the present branch. Messages that are not on it yet begin where the two part.
   *
   * @param messages The history. Messages that it shares with the present branch are the same objects.
   * @returns The new entries, for the log of messages.
   */
  take(messages: readonly Message[]): JsonValue[] {
    let same = 0;
    while (
      same < this.#path.length && same < messages.length &&
      this.#path[same]!.message === messages[same]
    ) same++;
    this.#path.length = same;
    return messages.slice(same).map((message) => {
      const node = { id: this.#nodes.length, parent: this.head, message };
      this.#nodes.push(node);
      this.#path.push(node);
      return { parent: node.parent, message } as unknown as JsonValue;
    });
  }
}
