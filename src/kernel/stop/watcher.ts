/**
 * The thread that looks after the main one while that computes: it hears SIGINT, and it watches the memory.
 *
 * @module
 */

import {
  ArrayBuffer,
  Atomics,
  Int32Array,
  Math,
  Promise,
  RangeError,
  SharedArrayBuffer,
} from "../../rpc/builtins.ts";
import {
  ALARMS,
  ASLEEP,
  CELL,
  GROWTH_MEBIBYTES,
  HEARD,
  LIMIT,
  PROGRAM,
  TOO_MUCH_MEMORY,
  type Watched,
  type WatchMessage,
} from "./_watch_program.ts";
import { collectGarbage } from "./garbage.ts";

export { TOO_MUCH_MEMORY };

const MEBIBYTE = 2 ** 20;

/** `RLIMIT_DATA` in MiB that the thread takes, nearly all of it address space that is never touched. */
const THREAD_MEBIBYTES = 544;

/** The largest number that both threads can keep. */
const MAX_INT = 2 ** 31 - 1;

// Captured, because they are not among the globals of cells, or can be replaced.
const { Worker, setTimeout, clearTimeout } = globalThis;
const { load, store } = Atomics;
const { memoryUsage } = Deno;

/** Is told what the thread hears and sees, when the main thread gets to that. */
export interface WatcherListener {
  /** SIGINT is heard from now on; before that it ends the process. */
  onReady(): void;
  /** SIGINT has come. */
  onInterrupt(): void;
  /** SIGUSR2 has come while no cell ran: the host waits for an answer. */
  onNudge(): void;
  /** The process used too much memory while this cell ran; 0 while none did. */
  onMemory(cell: number): void;
}

/** Options of {@linkcode Watcher}. */
export interface WatcherOptions {
  /** Set at once when SIGINT comes, and to {@linkcode TOO_MUCH_MEMORY}, whatever the main thread does. */
  readonly flag: Int32Array;
  /** Memory of the whole process in bytes. */
  readonly maxBytes: number;
  /** Whether the operating system limits the memory as well. Otherwise the first cell is watched from its beginning. */
  readonly limited: boolean;
  /** The id of the process that has to be the parent of this one. */
  readonly host: number;
  /** Is told. */
  readonly listener: WatcherListener;
}

