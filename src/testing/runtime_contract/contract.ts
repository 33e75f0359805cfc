/** The vocabulary of the contract of runtimes. */

import { assertEquals } from "@std/assert";
import type { RuntimeOptions } from "../../runtime/runtime_options.ts";
import type { CellResult } from "../../runtime/cells/cell_result.ts";
import type { Runtime } from "../../runtime/runtime.ts";

/** Creates the runtime under test. */
export type MakeRuntime = (options: RuntimeOptions) => Runtime;

/** One promise, as `method() does X when Y`, and its check. */
export type Promised = readonly [promise: string, check: (make: MakeRuntime) => Promise<void>];

/** A cell that succeeded. */
export type Success = Extract<CellResult, { status: "ok" }>;

/** A cell that threw. */
export type Failure = Extract<CellResult, { status: "error" }>;

/**
 * Runs a cell that has to succeed.
 *
 * @param runtime The runtime.
 * @param source The cell.
 */
export async function run(runtime: Runtime, source: string): Promise<Success> {
  const result = await runtime.execute(source);
  assertEquals(result.status, "ok", result.status === "error" ? result.error.text : undefined);
  return result as Success;
}

/**
 * Runs a cell that has to throw.
 *
 * @param runtime The runtime.
 * @param source The cell.
 */
export async function runFailing(runtime: Runtime, source: string): Promise<Failure> {
  const result = await runtime.execute(source);
  assertEquals(result.status, "error");
  return result as Failure;
}

/** The result of a cell whose kernel ended under it. */
export type KernelExitResult = Extract<CellResult, { status: "kernel_exit" }>;

/**
 * Runs a cell under which the kernel has to end.
 *
 * @param runtime The runtime.
 * @param source The cell.
 */
export async function runFatal(runtime: Runtime, source: string): Promise<KernelExitResult> {
  const result = await runtime.execute(source);
  assertEquals(result.status, "kernel_exit");
  return result as KernelExitResult;
}

/**
 * Returns the text of a cell's value.
 *
 * @param runtime The runtime.
 * @param source The cell.
 */
export async function valueOf(runtime: Runtime, source: string): Promise<string | undefined> {
  return (await run(runtime, source)).value?.text;
}
