/** Runs attacks against a runtime, and determines their outcomes. */

import { assert } from "@std/assert";
import { DenoRuntime, type DenoRuntimeOptions } from "../../src/runtime/deno_runtime.ts";
import { RemoteError } from "../../src/rpc/wire/rpc_error.ts";
import { KernelExitError } from "../../src/host/kernel_exit.ts";
import type { CellResult } from "../../src/runtime/cells/cell_result.ts";
import { Arena } from "./_arena.ts";
import type { Attack, AttackClass } from "./_attack.ts";

/**
 * The outcome of a cell: refused by rules, failed, harmless, stopped, its kernel ended, its kernel damaged, or access
 * to something that it should not have.
 */
export type Outcome =
  | "blocked"
  | "cell-error"
  | "harmless"
  | "interrupted"
  | "killed"
  | "spoilt"
  | "reached";

/** Classes of cells that leave code running, or change what later cells would find. */
const ALONE: ReadonlySet<AttackClass> = new Set(["channel", "lifecycle", "resource"]);

/** Time limit of cells that may not end. */
const SHORT_MS = 150;

/** Time limit of a cell that comes after one of them, and that code left running may hold up. */
const HELD_UP_MS = 5_000;

/** Time limit of all others: longer than any of them takes on a busy machine. */
const LONG_MS = 60_000;

/** How kernels have ended last in a cell, for messages. */
export const ENDINGS: Map<string, string> = new Map();

/** The cell that comes after an attack. */
export const NEXT = "typeof keep === 'number' ? keep + 1 : 42";

/** Further cells that affect later ones, through the stacks of errors. */
const ALONE_BY_ID: ReadonlySet<string> = new Set(["code-prepare-stack-define", "realm-callsite"]);

/** Outcomes after which a kernel is unchanged. */
const CLEAN: ReadonlySet<Outcome> = new Set(["blocked", "cell-error", "harmless"]);

const LIMITS: DenoRuntimeOptions = {
  timeoutMs: LONG_MS,
  stopGraceMs: 1_000,
  callTimeoutMs: 300,
  memoryBytes: 64 * 2 ** 20,
  processMemoryBytes: 160 * 2 ** 20,
  maxFrameBytes: 16 * 2 ** 20,
  maxRestarts: 1_000,
  checkpoint: "never",
};

/**
 * Runs attacks. Checks after each that the host and its surroundings are unchanged and that the next cell works.
 *
 * @param attacks The attacks.
 * @param options Options of the runtime, in addition to its limits.
 */
export async function runAttacks(
  attacks: readonly Attack[],
  options: DenoRuntimeOptions,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  await using arena = new Arena();
  const start = () => {
    const { functions, variables } = arena;
    return new DenoRuntime({ ...LIMITS, ...options, functions, variables });
  };
  const queue = attacks.values();
  const work = async () => {
    let runtime = start();
    try {
      for (const attack of queue) {
        const outcome = await attackOnce(runtime, { ...attack, code: arena.place(attack.code) });
        outcomes.set(attack.id, outcome);
        arena.assertUntouched();
        const isAlone = ALONE.has(attack.class) || ALONE_BY_ID.has(attack.id);
        if (outcome === "blocked" || !isAlone && CLEAN.has(outcome)) continue;
        await runtime.close();
        runtime = start();
      }
    } finally {
      await runtime.close();
    }
  };
  // Most of the time is spent on starting kernels.
  await Promise.all([work(), work(), work()]);
  arena.assertNothingStarted();
  return outcomes;
}

async function attackOnce(
  runtime: DenoRuntime,
  { code, expect }: Pick<Attack, "code" | "expect">,
): Promise<Outcome> {
  const begin = "var keep = 41";
  if (await outcomeOf(runtime, begin) === "killed") await runtime.execute(begin);
  const isEndless = expect.some((word) => word === "interrupted" || word === "killed");
  const outcome = await outcomeOf(runtime, code, { timeoutMs: isEndless ? SHORT_MS : LONG_MS });
  let left = await outcomeOf(runtime, NEXT, { timeoutMs: isEndless ? HELD_UP_MS : LONG_MS });
  // Code left running may cost the next cell its time, or end the kernel, but must not affect the cell after that.
  const hasCost = left === "interrupted" || left === "killed";
  const cost = hasCost ? left : outcome;
  if (hasCost) left = await outcomeOf(runtime, NEXT);
  if (left === "harmless" && await isFine(runtime)) return outcome === "reached" ? outcome : cost;
  await runtime.reset();
  assert(await isFine(runtime), code);
  return outcome === "reached" ? outcome : "spoilt";
}

async function isFine(runtime: DenoRuntime): Promise<boolean> {
  const result = await runtime.execute(NEXT).catch((error) => {
    if (error instanceof KernelExitError || isAnsweredWithError(error)) return undefined;
    throw error;
  });
  return result?.status === "ok" && result.value?.text === "42";
}

async function outcomeOf(
  runtime: DenoRuntime,
  code: string,
  { timeoutMs = LONG_MS } = {},
): Promise<Outcome> {
  let result: CellResult;
  try {
    result = await runtime.execute(code, { timeoutMs });
  } catch (error) {
    if (error instanceof KernelExitError) {
      ENDINGS.set(code, error.message);
      return "killed";
    }
    if (isAnsweredWithError(error)) return "spoilt";
    throw error;
  }
  if (result.status === "kernel_exit") {
    ENDINGS.set(code, JSON.stringify(withoutSource(result)));
    return "killed";
  }
  // The violations quote the cell.
  if (result.status === "refused") return "blocked";
  if (Deno.inspect(withoutSource(result)).includes("PWNED")) return "reached";
  switch (result.status) {
    case "ok":
      return "harmless";
    case "error":
      return "cell-error";
    default:
      if ("stateKept" in result && result.stateKept) return "interrupted";
      ENDINGS.set(code, result.status);
      return "killed";
  }
}

/** Whether a kernel has failed to run a cell, rather than run one that fails. */
function isAnsweredWithError(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof RemoteError;
}

/** The text of the cell has the word in it. */
function withoutSource(result: CellResult): unknown {
  const { source: _, ...rest } = result;
  if (rest.status !== "error") return rest;
  const { name, message } = rest.error;
  return { ...rest, error: { name, message } };
}
