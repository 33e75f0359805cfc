/**
 * Following a log, for stores that can read it and that know when to look again.
 *
 * @module
 */

import { deadline } from "../async/deadline.ts";
import type { FollowOptions, LogEntry, LogPart, ReadOptions } from "./store.ts";
import { checkReadOptions } from "./_check.ts";

/** The means of {@linkcode followLog}. */
export interface FollowMeans {
  /** The key of the log. */
  readonly log: string;
  /** Reads entries. */
  readonly read: (options: ReadOptions) => Promise<LogPart>;
  /**
   * Begins to watch for changes, before the first read, so that none is missed.
   *
   * @returns Waits for a change since the last wait, or a signal; and ends the watch.
   */
  readonly watch: () => Promise<LogWatch> | LogWatch;
}

/** A watch on a log. */
export interface LogWatch extends AsyncDisposable {
  /** Resolves when the log may have changed since the last call; rejects with the signal's reason, or if the store closes. */
  next(signal: AbortSignal | undefined): Promise<void>;
}

/**
 * Returns the entries of a log, then those that are appended, until it is complete.
 *
 * @param means Reads and watches.
 * @param options Where to begin, and a signal.
 * @throws {RangeError} If the log is deleted meanwhile.
 */
export async function* followLog(
  { log, read, watch }: FollowMeans,
  options: FollowOptions,
): AsyncGenerator<LogEntry, void, void> {
  const { signal } = options;
  let { from } = checkReadOptions({ from: options.from });
  // The last entry is read again with the next ones: a log that lacks it is another one.
  let last: number | undefined;
  signal?.throwIfAborted();
  await using changes = await watch();
  while (true) {
    const { entries, ended } = await read({ from: last ?? from });
    if (last !== undefined && entries.length === 0) {
      throw new RangeError(`Cannot follow the log ${JSON.stringify(log)}: it was deleted`);
    }
    const next = entries.filter(({ index }) => index >= from);
    for (const entry of next) {
      signal?.throwIfAborted();
      yield entry;
      last = entry.index;
      from = entry.index + 1;
    }
    if (ended) return;
    if (next.length === 0) await changes.next(signal);
  }
}

/** The watches on one log, and the promise of its next change. */
interface Watched {
  count: number;
  changed: PromiseWithResolvers<void>;
}

/** Wakes those in this process who wait for changes of the logs of one store. */
export class ChangeSignal {
  readonly #logs = new Map<string, Watched>();
  #closed: Error | undefined;

  /**
   * Wakes those who watch a log.
   *
   * @param log The key of the log. @default all logs
   */
  notify(log?: string): void {
    const all = log === undefined ? [...this.#logs.values()] : [this.#logs.get(log)];
    for (const watched of all) {
      if (watched === undefined || this.#closed !== undefined) continue;
      watched.changed.resolve();
      watched.changed = newChange();
    }
  }

  /** Wakes all with an error, for good. */
  close(error: Error): void {
    this.#closed = error;
    for (const { changed } of this.#logs.values()) changed.reject(error);
  }

  /**
   * Begins a watch.
   *
   * @param log The key of the log.
   */
  watch(log: string): LogWatch {
    const watched = this.#logs.getOrInsertComputed(log, () => ({ count: 0, changed: newChange() }));
    watched.count++;
    if (this.#closed !== undefined) watched.changed.reject(this.#closed);
    let seen = watched.changed.promise;
    return {
      next: async (signal) => {
        await deadline(seen, { timeoutMs: Infinity, signal });
        seen = watched.changed.promise;
      },
      [Symbol.asyncDispose]: () => {
        if (--watched.count === 0) this.#logs.delete(log);
        return Promise.resolve();
      },
    };
  }
}

function newChange(): PromiseWithResolvers<void> {
  const change = Promise.withResolvers<void>();
  // Nobody may wait.
  change.promise.catch(() => {});
  return change;
}
