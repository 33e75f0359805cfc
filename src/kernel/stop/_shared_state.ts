/** The memory that both threads of a kernel share. Cells see none of it. */

/** The places of the numbers in it. */
export const STATE = {
  /** Counts what the watch thread has to report; the main thread waits for a change. */
  EVENTS: 0,
  /** Becomes 1 when the watch thread hears signals, and 2 when the main thread has given it up. */
  THREAD: 1,
  /** The number of the running cell; 0 if none runs, -1 if other code is run for the host. */
  CELL: 2,
  /** Orders to stop a cell that were heard. */
  ORDERS: 3,
  /** Alarms because of the memory. */
  ALARMS: 4,
  /** Memory in MiB above which the watch thread raises an alarm. */
  LIMIT: 5,
  /** Whether the watch thread sleeps and has to be woken when a cell begins. */
  ASLEEP: 6,
  /** Requests to stop what earlier cells have left running. */
  NUDGES: 7,
} as const;

/** The number of places. */
export const STATE_LENGTH = 8;

/** The message with which the watch thread is set up: all that it needs, since its program has to stand alone. */
export interface WatchOrder {
  /** The flag that the guards of cells look at. */
  readonly flag: Int32Array;
  /** See {@linkcode STATE}. */
  readonly state: Int32Array;
  /** The names of {@linkcode STATE}. */
  readonly places: typeof STATE;
  /** The states of the flag that the thread sets. */
  readonly flags: {
    readonly stopCell: number;
    readonly leftovers: number;
    readonly memory: number;
  };
  /** The signals that it hears. */
  readonly signals: {
    readonly order: Deno.Signal;
    readonly nudge: Deno.Signal;
    readonly ignored: readonly Deno.Signal[];
  };
  /** The id of the process that has to be the parent of this one. */
  readonly host: number;
  /** Memory of the process in MiB. */
  readonly maxMebibytes: number;
  /** Growth in MiB beyond the limit that is worth another alarm. */
  readonly growthMebibytes: number;
  /** Begins the line on stderr in which the kernel says why it ends. */
  readonly lastWords: string;
}
