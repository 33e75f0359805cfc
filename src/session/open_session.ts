/**
 * Opening sessions, in this process or in another one than before.
 *
 * @module
 */

import { checkCount } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import { readAll } from "../store/read_all.ts";
import type { Store } from "../store/store.ts";
import { MessageTree } from "./record/message_tree.ts";
import type { SnapshotPolicy } from "./run/recorder.ts";
import { Session } from "./session.ts";
import { type AgentSource, SessionCore } from "./run/session_core.ts";
import {
  newRecord,
  readRecord,
  SESSION_KEYS,
  type SessionRecord,
} from "./record/session_record.ts";
import { SessionWriter } from "./record/session_writer.ts";
import { SnapshotShelf } from "./record/snapshot_shelf.ts";

/** Options of {@linkcode openSession}. */
export interface SessionOptions {
  /** The store. Its owner closes it. */
  readonly store: Store;
  /**
   * An agent that has not run yet, or a function that makes one. The runtime of an agent that the function has made is closed
   * with the session.
   */
  readonly agent: AgentSource;
  /** The owner of a new session, for lists and for deletion. @default none */
  readonly user?: string | undefined;
  /**
   * The time at which the namespace is stored: after each `step` that ran a cell, after each `run`, or `never`. What is newer
   * than the last snapshot is lost with the process. @default "step"
   */
  readonly snapshots?: SnapshotPolicy | undefined;
  /** Number of snapshots that are kept, for branches. @default 20 */
  readonly keepSnapshots?: number | undefined;
  /**
   * When a question that waits begins: as soon as the run before is completed (`auto`), or with `session.continue()` alone
   * (`manual`). @default "auto"
   */
  readonly followUps?: "auto" | "manual" | undefined;
  /**
   * Whether this process still holds the session, asked right before each call of the host that may change something: its lease, if
   * there is one. A process that was frozen in front of a call does not make it then. @default always
   */
  readonly isHeld?: (() => boolean) | undefined;
}

const OPTIONS: OptionNames<SessionOptions> = {
  store: true,
  agent: true,
  user: true,
  snapshots: true,
  keepSnapshots: true,
  followUps: true,
  isHeld: true,
};

/** Maximum length of an identifier: keys of stores have a bound. */
const MAX_ID_CHARS = 100;

/**
 * Opens a session; one that is not in the store begins with its first prompt. A run that was cut off stays cut off until
 * `session.continue()`. Nothing prevents several processes from opening one session, but only one of them can write: the others
 * fail before they do anything.
 *
 * @param id The identifier: 1 to 100 characters.
 * @param options The store, and the agent.
 * @returns The session.
 * @throws {RangeError} If a newer version of this package has written it; {TypeError} if an option is wrong.
 *
 * @example A conversation that goes on in another process
 * ```ts
 * import { CaveAgent } from "@cave/agent";
 * import { openSession } from "@cave/agent/session";
 * import { MemoryStore } from "@cave/agent/store";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({
 *   replies: ["~~~ts\nlet total = 40\n~~~", "Noted.", "~~~ts\ntotal + 2\n~~~", "42"],
 * });
 * await using store = new MemoryStore();
 * const agent = () => new CaveAgent({ model: server.model() });
 * {
 *   await using session = await openSession("sums", { store, agent });
 *   await (await session.prompt("Remember 40")).result;
 * }
 * await using session = await openSession("sums", { store, agent });
 * const run = await session.prompt("Add 2");
 * assertEquals((await run.result).content, "42");
 * ```
 */
export async function openSession(id: string, options: SessionOptions): Promise<Session> {
  const task = "open a session";
  checkOptions(options, { names: OPTIONS, task });
  if (typeof id !== "string" || id.length === 0 || id.length > MAX_ID_CHARS) {
    throw new TypeError(
      `Cannot ${task}: its identifier is ${
        typeof id === "string" ? `of ${id.length} characters` : `a ${typeof id}`
      }, and not a text of 1 to ${MAX_ID_CHARS}`,
    );
  }
  const { store, agent, user, snapshots: policy = "step", keepSnapshots = 20 } = options;
  if (typeof store?.commit !== "function") throw new TypeError(`Cannot ${task}: there is no store`);
  if (typeof agent !== "function" && typeof agent?.stream !== "function") {
    throw new TypeError(`Cannot ${task}: agent is neither an agent nor a function`);
  }
  if (!["step", "run", "never"].includes(policy)) {
    throw new TypeError(
      `Cannot ${task}: snapshots is ${JSON.stringify(policy)}, and not step, run or never`,
    );
  }
  const keep = checkCount("keepSnapshots", keepSnapshots);
  const { followUps = "auto", isHeld = () => true } = options;
  if (followUps !== "auto" && followUps !== "manual") {
    throw new TypeError(
      `Cannot ${task}: followUps is ${JSON.stringify(followUps)}, and not auto or manual`,
    );
  }
  const found = await store.get(SESSION_KEYS.record(id));
  const record = found === undefined ? newRecord(id, user) : readRecord(found.value, id);
  const tree = await loadTree(store, record);
  const writer = new SessionWriter(store, {
    record,
    version: found?.version ?? 0,
    events: await countEvents(store, record),
  });
  const shelf = new SnapshotShelf(store, { session: id, keep });
  const isDriven = followUps === "manual";
  return new Session(
    new SessionCore({ store, source: agent, writer, tree, shelf, policy, isDriven, isHeld }),
  );
}

async function loadTree(store: Store, { id, messages, head }: SessionRecord): Promise<MessageTree> {
  const tree = new MessageTree();
  for await (const { index, value } of readAll(store, SESSION_KEYS.messages(id))) {
    if (index < messages) tree.load(value);
  }
  if (tree.size < messages) {
    throw new RangeError(
      `Cannot open the session ${
        JSON.stringify(id)
      }: the store has ${tree.size} of its ${messages} messages`,
    );
  }
  tree.checkout(head);
  return tree;
}

/** Counts the events of the last run: some may be newer than the record. */
async function countEvents(store: Store, { id, run, events }: SessionRecord): Promise<number> {
  if (run === undefined) return 0;
  let count = events;
  const log = SESSION_KEYS.events(id, run.id);
  for await (const { index } of readAll(store, log, { from: events })) count = index + 1;
  return count;
}
