/**
 * A cell under way, as the host sees it: its output, displays and host calls.
 *
 * @module
 */

import type { MimeBundle, OutputReport, OutputStream } from "../../rpc/protocol.ts";
import type { UnawaitedCall } from "../../cell/compile_cell.ts";
import { displaySize } from "./_display_size.ts";
import type { CellClock } from "./_cell_clock.ts";
import type { LateReport } from "./_late_output.ts";
import type { Recovery } from "../../host/recovery.ts";
import { headOf } from "../../text/truncate.ts";
import { CallRefusedError } from "../../inject/approval.ts";
import type { AroundCall } from "./execute_options.ts";
import type { CellResultBase, HostCall, OutputChunk } from "./cell_result.ts";

/** Maximum number of host calls listed in a result; a loop may make a million. */
const MAX_LISTED_CALLS = 1_000;

/** Maximum number of displayed values: more than anybody looks at. */
const MAX_DISPLAYS = 100;

/** Maximum size of all displayed values of a cell, in bytes: room for a few large images. */
const MAX_DISPLAY_BYTES = 64 * 1024 * 1024;

const FLOODED = `... this cell displays more than ${MAX_DISPLAYS} values: the rest is dropped\n`;

const TOO_LARGE =
  `... this cell displays more than ${MAX_DISPLAY_BYTES} bytes: a value is dropped\n`;

/** Options of {@linkcode ActiveCell}. */
export interface ActiveCellOptions {
  /** The text of the cell. */
  readonly source: string;
  /** Characters of output that are kept; a well-behaved kernel sends no more. @default no limit */
  readonly maxOutputChars?: number | undefined;
  /** The clock of the cell, which is paused during host calls. @default none */
  readonly clock?: CellClock | undefined;
  /** Receives each piece of output. @default none */
  readonly onOutput?: ((chunk: OutputChunk) => void) | undefined;
  /** Receives each displayed value. @default none */
  readonly onDisplay?: ((bundle: MimeBundle) => void) | undefined;
  /** Wraps each call of the host. @default none */
  readonly aroundCall?: AroundCall | undefined;
  /** The state that the kernel has of the one before it, if no result has reported it yet. @default none */
  readonly recovered?: Recovery | undefined;
  /** Calls whose promises the code drops. @default none */
  readonly unawaited?: readonly UnawaitedCall[];
}

/** The account of a cell at its end. */
export type CellAccount = Omit<CellResultBase, "changed">;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Collects the output, the displays and the host calls of one cell. */
export class ActiveCell {
  /** The number of the cell. */
  readonly cell: number;
  /** Whether the cell was asked to stop, or its kernel has ended: how its pending calls end is not known then. */
  stopped = false;
  /** Wraps each call of the host. */
  readonly aroundCall: AroundCall | undefined;
  readonly #source: string;
  readonly #maxOutputChars: number;
  readonly #clock: CellClock | undefined;
  readonly #onOutput: ((chunk: OutputChunk) => void) | undefined;
  readonly #recovered: Recovery | undefined;
  readonly #unawaited: readonly UnawaitedCall[];
  readonly #onDisplay: ((bundle: MimeBundle) => void) | undefined;
  readonly #displays: MimeBundle[] = [];
  #failure: { readonly thrown: unknown } | undefined;
  #flooded = false;
  #tooLarge = false;
  #displayBytes = 0;
  readonly #calls: Mutable<HostCall>[] = [];
  readonly #started = performance.now();
  #text = "";
  #stdout = "";
  #stderr = "";

  /**
   * @param cell The number of the cell.
   * @param options Its text, listeners, and clock.
   */
  constructor(cell: number, options: ActiveCellOptions) {
    this.cell = cell;
    this.#source = options.source;
    this.#maxOutputChars = options.maxOutputChars ?? Infinity;
    this.#clock = options.clock;
    this.#onOutput = options.onOutput;
    this.#onDisplay = options.onDisplay;
    this.aroundCall = options.aroundCall;
    this.#recovered = options.recovered;
    this.#unawaited = options.unawaited ?? [];
  }

  /** Adds a piece of output, and passes it on. */
  write(stream: OutputStream, printed: string): void {
    const text = headOf(printed, this.#maxOutputChars - this.#text.length);
    if (text === "") return;
    this.#text += text;
    if (stream === "stdout") this.#stdout += text;
    else this.#stderr += text;
    this.#tell(() => this.#onOutput?.({ stream, text }));
  }

  /** Adds a displayed value, and passes it on; of a flood only the first ones. */
  display(bundle: MimeBundle): void {
    if (this.#displays.length === MAX_DISPLAYS) {
      if (!this.#flooded) this.write("stderr", FLOODED);
      this.#flooded = true;
      return;
    }
    const bytes = displaySize(bundle, MAX_DISPLAY_BYTES - this.#displayBytes);
    if (bytes === undefined) {
      if (!this.#tooLarge) this.write("stderr", TOO_LARGE);
      this.#tooLarge = true;
      return;
    }
    this.#displayBytes += bytes;
    this.#displays.push(bundle);
    this.#tell(() => this.#onDisplay?.(bundle));
  }

  /** Calls a listener. Its error is neither the cell's nor the kernel's: it rejects the call that named the listener. */
  #tell(call: () => unknown): void {
    const fail = (thrown: unknown) => void (this.#failure ??= { thrown });
    try {
      const told = call();
      if (told instanceof Promise) told.catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  /** Throws the first error of a listener, if there was one. */
  checkListeners(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  /**
   * Makes a host call, and records its end.
   *
   * @param name The function.
   * @param call Makes the call.
   */
  async track<T>(name: string, call: () => Promise<T>): Promise<T> {
    const entry: Mutable<HostCall> = { name, status: "pending" };
    if (this.#calls.length < MAX_LISTED_CALLS) this.#calls.push(entry);
    try {
      const waiting = call();
      const result = await (this.#clock?.pauseFor(waiting) ?? waiting);
      entry.status = "ok";
      return result;
    } catch (error) {
      // How an aborted call ends is not known.
      if (error instanceof CallRefusedError) {
        entry.status = "refused";
        if (error.reason !== undefined) entry.reason = error.reason;
      } else if (!this.stopped) entry.status = "error";
      throw error;
    }
  }

  /**
   * Returns the account so far.
   *
   * @param report The kernel's count of the output, if it has answered.
   * @param late Output that earlier cells printed after their end.
   */
  account(report: OutputReport | undefined, late: LateReport): CellAccount {
    const { length, tail } = report ?? { length: this.#text.length, tail: "" };
    const called = new Set(this.#calls.map(({ name }) => name));
    return {
      cell: this.cell,
      source: this.#source,
      output: {
        text: this.#text,
        stdout: this.#stdout,
        stderr: this.#stderr,
        length,
        tail,
        ...late,
      },
      displays: [...this.#displays],
      hostCalls: this.#calls.map((call) => ({ ...call })),
      unawaited: this.#unawaited.filter(({ name }) => called.has(name)),
      ...(this.#recovered === undefined ? {} : { recovered: this.#recovered }),
      durationMs: performance.now() - this.#started,
    };
  }
}
