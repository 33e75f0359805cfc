/**
 * Cells in one line, for tests of the functions and objects that cells use.
 *
 * @module
 */

import { AssertionError } from "@std/assert";
import type { CellResult } from "../runtime/cells/cell_result.ts";
import { DenoRuntime, type DenoRuntimeOptions } from "../runtime/deno_runtime.ts";
import { LocalRuntime } from "../runtime/local_runtime.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Options of {@linkcode runCells}. */
export interface RunCellsOptions extends DenoRuntimeOptions {
  /** A kernel of its own, or the process of the test, which starts faster and isolates nothing. @default "deno" */
  readonly in?: "deno" | "local" | undefined;
  /** Names whose values are returned at the end. @default none */
  readonly retrieve?: readonly string[] | undefined;
  /** Whether cells may fail: their results tell. @default false: the first failure is thrown */
  readonly mayFail?: boolean | undefined;
}

/** The results of {@linkcode runCells}. */
export interface CellsRun {
  /** The results of the cells. */
  readonly results: readonly CellResult[];
  /** The text of the value of the last cell; `undefined` if it has none. */
  readonly value: string | undefined;
  /** Everything that the cells printed. */
  readonly printed: string;
  /** The values of the names that were asked for. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Runs cells in a fresh runtime, and closes it.
 *
 * @param cells A cell, or several.
 * @param options Injections and limits as for `DenoRuntime`, names to retrieve.
 * @returns The results.
 * @throws {AssertionError} If a cell fails. The message has the report of the cell.
 *
 * @example A function that cells call
 * ```ts
 * import { runCells } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { value, values } = await runCells(["const n = await add(40, 2)", "n * 2"], {
 *   in: "local",
 *   functions: { add: (a: number, b: number) => a + b },
 *   retrieve: ["n"],
 * });
 * assertEquals([value, values.n], ["84", 42]);
 * ```
 */
export async function runCells(
  cells: string | readonly string[],
  options: RunCellsOptions = {},
): Promise<CellsRun> {
  const { in: place = "deno", retrieve = [], mayFail = false, ...runtimeOptions } = options;
  if (place !== "deno" && place !== "local") {
    throw new TypeError(
      `Cannot run cells: in is "deno" or "local", current value is ${JSON.stringify(place)}`,
    );
  }
  await using runtime: Runtime = place === "local"
    ? new LocalRuntime(runtimeOptions)
    : new DenoRuntime(runtimeOptions);
  const results: CellResult[] = [];
  for (const source of typeof cells === "string" ? [cells] : cells) {
    const result = await runtime.execute(source);
    results.push(result);
    if (result.status !== "ok" && !mayFail) throw new AssertionError(reportOf(result));
  }
  const values: Record<string, unknown> = {};
  for (const name of retrieve) values[name] = await runtime.retrieve(name);
  const last = results.at(-1);
  return {
    results,
    value: last?.status === "ok" ? last.value?.text : undefined,
    printed: results.map(({ output }) => output.text).join(""),
    values,
  };
}

function reportOf(result: CellResult): string {
  const report = result.status === "error"
    ? result.error.text
    : "text" in result
    ? result.text
    : result.status;
  return `Cell ${result.cell} failed: ${report}`;
}
