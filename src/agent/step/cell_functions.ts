/**
 * The functions that agents put into cells: one set for each runtime, whichever agent works on it.
 *
 * @module
 */

import { defineFunction, type HostFunction } from "../../inject/host_function.ts";
import type { HostCallContext } from "../../runtime/cells/ongoing_calls.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { scopeOf } from "../team/run_scope.ts";

/** The names of the functions. */
export type CellFunctionName = "finish" | "askUser" | "readArtifact";

const FUNCTIONS: Readonly<Record<CellFunctionName, HostFunction>> = {
  finish: defineFunction((answer?: unknown) => scopeOf("finish").finish(answer), {
    description: "Hands over the answer to the task, and ends the task after this block",
    declaration: "(answer: unknown): Promise<void>",
    timeoutMs: Infinity,
  }),
  askUser: defineFunction(
    function (
      this: HostCallContext,
      question: string,
      options?: { readonly options?: readonly string[] },
    ) {
      return scopeOf("askUser").askUser(question, {
        options: options?.options,
        signal: this.signal,
      });
    },
    {
      description:
        "Asks the user, and waits for the answer. With options the user chooses one of them",
      declaration: "(question: string, options?: { options?: string[] }): Promise<string>",
      timeoutMs: Infinity,
    },
  ),
  readArtifact: defineFunction((name: string) => scopeOf("readArtifact").readArtifact(name), {
    description: "Returns a text that was too long to be shown, by the name that was given there",
    declaration: "(name: string): Promise<string>",
  }),
};

/** The functions that are injected already. */
const injected = new WeakMap<Runtime, Map<CellFunctionName, Promise<void>>>();

/** Calls of these functions are the agent's own affair: they are not counted, and need no approval. */
export function isCellFunction(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, name);
}

/**
 * Checks that a runtime has no names of its own in place of the functions.
 *
 * @param runtime The runtime.
 * @param names The functions.
 * @throws {TypeError} If a name is taken.
 */
export function checkCellFunctions(runtime: Runtime, names: readonly CellFunctionName[]): void {
  for (const name of names) {
    if (injected.get(runtime)?.has(name) || runtime.isInjected?.(name) !== true) continue;
    throw new TypeError(
      `Cannot make an agent: the runtime has a name ${
        JSON.stringify(name)
      }, which this agent puts into cells itself`,
    );
  }
}

/**
 * Injects functions that are not there yet.
 *
 * @param runtime The runtime.
 * @param names The functions.
 * @throws {TypeError} If a name is taken.
 */
export async function injectCellFunctions(
  runtime: Runtime,
  names: readonly CellFunctionName[],
): Promise<void> {
  let known = injected.get(runtime);
  if (known === undefined) injected.set(runtime, known = new Map());
  for (const name of names) {
    let injecting = known.get(name);
    if (injecting === undefined) {
      injecting = runtime.inject({ functions: { [name]: FUNCTIONS[name] } });
      known.set(name, injecting);
      injecting.catch(() => known.delete(name));
    }
    await injecting;
  }
}
