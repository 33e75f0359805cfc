/**
 * The thread that watches over the main one while that computes: it hears the host's orders, and it watches the memory.
 *
 * ```text
 *             start()                               it does not come up
 *   absent ────────────▶ watching          absent ────────────────────▶ failed
 *     ▲  │
 *     └──┘ there is no room for it: tried again before the next cell
 * ```
 *
 * Starting takes some ten milliseconds, in which the main thread waits. So it happens when there is nothing else to do, and
 * before the second cell at the latest; a first cell that computes for longer than the start takes starts the thread itself,
 * from one of its guards.
 *
 * @module
 */

import {
  ArrayBuffer,
  Atomics,
  Int32Array,
  Math,
  Object,
  Promise,
  Reflect,
  SharedArrayBuffer,
} from "../../rpc/builtins.ts";
import { HOST_SIGNALS, LAST_WORDS } from "../../rpc/protocol.ts";
import { STATE, STATE_LENGTH, type WatchOrder } from "./_shared_state.ts";
import { WATCH_URL } from "./_watch_thread.ts";
import { FLAG } from "./flag.ts";
import { GROWTH_MEBIBYTES, MAX_MEBIBYTES, type MemoryMeter } from "./memory_meter.ts";

const MEBIBYTE = 2 ** 20;

/** `RLIMIT_DATA` in MiB that the thread takes, nearly all of it address space that is never touched. */
const THREAD_MEBIBYTES = 544;

/** A thread that has not come up for so long will not. Generous: it comes up within milliseconds. */
const START_TIMEOUT_MS = 10_000;

/** A first cell that has computed for so long, in milliseconds, is worth the start of the thread. */
const UNWATCHED_MS = 5;

/** The last bound on waiting for orders that were sent. Generous: a signal takes a few milliseconds. */
const ORDER_TIMEOUT_MS = 10_000;

// Captured, because they are not among the globals of cells, or can be replaced.
const { Worker, Event, setTimeout, clearTimeout } = globalThis;
const { postMessage } = Worker.prototype;
const { preventDefault } = Event.prototype;
const { now } = Performance.prototype;
const clock = performance;
const { compareExchange, load, notify, store, wait, waitAsync } = Atomics;
const { apply } = Reflect;

/** Makes the memory that a kernel shares with its watch thread. */
export function createSharedState(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * STATE_LENGTH));
}

/** Receives what the thread hears and sees, when the main thread gets to that. */
export interface WatcherListener {
  /** So many orders were heard so far; called first when the thread hears signals. */
  onOrders(heard: number): void;
  /** Something has to stop that is no cell: the host waits for an answer. */
  onNudge(): void;
  /** The process may use too much memory. */
  onAlarm(): void;
}

/** Options of {@linkcode Watcher}. */
export interface WatcherOptions {
  /** The flag of the guards, which the thread sets at once, whatever the main thread does. */
  readonly flag: Int32Array;
  /** See {@linkcode createSharedState}. */
  readonly state: Int32Array;
  /** The limit on memory. */
  readonly memory: MemoryMeter;
  /** Whether the operating system limits the memory as well. Otherwise the first cell is watched from its beginning. */
  readonly limited: boolean;
  /** The id of the process that has to be the parent of this one. */
  readonly host: number;
  /** Receives what the thread reports. */
  readonly listener: WatcherListener;
}

/** Hears orders and watches the memory, once it has been started. */
export class Watcher {
  readonly #options: WatcherOptions;
  readonly #state: Int32Array;
  #phase: "absent" | "watching" | "failed" = "absent";
  /** Address space that the thread will take, kept for it. */
  #reserve: unknown;
  /** Whether a cell has begun: the first one need not wait for the thread. */
  #hasBegun = false;
  /** When the code that no thread watches began to compute; absent while none does. */
  #unwatchedSince: number | undefined;
  /** Orders that were heard and that the host has not sent. */
  #strays = 0;
  #orders = 0;
  #nudges = 0;
  #alarms = 0;
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();

