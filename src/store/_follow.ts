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
 */
export async function* followLog(
  { read, watch }: FollowMeans,
  options: FollowOptions,
): AsyncGenerator<LogEntry, void, void> {
  const { signal } = options;
  let { from } = checkReadOptions({ from: options.from });
  signal?.throwIfAborted();
  await using changes = await watch();
  while (true) {
    const { entries, ended } = await read({ from });
    for (const entry of entries) {
      signal?.throwIfAborted();
      yield entry;
      from = entry.index + 1;
    }
    if (ended) return;
    if (entries.length === 0) await changes.next(signal);
  }
}

/** Wakes those in this process who wait for changes of one store. */
export class ChangeSignal {
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();
  #closed: Error | undefined;

  constructor() {
    this.#changed.promise.catch(() => {});
  }

  /** Wakes all. */
  notify(): void {
    if (this.#closed !== undefined) return;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    this.#changed.promise.catch(() => {});
  }

  /** Wakes all with an error, for good. */
  close(error: Error): void {
    this.#closed = error;
    this.#changed.reject(error);
  }

  /** Begins a watch. */
  watch(): LogWatch {
    let seen = this.#changed.promise;
    return {
      next: async (signal) => {
        await deadline(seen, { timeoutMs: Infinity, signal, onTimeout: () => undefined });
        seen = this.#changed.promise;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
}
