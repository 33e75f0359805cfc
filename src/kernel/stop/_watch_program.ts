/** The program of the thread that looks after the main one. */

import { LAST_WORDS } from "../../rpc/protocol.ts";
import { STOP, STOP_LEFTOVERS } from "./interrupts.ts";

/** What the flag is set to when the process uses more memory than it may. */
export const TOO_MUCH_MEMORY = 2;

/**
 * What both threads know, by its place in an array: the cell that runs, the SIGINTs that were heard, the alarms because of
 * the memory, whether the thread sleeps, and the memory in MiB above which it gives alarm. Cells see none of it.
 */
export const [CELL, HEARD, ALARMS, ASLEEP, LIMIT] = [0, 1, 2, 3, 4] as const;

/** Growth in MiB that is worth another alarm. */
export const GROWTH_MEBIBYTES = 16;

/** What is sent to the thread at its beginning. */
export interface Watched {
  /** What the guards of cells look at. */
  readonly flag: Int32Array;
  /** See {@linkcode CELL} and the others. */
  readonly state: Int32Array;
  /** Memory of the process in MiB. */
  readonly max: number;
  /** The id of the process that has to be its parent. */
  readonly host: number;
}

/** What the thread sends: it hears signals from now on, it has heard one, or there is too much memory in use. */
export type WatchMessage =
  | { readonly type: "ready" | "interrupt" | "nudge" }
  | { readonly type: "memory"; readonly cell: number };

/** How often the memory is looked at: a look takes 11 us. */
const POLL_MS = 50;

/** How often it is looked at when no cell has run for some time. */
const IDLE_POLL_MS = 1_000;

/** Looks without a cell after which the thread goes to sleep. */
const IDLE_POLLS = 20;

/** A process that is so many MiB beyond its limit does not heed alarms, and is ended. */
const KILL_MARGIN_MEBIBYTES = 256;

/**
 * The thread's whole program. A process whose parent has died gets another one; a main thread that computes would notice
 * neither that nor the end of its input, and go on for ever. The program has to be code of its own: a kernel from a
 * registry has no second entry file.
 */
export const PROGRAM = `onmessage = ({ data: { flag, state, max, host } }) => {
  Deno.addSignalListener("SIGINT", () => {
    Atomics.add(state, ${HEARD}, 1);
    Atomics.store(flag, 0, ${STOP});
    postMessage({ type: "interrupt" });
  });
  if (Deno.build.os !== "windows") {
    Deno.addSignalListener("SIGUSR2", () => {
      if (Atomics.load(state, ${CELL}) !== 0) return;
      Atomics.compareExchange(flag, 0, 0, ${STOP_LEFTOVERS});
      postMessage({ type: "nudge" });
    });
  }
  setInterval(() => Deno.ppid === host || Deno.kill(Deno.pid, "SIGKILL"), 1000);
  let timer, idle = 0, alarm = { cell: -1, used: 0 };
  const look = () => {
    const cell = Atomics.load(state, ${CELL});
    const used = Math.floor(Deno.memoryUsage().rss / 2 ** 20);
    if (used > max + ${KILL_MARGIN_MEBIBYTES}) {
      const words = "it used " + used + " MB, more than the " + max + " MB of processMemoryBytes";
      Deno.stderr.writeSync(new TextEncoder().encode("${LAST_WORDS}" + words + String.fromCharCode(10)));
      Deno.kill(Deno.pid, "SIGKILL");
    }
    if (used <= Atomics.load(state, ${LIMIT})) alarm = { cell: -1, used: 0 };
    else if (cell !== alarm.cell || used > alarm.used + ${GROWTH_MEBIBYTES}) {
      alarm = { cell, used };
      Atomics.add(state, ${ALARMS}, 1);
      Atomics.compareExchange(flag, 0, 0, ${TOO_MUCH_MEMORY});
      postMessage({ type: "memory", cell });
    }
    idle = cell === 0 ? idle + 1 : 0;
    const asleep = idle > ${IDLE_POLLS};
    Atomics.store(state, ${ASLEEP}, asleep ? 1 : 0);
    // A cell that began before that does not know that it has to wake this thread.
    const missed = asleep && Atomics.load(state, ${CELL}) !== 0;
    timer = setTimeout(look, asleep && !missed ? ${IDLE_POLL_MS} : ${POLL_MS});
  };
  onmessage = () => {
    clearTimeout(timer);
    idle = 0;
    look();
  };
  look();
  postMessage({ type: "ready" });
};`;