  /**
   * Makes a watcher, without its thread.
   *
   * @param options The memory that both threads share, limits, and the receiver of reports.
   */
  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#state = options.state;
    // Shared memory is not counted as part of the heap, and costs nothing until it is touched.
    if (options.limited) this.#reserve = new SharedArrayBuffer(THREAD_MEBIBYTES * MEBIBYTE);
  }

  /** Starts the thread, unless it is there, and waits until it hears signals. Where there is no room, it stays absent. */
  start(): void {
    if (this.#phase !== "absent" || !this.#makeRoom()) return;
    this.#phase = this.#startThread() ? "watching" : "failed";
    compareExchange(this.#options.flag, 0, FLAG.UNWATCHED, FLAG.RUN);
    if (this.#phase === "failed") return;
    this.#options.listener.onOrders(0);
    void this.#listen();
  }

  /** Called by guards while there is no thread: starts it when code computes for longer than the start takes. */
  onUnwatched(): void {
    const time = apply(now, clock, []) as number;
    this.#unwatchedSince ??= time;
    if (time - this.#unwatchedSince < UNWATCHED_MS) return;
    this.#unwatchedSince = undefined;
    this.start();
    // Without room, guards would ask again and again.
    compareExchange(this.#options.flag, 0, FLAG.UNWATCHED, FLAG.RUN);
  }

  /**
   * Makes a cell the running one: orders that are heard from now on are for it.
   *
   * @param cell The number of the cell.
   */
  begin(cell: number): void {
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    const { limited, memory } = this.#options;
    if (!isFirst || !limited && memory.maxMebibytes !== MAX_MEBIBYTES) this.start();
    this.#unwatchedSince = undefined;
    // A cell that never yields would keep the acknowledgement back, without which the host sends no further order.
    if (this.#phase === "watching") this.#report();
    store(this.#options.flag, 0, this.#phase === "absent" ? FLAG.UNWATCHED : FLAG.RUN);
    store(this.#state, STATE.CELL, cell > 0 ? cell : -1);
    if (load(this.#state, STATE.ASLEEP) !== 0) notify(this.#state, STATE.CELL);
  }

  /** Ends the running cell, and starts the thread if there is nothing else to do then. */
  end(): void {
    store(this.#state, STATE.CELL, 0);
    this.#options.memory.settle();
    if (this.#phase === "absent") setTimeout(() => this.start());
  }

  /**
   * Waits until as many orders were heard as were sent: one that was meant for an earlier cell must not hit the next.
   *
   * @param sent Orders that the host has sent so far.
   */
  async heard(sent: number): Promise<void> {
    if (this.#phase !== "watching" || this.#count >= sent) return;
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.#changed.resolve();
    }, ORDER_TIMEOUT_MS);
    while (!isOver && this.#count < sent) await this.#changed.promise;
    clearTimeout(timer);
    // Two that have become one.
    if (this.#count >= sent) return;
    this.#strays -= sent - this.#count;
    this.#options.listener.onOrders(this.#count);
  }

  /**
   * Returns whether more orders were heard than the host had sent before the cell that has begun.
   *
   * @param sent Orders that the host had sent.
   */
  heardMoreThan(sent: number): boolean {
    return this.#count > sent;
  }

  /**
   * Takes orders for what they are: of those that were heard, the host has sent only so many.
   *
   * @param sent Orders that the host has sent so far.
   */
  disown(sent: number): void {
    this.#strays += Math.max(0, this.#count - sent);
  }

  get #count(): number {
    return load(this.#state, STATE.ORDERS) - this.#strays;
  }

  #startThread(): boolean {
    const { flag, memory, host } = this.#options;
    // Without a prototype: cells may have put options on it by now.
    const worker = new Worker(WATCH_URL, { __proto__: null, type: "module" } as WorkerOptions);
    // Deno's code finds no method of the worker that a cell could have replaced, and no listener receives its events.
    Object.setPrototypeOf(worker, null);
    Object.defineProperty(worker, "dispatchEvent", {
      value: (event: Event) => apply(preventDefault, event, []),
    });
    const order: WatchOrder = {
      flag,
      state: this.#state,
      places: STATE,
      flags: {
        stopCell: FLAG.STOP_CELL,
        leftovers: FLAG.STOP_LEFTOVERS,
        memory: FLAG.OUT_OF_MEMORY,
      },
      signals: HOST_SIGNALS,
      host,
      maxMebibytes: memory.maxMebibytes,
      growthMebibytes: GROWTH_MEBIBYTES,
      lastWords: LAST_WORDS,
    };
    apply(postMessage, worker, [order]);
    return wait(this.#state, STATE.THREAD, 0, START_TIMEOUT_MS) !== "timed-out";
  }

  /** Reports what the thread has heard and seen, for as long as the kernel lives. */
  async #listen(): Promise<void> {
    const state = this.#state;
    while (true) {
      const events = load(state, STATE.EVENTS);
      this.#report();
      const waiting = waitAsync(state, STATE.EVENTS, events);
      if (waiting.async) await waiting.value;
    }
  }

  #report(): void {
    const { listener } = this.#options;
    const orders = load(this.#state, STATE.ORDERS);
    const nudges = load(this.#state, STATE.NUDGES);
    const alarms = load(this.#state, STATE.ALARMS);
    if (alarms !== this.#alarms) listener.onAlarm();
    if (nudges !== this.#nudges) listener.onNudge();
    if (orders !== this.#orders) {
      listener.onOrders(this.#count);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
    this.#orders = orders;
    this.#nudges = nudges;
    this.#alarms = alarms;
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
}
