/** Calls of tools without a kernel or a model: by position as cells do, and with JSON as tool calls do. */

import { callHostFunction, type HostFunction } from "../../src/inject/host_function.ts";
import type { ToolFamily } from "../../src/tools/family/tool_family.ts";

/** Returns a function that calls a member as a cell does. */
// deno-lint-ignore no-explicit-any -- results are compared as they are
export function asCell(family: ToolFamily): (member: string, ...args: unknown[]) => Promise<any> {
  return (member, ...args) => {
    const definition = family.injections.functions![`${family.name}_${member}`] as HostFunction;
    const context = { signal: new AbortController().signal };
    return callHostFunction(definition, { name: `${family.name}.${member}`, args, context });
  };
}

/** Returns a function that calls a tool as a model does. */
// deno-lint-ignore no-explicit-any -- results are compared as they are
export function asTool(family: ToolFamily): (tool: string, input: object) => Promise<any> {
  return (tool, input) => {
    const definition = family.tools[tool]!;
    const context = { signal: new AbortController().signal };
    const args = [JSON.parse(JSON.stringify(input))];
    return callHostFunction(definition, { name: tool, args, context });
  };
}

/** Returns the message of the error of a promise. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
}
