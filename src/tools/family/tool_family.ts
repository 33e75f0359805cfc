/**
 * Families of tools: what a runtime gets for cells, and what an agent gets for tool calls.
 *
 * @module
 */

import { defineFunction, type HostFunction } from "../../inject/host_function.ts";
import type { InjectOptions } from "../../inject/injections.ts";
import { KernelModule } from "../../inject/kernel_module.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { HostCallContext } from "../../runtime/cells/ongoing_calls.ts";
import { argumentSchemaOf } from "./_arguments.ts";
import { signatureOf } from "./_signature.ts";
import type { Tool } from "./tool.ts";

/** Tools that belong together: one object in cells, and one tool for each member. */
export interface ToolFamily {
  /** The name of the object in cells: `files`. */
  readonly name: string;
  /** The functions and the module for the method `inject` of a runtime. */
  readonly injections: InjectOptions;
  /** The tools for an agent: `new CaveAgent({ tools: family.tools })`. */
  readonly tools: Readonly<Record<string, HostFunction>>;

  /**
   * Gives the tools to the cells of a runtime.
   *
   * @param runtime The runtime.
   * @throws {TypeError} If a name of them is injected already.
   */
  inject(runtime: Pick<Runtime, "inject">): Promise<void>;
}

/** Several families in one. */
export type JoinedTools = Omit<ToolFamily, "name">;

/** Text about a family, for the model. */
export interface FamilyOptions {
  /** The name of the object in cells. */
  readonly name: string;
  /** Text about it. */
  readonly description: string;
}

/** The method of values that show something. */
const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

/**
 * Makes a family of tools.
 *
 * @param tools The tools.
 * @param options The name of the object in cells.
 */
export function toolFamily(
  tools: readonly Tool[],
  { name, description }: FamilyOptions,
): ToolFamily {
  const functions = Object.fromEntries(
    tools.map((tool) => [`${name}_${tool.member}`, forCells(tool, `${name}.${tool.member}`)]),
  );
  const module = new KernelModule({
    name: `the tools ${name}`,
    cell: cellOf(name, tools),
    trusted: true,
    exports: new Map([[name, {
      kind: "variable",
      declaration: `declare namespace ${name} {}`,
      description,
      typeDeclarations: [],
      isAsync: true,
    }]]),
  });
  const injections = { functions, modules: [module] };
  return {
    name,
    injections,
    inject: (runtime) => runtime.inject(injections),
    tools: Object.fromEntries(tools.map((tool) => [tool.tool, forCalls(tool)])),
  };
}

/**
 * Joins families.
 *
 * @param families The families.
 * @returns What a runtime and an agent take.
 * @throws {TypeError} If two have the same name.
 *
 * @example Files and a search of the web in one
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { fileTools, joinTools, webTools } from "@cave/agent/tools";
 * import { MemoryWorkspace } from "@cave/agent/workspace";
 * import { assertEquals } from "@std/assert";
 *
 * const tools = joinTools(
 *   fileTools(new MemoryWorkspace({ files: { "a.md": "hello" } })),
 *   webTools({ allow: ["docs.deno.com"] }),
 * );
 * await using runtime = new DenoRuntime();
 * await tools.inject(runtime);
 * const result = await runtime.execute(`(await files.read("a.md")).toUpperCase()`);
 * assertEquals(result.status === "ok" && result.value?.text, '"HELLO"');
 * ```
 */
export function joinTools(
  ...families: readonly ToolFamily[]
): JoinedTools {
  const names = families.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new TypeError(`Cannot join tools: there are two of ${twice}`);
  const injections = {
    functions: Object.assign({}, ...families.map(({ injections }) => injections.functions)),
    modules: families.flatMap(({ injections }) => injections.modules ?? []),
  };
  return {
    injections,
    inject: (runtime) => runtime.inject(injections),
    tools: Object.assign({}, ...families.map(({ tools }) => tools)),
  };
}

/** Returns the function for cells. */
function forCells(tool: Tool, path: string): HostFunction {
  return defineFunction(
    async function (this: HostCallContext | undefined, input: never) {
      const result = await tool.call(input, { signal: this?.signal ?? NEVER });
      if (tool.show === undefined) return result;
      const { bundle, rest } = tool.show(result as never);
      return { ...rest, bundle };
    },
    {
      ...optionsOf(tool),
      path,
      input: argumentSchemaOf(tool),
      declaration: signatureOf(tool),
      typeDeclarations: tool.types ?? [],
    },
  );
}

/** Returns the function for tool calls. */
function forCalls(tool: Tool): HostFunction {
  return defineFunction(
    async function (this: HostCallContext | undefined, input: never) {
      const result = await tool.call(input, { signal: this?.signal ?? NEVER });
      if (tool.show === undefined) return result;
      const { bundle, rest } = tool.show(result as never);
      return Object.defineProperty({ ...rest }, DISPLAY, { value: () => bundle });
    },
    { ...optionsOf(tool), input: tool.input },
  );
}

function optionsOf({ description, effect, idempotent, approval, timeoutMs }: Tool) {
  return { description, effect, idempotent, approval, timeoutMs };
}

const NEVER = new AbortController().signal;

/** Returns a cell that makes the object. Its functions refer to names of the kernel only, so that snapshots can keep them. */
function cellOf(name: string, tools: readonly Tool[]): string {
  const lines = tools.map(({ member, show }) => {
    const call = `${name}_${member}(...args)`;
    return show === undefined
      ? `    ${member}: async (...args) => ${call},`
      : `    ${member}: async (...args) => {
      const { bundle, ...rest } = await ${call};
      await display({ [Symbol.for("Jupyter.display")]: () => bundle });
      return rest;
    },`;
  });
  return `return {
  ${name}: Object.freeze({
${lines.join("\n")}
  }),
};`;
}
