/**
 * The environment of cells: what they find in the global object, prepared before the first of them runs.
 *
 * @module
 */

import { Object } from "../../rpc/builtins.ts";
import { encode } from "../../rpc/values/codec.ts";
import type { EncodedValue } from "../../rpc/values/codec.ts";
import { createConsole } from "./console.ts";
import { createDisplay } from "./display.ts";
import { installFinalizers } from "./finalizers.ts";
import { curateGlobals } from "./globals.ts";
import { installIterablePromises } from "./iterable_promises.ts";
import { catchLateErrors } from "./late_errors.ts";
import { lockDown } from "../lockdown/lockdown.ts";
import type { OutputBuffer } from "./output_buffer.ts";
import { installTimers } from "./timers.ts";

/** Options of {@linkcode prepareEnvironment}. */
export interface EnvironmentOptions {
  /** Members of `Deno` that stay. */
  readonly denoMembers: readonly string[];
  /** Whether there is WebAssembly. */
  readonly wasm: boolean;
  /** Timers that may be pending at once. */
  readonly maxTimers: number;
  /** Takes what cells print. */
  readonly output: OutputBuffer;
  /** Takes what cells display, encoded. */
  readonly onDisplay: (bundle: EncodedValue) => void;
  /** Returns whether the asking code belongs to a cell that was stopped. */
  readonly isStopped: () => boolean;
  /** Receives errors of what cells left running, and how the report begins. */
  readonly onLateError: (thrown: unknown, how: string) => void;
  /** Ends the running cell with an error of a callback of its own, and returns whether it is one. */
  readonly onFailure: (thrown: unknown) => boolean;
}

/** The environment of cells, as the kernel sees it. */
export interface Environment {
  /** The names of the globals. */
  readonly globals: ReadonlySet<string>;
  /** Ends the groups that a cell has left open in its console. */
  readonly endGroups: () => void;
}

/**
 * Prepares the global object for cells.
 *
 * @param options The parts of the platform that stay, limits, and receivers.
 * @returns The names of the globals, and a way to tidy up.
 */
export function prepareEnvironment(options: EnvironmentOptions): Environment {
  const { denoMembers, wasm, maxTimers, output, onDisplay, isStopped, onLateError, onFailure } =
    options;
  catchLateErrors(onLateError);
  const late = (thrown: unknown) => onLateError(thrown, "Uncaught");
  installTimers({
    maxTimers,
    isStopped,
    onError: (thrown) => {
      if (!onFailure(thrown)) late(thrown);
    },
  });
  installFinalizers({ isStopped, onError: late });
  // Before the rest of `Deno` is gone, of which it is made.
  const { console, endGroups } = createConsole((stream, text) => output.write(stream, text));
  const globals = curateGlobals(denoMembers, { wasm });
  const display = createDisplay((bundle) =>
    // Encoded at once: the bundle may change, and the kernel may end before it is looked at.
    onDisplay(encode(bundle, { instances: "data", name: "display" }))
  );
  Object.assign(globalThis, { console, display });
  globals.add("display");
  installIterablePromises();
  lockDown();
  return { globals, endGroups };
}
