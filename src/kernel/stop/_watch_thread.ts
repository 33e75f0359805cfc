/** The program of the thread that hears signals and watches the memory while the main thread computes. */

import type { WatchOrder } from "./_shared_state.ts";

/**
 * Runs in the thread, from its own text: a worker of a file would need permission to read that file, and a kernel from a
 * registry has no second entry file. So it uses nothing of this module.
 *
 * It sends no messages: what it has to report stands in the shared memory, where no code of cells comes between.
 */
function watch(): void {
  /** Interval of the checks of the memory, in milliseconds: a check takes 11 us. */
  const POLL_MS = 50;
  /** Number of checks without a cell, and without growth, after which the thread goes to sleep. */
  const IDLE_POLLS = 20;
  /** The first interval of the checks of a sleeping thread, in milliseconds. It is doubled while nothing changes. */
  const MIN_SLEEP_MS = 1_000;
  /** The last one. Code that cells have left running can grow for so long, if the system does not limit it. */
  const MAX_SLEEP_MS = 8_000;
  /** A process that is so many MiB beyond its limit does not heed alarms, and is ended. */
  const KILL_MARGIN_MEBIBYTES = 256;
  /** Number of checks of the memory for one whether the parent lives. */
  const POLLS_PER_PARENT = 20;

  const scope = globalThis as unknown as { onmessage: (event: { data: WatchOrder }) => void };
  scope.onmessage = ({ data: order }) => {
    const { flag, state, places, flags, signals, host, maxMebibytes } = order;
    let alarm = { cell: -2, used: 0 };
    let lastUsed = 0;
    const tell = () => {
      Atomics.add(state, places.EVENTS, 1);
      Atomics.notify(state, places.EVENTS);
    };
    const end = (reason: string) => {
      const line = `${order.lastWords}${reason}\n`;
      Deno.stderr.writeSync(new TextEncoder().encode(line));
      Deno.kill(Deno.pid, "SIGKILL");
    };
    const look = () => {
      const cell = Atomics.load(state, places.CELL);
      const used = Math.floor(Deno.memoryUsage().rss / 2 ** 20);
      const grew = used > lastUsed;
      lastUsed = used;
      if (used > maxMebibytes + KILL_MARGIN_MEBIBYTES) {
        end(`it used ${used} MB, more than the ${maxMebibytes} MB of processMemoryBytes`);
      }
      if (used <= Atomics.load(state, places.LIMIT)) alarm = { cell: -2, used: 0 };
      else if (cell !== alarm.cell || used > alarm.used + order.growthMebibytes) {
        alarm = { cell, used };
        Atomics.add(state, places.ALARMS, 1);
        Atomics.compareExchange(flag, 0, 0, flags.memory);
        tell();
      }
      return grew;
    };
    // A process whose parent has died gets another one; a main thread that computes would notice neither that nor the end
    // of its input.
    const checkParent = () => {
      if (Deno.ppid !== host) Deno.kill(Deno.pid, "SIGKILL");
    };
    /** Looks often while a cell runs or something grows, and ever less often otherwise: there may be hundreds of kernels. */
    const watchMemory = async () => {
      let idle = 0;
      let sleepMs = MIN_SLEEP_MS;
      for (let polls = 1;; polls++) {
        const isQuiet = !look() && Atomics.load(state, places.CELL) === 0;
        idle = isQuiet ? idle + 1 : 0;
        if (idle <= IDLE_POLLS) {
          sleepMs = MIN_SLEEP_MS;
          if (polls % POLLS_PER_PARENT === 0) checkParent();
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
          continue;
        }
        checkParent();
        Atomics.store(state, places.ASLEEP, 1);
        const { async, value } = Atomics.waitAsync(state, places.CELL, 0, sleepMs);
        const woken = async ? await value : value;
        Atomics.store(state, places.ASLEEP, 0);
        if (woken !== "timed-out") idle = 0;
        sleepMs = Math.min(2 * sleepMs, MAX_SLEEP_MS);
      }
    };
    const listen = (signal: Deno.Signal, listener: () => void) => {
      try {
        Deno.addSignalListener(signal, listener);
      } catch {
        // A system without that signal.
      }
    };
    // First: with its first listener, Deno takes SIGINT over as well, and ends the process where nobody listens to it.
    for (const signal of signals.ignored) listen(signal, () => {});
    listen(signals.order, () => {
      // First: the main thread looks at it behind the beginning of a cell, so one of both sees the other.
      Atomics.add(state, places.ORDERS, 1);
      if (Atomics.load(state, places.CELL) > 0) Atomics.store(flag, 0, flags.stopCell);
      // The cell that it is for waits until something else ends.
      else Atomics.compareExchange(flag, 0, 0, flags.leftovers);
      tell();
    });
    listen(signals.nudge, () => {
      if (Atomics.load(state, places.CELL) !== 0) return;
      Atomics.compareExchange(flag, 0, 0, flags.leftovers);
      Atomics.add(state, places.NUDGES, 1);
      tell();
    });
    void watchMemory();
    Atomics.store(state, places.THREAD, 1);
    Atomics.notify(state, places.THREAD);
  };
}

/** The program as the address of a module. */
export const WATCH_URL = `data:application/javascript,${encodeURIComponent(`(${watch})();`)}`;
