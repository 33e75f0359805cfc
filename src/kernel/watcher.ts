/**
 * The thread that hears SIGINT while the main one computes.
 *
 * @module
 */

import { Math, Promise } from "../rpc/builtins.ts";

/**
 * The thread's whole program. A process whose parent has died gets another one; a main thread that computes would notice
 * neither that nor the end of its input, and go on for ever. The program has to be code of its own: a kernel from a registry has no second entry file. */
const PROGRAM = `onmessage = ({ data: flag }) => {
  Deno.addSignalListener("SIGINT", () => {
    Atomics.store(flag, 0, 1);
    postMessage("interrupt");
  });
  const host = Deno.ppid;
  setInterval(() => Deno.ppid === host || Deno.kill(Deno.pid, "SIGKILL"), 1000);
  postMessage("ready");
};`;

// Captured, because it is not among the globals of cells.
const { Worker, setTimeout, clearTimeout } = globalThis;

/** Listens for SIGINT, once it has been started. */
export class Watcher {
  readonly #flag: Int32Array;
  readonly #listener: WatcherListener;
  #heard = 0;
  #started = false;
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();

  /**
   * Makes a watcher.
   *
   * @param flag Set to 1 at once when SIGINT comes, whatever the main thread does.
   * @param listener Told of it when the main thread gets to that.
   */
  constructor(flag: Int32Array, listener: WatcherListener) {
    this.#flag = flag;
    this.#listener = listener;
  }

  /**
   * Called before each cell. For the first one it only sees to it that the thread starts as soon as there is nothing else to
   * do, for that takes ten milliseconds; every other one runs when SIGINT can be heard.
   *
   * @param patienceMs A thread that does not come up is not waited for any longer.
   */
  async watch(patienceMs: number): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      setTimeout(() => this.#start());
    } else {
      const timer = setTimeout(() => this.#ready.resolve(), patienceMs);
      await this.#ready.promise;
      clearTimeout(timer);
    }
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

  #start(): void {
    const url = `data:application/javascript,${encodeURIComponent(PROGRAM)}`;
    // Without a prototype: cells may have put options on it by now.
    const worker = new Worker(url, { __proto__: null, type: "module" } as WorkerOptions);
    worker.onmessage = ({ data }) => {
      if (data === "ready") {
        this.#listener.onReady();
        return this.#ready.resolve();
      }
      this.#heard++;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
      this.#listener.onInterrupt();
    };
    worker.postMessage(this.#flag);
  }
}

/** Is told what the thread hears. */
export interface WatcherListener {
  /** SIGINT is heard from now on; before that it ends the process. */
  onReady(): void;
  /** SIGINT has come. */
  onInterrupt(): void;
}
