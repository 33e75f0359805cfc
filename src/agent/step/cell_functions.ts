/**
 * The functions that agents put into cells: one set for each runtime, whichever agent works on it.
 *
 * @module
 */

import { defineFunction, type HostFunction } from "../../inject/host_function.ts";
import type { HostCallContext } from "../../runtime/cells/ongoing_calls.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { SkillSet } from "../../skills/skill_set.ts";
import { scopeOf } from "../team/run_scope.ts";

/** The names of the functions. */
export type CellFunctionName =
  | "finish"
  | "askUser"
  | "readArtifact"
  | "activateSkill"
  | "readSkillFile";

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
  activateSkill: defineFunction((name: string) => skillsOf("activateSkill").activate(name), {
    description:
      "Returns the instructions of a skill, with a list of its files. Print and follow them",
    declaration: "(name: string): Promise<string>",
  }),
  readSkillFile: defineFunction(
    (name: string, path: string) => skillsOf("readSkillFile").readFile(name, path),
    {
      description: "Returns a file of a skill: its text, or its bytes if it is not text",
      declaration: "(name: string, path: string): Promise<string | Uint8Array>",
    },
  ),
};

/** Returns the skills of the run that makes a call. */
function skillsOf(name: CellFunctionName): SkillSet {
  const { skills } = scopeOf(name);
  if (skills === undefined) throw new TypeError(`Cannot call ${name}: the agent has no skills`);
  return skills;
}

/** The functions that are injected already. */
const injected = new WeakMap<Runtime, Map<CellFunctionName, Promise<void>>>();

/** Calls of these functions are the agent's own affair: they are not counted, and need no approval. */
export function isCellFunction(name: string, runtime: Runtime): boolean {
  // A host may have a function of its own with such a name, which may need an approval.
  return Object.hasOwn(FUNCTIONS, name) &&
    injected.get(runtime)?.has(name as CellFunctionName) === true;
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