/** Listens for SIGINT and watches the memory, once it has been started. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #state = new Int32Array(new SharedArrayBuffer(20));
  readonly #maxMebibytes: number;
  /** What the thread will take, kept for it. */
  #reserve: unknown;
  #worker: Worker | undefined;
  #heard = 0;
  #isStarting = false;
  #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();
  /** The alarm that was looked into last, and what came of it. */
  #alarm = 0;
  #usedMebibytes = 0;
  #isOverLimit = false;

  /**
   * Makes a watcher.
   *
   * @param options What is watched, and who is told.
   */
  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#maxMebibytes = Math.min(Math.floor(options.maxBytes / MEBIBYTE), MAX_INT);
    store(this.#state, LIMIT, this.#maxMebibytes);
    // Shared memory is not counted as part of the heap, and what nobody touches costs nothing.
    if (options.limited) this.#reserve = new SharedArrayBuffer(THREAD_MEBIBYTES * MEBIBYTE);
  }

  /**
   * Called before each cell. Where it can, the first one only sees to it that the thread starts as soon as there is nothing
   * else to do, for that takes ten milliseconds; every other one runs when SIGINT can be heard.
   *
   * @param patienceMs A thread that does not come up is not waited for any longer.
   */
  async watch(patienceMs: number): Promise<void> {
    if (this.#isStarting || this.#worker !== undefined) await this.complete(patienceMs);
    else this.start();
  }

  /** Starts the thread, as soon as there is nothing else to do where that can wait. Does nothing if it has started. */
  start(): void {
    if (this.#isStarting || this.#worker !== undefined) return;
    this.#isStarting = true;
    const { limited } = this.#options;
    if (limited || this.#maxMebibytes === MAX_INT) setTimeout(() => this.#start());
    else this.#start();
  }

  /**
   * Starts the thread, and waits until it is there.
   *
   * @param patienceMs It is not waited for any longer.
   */
  async complete(patienceMs: number): Promise<void> {
    this.start();
    const timer = setTimeout(() => this.#comeUp(), patienceMs);
    await this.#ready.promise;
    clearTimeout(timer);
  }

  /** While the thread starts: settles when that is over. */
  get starting(): Promise<void> | undefined {
    return this.#isStarting ? this.#ready.promise : undefined;
  }

  /**
   * Waits until as many SIGINTs were heard as were sent: one that was meant for an earlier cell must not hit the next.
   *
   * @param sent How many were sent so far.
   * @param patienceMs Two signals may arrive as one, so this is not for ever.
   */
  async caughtUp(sent: number, patienceMs: number): Promise<void> {
    if (this.#heard >= sent) return;
    let patient = true;
    const timer = setTimeout(() => {
      patient = false;
      this.#changed.resolve();
    }, patienceMs);
    while (patient && this.#heard < sent) await this.#changed.promise;
    clearTimeout(timer);
    this.#heard = Math.max(this.#heard, sent);
  }

  /**
   * Whether SIGINT has come more often than it was sent before a cell: then it is meant for this one, which has not begun.
   *
   * @param sent How often it was sent before the cell was.
   */
  heardMoreThan(sent: number): boolean {
    return load(this.#state, HEARD) > sent;
  }

  /** A cell begins. */
  begin(cell: number): void {
    store(this.#state, CELL, cell);
    if (load(this.#state, ASLEEP) !== 0) this.#worker?.postMessage(null);
  }

  /** The cell has ended. */
  end(): void {
    store(this.#state, CELL, 0);
    if (!this.#isOverLimit) return;
    this.#isOverLimit = false;
    // Cells may go on with what the session holds, or free it.
    collectGarbage();
    this.#tolerate();
  }

  /** Whether the process uses too much memory also without its garbage. Looks into each alarm of the thread once. */
  isOverLimit(): boolean {
    const alarm = load(this.#state, ALARMS);
    if (alarm !== this.#alarm) {
      this.#alarm = alarm;
      this.#usedMebibytes = usedWithoutGarbage();
      this.#isOverLimit = this.#usedMebibytes > load(this.#state, LIMIT);
      if (!this.#isOverLimit) this.#tolerate();
    }
    return this.#isOverLimit;
  }

  /** What a cell ends with that is stopped because of the memory. */
  memoryError(): RangeError {
    return new RangeError(
      `Cannot go on: the kernel process uses ${this.#usedMebibytes} MB, ` +
        `more than the ${this.#maxMebibytes} MB of processMemoryBytes`,
    );
  }

  /** What is in use now is no reason for alarm: it is held, or kept for what is allocated next. More would be one. */
  #tolerate(): void {
    const present = Math.floor(memoryUsage().rss / MEBIBYTE);
    store(this.#state, LIMIT, Math.max(this.#maxMebibytes, present + GROWTH_MEBIBYTES));
  }

  #start(): void {
    if (this.#worker !== undefined) return;
    if (!this.#makeRoom()) {
      this.#comeUp();
      this.#ready = Promise.withResolvers();
      return;
    }
    const url = `data:application/javascript,${encodeURIComponent(PROGRAM)}`;
    // Without a prototype: cells may have put options on it by now.
    const worker = new Worker(url, { __proto__: null, type: "module" } as WorkerOptions);
    const { flag, host, listener } = this.#options;
    worker.onmessage = ({ data }: MessageEvent<WatchMessage>) => {
      if (data.type === "memory") return listener.onMemory(data.cell);
      if (data.type === "nudge") return listener.onNudge();
      if (data.type === "ready") {
        listener.onReady();
        return this.#comeUp();
      }
      this.#heard++;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
      listener.onInterrupt();
    };
    worker.postMessage(
      { flag, state: this.#state, max: this.#maxMebibytes, host } satisfies Watched,
    );
    this.#worker = worker;
  }

  /** A thread for which there is no room would end the process: it has to wait until cells have freed some. */
  #makeRoom(): boolean {
    if (!this.#options.limited) return true;
    this.#reserve = undefined;
    try {
      // Where there is no other room, V8 collects the reserve to make this.
      new ArrayBuffer(THREAD_MEBIBYTES * MEBIBYTE).transfer(0);
      return true;
    } catch {
      return false;
    }
  }

  #comeUp(): void {
    this.#isStarting = false;
    this.#ready.resolve();
  }
}

/** The memory of the process in MiB, once all garbage is collected. */
function usedWithoutGarbage(): number {
  const before = memoryUsage();
  collectGarbage();
  const after = memoryUsage();
  // What was freed may still be on its way back to the system, or be kept for the next allocation.
  const freed = before.heapTotal + before.external - after.heapTotal - after.external;
  return Math.floor(Math.min(after.rss, before.rss - freed) / MEBIBYTE);
}
