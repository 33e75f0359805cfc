/**
 * The thread that hears SIGINT while the main one computes.
 *
 * @module
 */

/** The thread's whole program. It has to be code of its own: a kernel from a registry has no second entry file. */
const PROGRAM = `onmessage = ({ data: flag }) => {
  Deno.addSignalListener("SIGINT", () => {
    Atomics.store(flag, 0, 1);
    postMessage("interrupt");
  });
  postMessage("ready");
};`;

/** Listens for SIGINT. */
export class Watcher {
  /** SIGINTs that were heard. */
  heard = 0;
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();

  /**
   * Starts the thread.
   *
   * @param flag Set to 1 at once when SIGINT comes, whatever the main thread does.
   * @param onInterrupt Called when the main thread gets to it.
   */
  constructor(flag: Int32Array, onInterrupt: () => void) {
    const worker = new Worker(`data:application/javascript,${encodeURIComponent(PROGRAM)}`, {
      type: "module",
    });
    worker.onmessage = ({ data }) => {
      if (data !== "interrupt") return;
      this.heard++;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
      onInterrupt();
    };
    worker.postMessage(flag);
  }

  /**
   * Waits until as many SIGINTs were heard as were sent: one that was meant for an earlier cell must not hit the next.
   *
   * @param sent How many were sent so far.
   * @param patienceMs Two signals may arrive as one, so this is not for ever.
   */
  async caughtUp(sent: number, patienceMs: number): Promise<void> {
    if (this.heard >= sent) return;
    let patient = true;
    const timer = setTimeout(() => {
      patient = false;
      this.#changed.resolve();
    }, patienceMs);
    while (patient && this.heard < sent) await this.#changed.promise;
    clearTimeout(timer);
    this.heard = Math.max(this.heard, sent);
  }
}
