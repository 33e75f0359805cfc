/** Runs the attacks against a runtime, and says what came of each. */

import { assert } from "@std/assert";
import { DenoRuntime, type DenoRuntimeOptions } from "../../src/runtime/deno_runtime.ts";
import { KernelExitError } from "../../src/runtime/kernel.ts";
import type { CellResult } from "../../src/runtime/runtime.ts";
import { Arena } from "./_arena.ts";
import { type Attack, type AttackClass, ATTACKS } from "./_attack.ts";

/**
 * What came of a cell: rules have refused it, it has failed, it has done no harm, it was stopped, its kernel has ended, its
 * kernel does not do what it should any more, or it has reached what was not meant for it.
 */
export type Outcome =
  | "blocked"
  | "cell-error"
  | "harmless"
  | "interrupted"
  | "killed"
  | "spoilt"
  | "reached";

/** Cells of these classes change what later ones would find. */
const ALONE: ReadonlySet<AttackClass> = new Set(["channel", "lifecycle", "resource"]);

const LIMITS: DenoRuntimeOptions = {
  timeoutMs: 150,
  callTimeoutMs: 300,
  memoryBytes: 64 * 2 ** 20,
  processMemoryBytes: 160 * 2 ** 20,
  maxFrameBytes: 16 * 2 ** 20,
  maxRestarts: 1_000,
  checkpoint: "never",
};

/** Options of {@linkcode runAttacks}. */
export interface AttackOptions extends DenoRuntimeOptions {
  /** Cells that are left out. @default none */
  readonly leaveOut?: (attack: Attack) => boolean;
}

/**
 * Runs all attacks, and checks after each that the host and what lies around it are as before and that the next cell works.
 *
 * @param options Of the runtime, beside its limits.
 */
export async function runAttacks(
  { leaveOut = () => false, ...options }: AttackOptions,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const attacks = ATTACKS.filter((attack) => !leaveOut(attack));
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
        const outcome = await attackOnce(runtime, arena.place(attack.code));
        outcomes.set(attack.id, outcome);
        arena.assertUntouched();
        if (!ALONE.has(attack.class)) continue;
        await runtime.close();
        runtime = start();
      }
    } finally {
      await runtime.close();
    }
  };
  // Most of the time is spent on the start of kernels.
  await Promise.all([work(), work(), work()]);
  return outcomes;
}

async function attackOnce(runtime: DenoRuntime, code: string): Promise<Outcome> {
  const begin = "var keep = 41";
  if (await outcomeOf(runtime, begin) === "killed") await runtime.execute(begin);
  const outcome = await outcomeOf(runtime, code);
  let left = await outcomeOf(runtime, NEXT);
  // What a cell has left behind may cost the next one its time, or both their kernel, but not the one behind that.
  const cost = left === "interrupted" || left === "killed" ? left : outcome;
  if (cost !== outcome) left = await outcomeOf(runtime, NEXT);
  if (left === "harmless" && await isFine(runtime)) return outcome === "reached" ? outcome : cost;
  await runtime.reset();
  assert(await isFine(runtime), code);
  return outcome === "reached" ? outcome : "spoilt";
}

const NEXT = "typeof keep === 'number' ? keep + 1 : 42";

async function isFine(runtime: DenoRuntime): Promise<boolean> {
  const result = await runtime.execute(NEXT);
  return result.status === "ok" && result.value?.text === "42";
}

async function outcomeOf(runtime: DenoRuntime, code: string): Promise<Outcome> {
  let result: CellResult;
  try {
    result = await runtime.execute(code);
  } catch (error) {
    if (error instanceof KernelExitError) return "killed";
    throw error;
  }
  if (Deno.inspect(withoutSource(result)).includes("PWNED")) return "reached";
  switch (result.status) {
    case "ok":
      return "harmless";
    case "error":
      return "cell-error";
    default:
      return "stateKept" in result && result.stateKept ? "interrupted" : "killed";
  }
}

/** The text of the cell has the word in it. */
function withoutSource(result: CellResult): unknown {
  const { source: _, ...rest } = result;
  if (rest.status !== "error") return rest;
  const { name, message } = rest.error;
  return { ...rest, error: { name, message } };
}
