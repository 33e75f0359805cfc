/** Tables of sessions: cells that run one after another, and the outcome of the last one. */

import { assert, assertMatch } from "@std/assert";
import { DenoRuntime, LocalRuntime, type RuntimeOptions } from "../../mod.ts";
import type { CellResult } from "../../src/runtime/cells/cell_result.ts";

/** A session. */
export interface Session {
  /** The cells, or the only one. */
  readonly cells: string | readonly string[];
  /** Text or pattern in the outcome of the last cell; see {@linkcode outcomeOf}. */
  readonly gives: string | RegExp;
  /** The injected names. */
  readonly injects?: RuntimeOptions;
}

/** The runtimes that a session is tried on. */
const RUNTIMES = { DenoRuntime, LocalRuntime } as const;

/** The name of a runtime. */
export type RuntimeName = keyof typeof RUNTIMES;

/**
 * Defines a test for each session.
 *
 * @param claim The claim that the sessions prove, as the end of a sentence that begins with the runtime.
 * @param sessions The table.
 * @param names The runtimes.
 */
export function testSessions(
  claim: string,
  sessions: readonly Session[],
  names: readonly RuntimeName[] = ["DenoRuntime", "LocalRuntime"],
): void {
  for (const name of names) {
    Deno.test(`${name} ${claim}`, async (t) => {
      for (const { cells, gives, injects } of sessions) {
        const list = typeof cells === "string" ? [cells] : cells;
        await t.step(list.join(" ⏎ "), async () => {
          await using runtime = new RUNTIMES[name](injects);
          const results: CellResult[] = [];
          for (const cell of list) results.push(await runtime.execute(cell));
          const outcome = outcomeOf(results.at(-1)!, results.slice(0, -1));
          if (typeof gives !== "string") assertMatch(outcome, gives);
          else assert(outcome.includes(gives), `${outcome}\n does not contain ${gives}`);
        });
      }
    });
  }
}

/**
 * Returns a result as a text that its reader could be given.
 *
 * @param result The result.
 * @param earlier The results of earlier cells. Their output is listed as well: an error of a timer is in the result of its own
 * cell, on time or late, or in that of the next cell, as the machine is fast or slow.
 * @returns The text.
 */
export function outcomeOf(result: CellResult, earlier: readonly CellResult[] = []): string {
  const { status, output, changed, unawaited } = result;
  const text = status === "ok"
    ? result.value?.text ?? "nothing"
    : status === "error"
    ? result.error.text
    : status === "refused"
    ? result.text
    : "";
  const pieces = [...earlier, result].flatMap(({ output }) => output.late);
  const late = pieces.map((piece) => `\nlate ${piece.cell}: ${piece.text}`).join("");
  const before = earlier.filter(({ output }) => output.text !== "")
    .map(({ cell, output }) => `\nbefore ${cell}: ${output.text}`).join("");
  const names = changed.map(({ name, constant }) => `${constant ? "const " : ""}${name}`).join(
    ", ",
  );
  const calls = unawaited.map(({ name, line }) => `\nunawaited ${name}:${line}`).join("");
  return `${status} ${text}\nprinted ${
    JSON.stringify(output.text)
  }\nchanged ${names}${late}${before}${calls}`;
}
