/**
 * Decisions on calls that hold for later runs, for a session, a project or a user.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { JsonValue } from "../store/store.ts";
import { MemoryRepository, type Scope } from "./memory.ts";
import type { Owner } from "./table/owner.ts";

/** Options of {@linkcode openDecisions}. */
export interface DecisionsOptions {
  /** The reach of the decisions. @default "project" */
  readonly scope?: Scope | undefined;
}

const OPTIONS: OptionNames<DecisionsOptions> = { scope: true };

const KEY = "calls";

/** Maximum number of decisions: with more, the oldest is forgotten, and asked for again. */
const MAX_DECISIONS = 1_000;

/** Decisions of one reach, for the option `decisions` of agents. They are not among the repositories that cells can be given. */
export class Decisions implements AsyncDisposable {
  readonly #memory: MemoryRepository;
  #calls: Map<string, boolean>;
  #written: Promise<void> = Promise.resolve();

  /**
   * Makes decisions of what a store has.
   *
   * @param memory The place.
   * @param calls The decisions so far.
   */
  constructor(memory: MemoryRepository, calls: ReadonlyMap<string, boolean>) {
    this.#memory = memory;
    this.#calls = new Map(calls);
  }

  /** Returns the decisions. */
  entries(): Iterable<[calls: string, allow: boolean]> {
    return [...this.#calls];
  }

  /**
   * Adds a decision, which holds at once, and is stored soon.
   *
   * @param calls The calls, as the agent names them.
   * @param allow The decision.
   */
  // deno-lint-ignore style/parameters -- a Map does as well where decisions are not stored
  set(calls: string, allow: boolean): void {
    this.#calls.set(calls, allow);
    this.#write((stored) => stored.set(calls, allow));
  }

  /**
   * Forgets decisions, for runs that begin from now on.
   *
   * @param calls The calls. @default all
   */
  forget(calls?: string): void {
    if (calls === undefined) this.#calls.clear();
    else this.#calls.delete(calls);
    this.#write((stored) => calls === undefined ? stored.clear() : stored.delete(calls));
  }

  /** Waits until all decisions are stored. Rejects with the error of the store; the decisions hold in this process. */
  async settle(): Promise<void> {
    const written = this.#written;
    this.#written = written.catch(() => {});
    await written;
  }

  /** Waits until all decisions are stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle();
  }

  /** Changes what is stored, without the loss of what other processes have stored. */
  #write(change: (stored: Map<string, boolean>) => unknown): void {
    const write = async () => {
      await this.#memory.update(KEY, (value) => {
        const stored = readDecisions(value);
        change(stored);
        return Object.fromEntries([...stored].slice(-MAX_DECISIONS));
      });
    };
    this.#written = this.#written.then(write);
    // The error is that of settle().
    this.#written.catch(() => {});
  }
}

/**
 * Opens the decisions of a session, a project (such as a folder) or a user.
 *
 * @param owner The store, and whose decisions they are.
 * @param options Their reach.
 * @returns The decisions, for the option `decisions` of agents.
 * @throws {TypeError} If the scope is `session`, and the owner has none.
 *
 * @example A decision that holds in a folder
 * ```ts
 * import { openDecisions } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * {
 *   await using decisions = await openDecisions({ store, project: "/home/ann/app" });
 *   decisions.set("run_command git push", true); // new CaveAgent({ decisions, ... }) does this
 * }
 * const [here, elsewhere] = [
 *   await openDecisions({ store, project: "/home/ann/app" }),
 *   await openDecisions({ store, project: "/tmp" }),
 * ];
 * assertEquals([...here.entries()], [["run_command git push", true]]);
 * assertEquals([...elsewhere.entries()], []);
 * ```
 */
export async function openDecisions(
  owner: Owner,
  options: DecisionsOptions = {},
): Promise<Decisions> {
  checkOptions(options, { names: OPTIONS, task: "open decisions" });
  const { scope = "project" } = options;
  const memory = new MemoryRepository(owner, { kind: "decisions", scope });
  return new Decisions(memory, readDecisions(await memory.get(KEY)));
}

/** Reads stored decisions. What is no decision is left out, and asked for again. */
function readDecisions(value: JsonValue | undefined): Map<string, boolean> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return new Map();
  const entries = Object.entries(value);
  return new Map(
    entries.filter((entry): entry is [string, boolean] => typeof entry[1] === "boolean"),
  );
}
