/**
 * A run of steps whose effects stand in a ledger, with a model that looks into what it is shown: for processes that are killed.
 *
 * @module
 */

import { CaveAgent } from "../../src/cave_agent.ts";
import { defineFunction } from "../../src/inject/host_function.ts";
import type { Model, ModelMessage } from "../../src/model/model.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";

/** The steps of a run. */
export interface LedgerPlan {
  /** Number of steps. */
  readonly steps: number;
  /** The file of the ledger. */
  readonly ledger: string;
  /** Called at points at which a process may be killed. */
  readonly at: (point: string) => void;
  /** Makes the runtime. @default a `DenoRuntime` */
  readonly runtime?: ((options: object) => Runtime) | undefined;
}

/** Returns the entries of a ledger. */
export function readLedger(path: string): string[] {
  try {
    return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Returns an agent that enters each step into a ledger, and sums the steps up in its namespace. */
export function ledgerAgent({ steps, ledger, at, runtime }: LedgerPlan): CaveAgent<Runtime> {
  let file: Deno.FsFile | undefined;
  const functions = {
    enter: defineFunction((entry: string) => {
      at("before the effect");
      // Open already with the second effect: a process that is frozen between its lease and its effect is nobody's fault.
      file ??= Deno.openSync(ledger, { append: true, create: true });
      file.writeSync(new TextEncoder().encode(`${entry}\n`));
      at("after the effect");
      return `${entry} is entered`;
    }, { effect: "write" }),
    has: defineFunction((entry: string) => readLedger(ledger).includes(entry), { effect: "read" }),
  };
  const options = { functions, checkpoint: "never" } as const;
  return new CaveAgent<Runtime>({
    model: ledgerModel({ steps, at }),
    runtime: runtime?.(options) ?? new DenoRuntime(options) as unknown as Runtime,
    maxSteps: 10 * steps,
  });
}

function ledgerModel({ steps, at }: Pick<LedgerPlan, "steps" | "at">): Model {
  return {
    async *stream(messages) {
      at("asking the model");
      yield { type: "text", text: replyTo(messages, steps) };
      yield { type: "end", finishReason: "stop" };
    },
  };
}

/** Returns the next cell: what has happened is not repeated, what is uncertain is looked up. */
function replyTo(messages: readonly ModelMessage[], steps: number): string {
  const last = messages.at(-1)!.content;
  const done = messages.filter(({ content }) => content.includes("summed up")).length;
  const cells = messages.filter(({ role, content }) =>
    role === "assistant" && /sum \+=/.test(content)
  );
  const step = Math.max(
    0,
    ...cells.map(({ content }) => Number(/sum \+= (\d+)/.exec(content)![1])),
  );
  if (messages.length <= 2) return cell(`let sum = 0; const seen = []; "begun"`);
  if (!last.includes("was ended before")) {
    return step === steps ? `The sum is ${done}` : enter(step + 1);
  }
  if (step === 0) return cell(`let sum = 0; const seen = []; "begun"`);
  const entry = `entry ${step}`;
  if (last.includes(`enter("${entry}"): has happened`)) return cell(sum(step));
  if (last.includes(`enter("${entry}"): began`)) {
    return cell(`if (!await has("${entry}")) await enter("${entry}");\n${sum(step)}`);
  }
  // Nothing has happened in this cell: it is written again.
  if (last.includes("It made no call") || last.includes(`enter("${entry}"): has failed`)) {
    return cells.at(-1)!.content;
  }
  throw new Error(`The model does not understand ${last}`);
}

function enter(step: number): string {
  return cell(`await enter("entry ${step}");\n${sum(step)}`);
}

function sum(step: number): string {
  return `sum += ${step}; seen.push(${step}); "summed up"`;
}

function cell(code: string): string {
  return `~~~ts\n${code}\n~~~`;
}
