/**
 * The tools of a server as the members of one object of cells.
 *
 * @module
 */

import { defineFunction, type HostFunction } from "../inject/host_function.ts";
import type { Approval } from "../inject/approval.ts";
import { KernelModule } from "../inject/kernel_module.ts";
import { headOf } from "../text/truncate.ts";
import type { HostCallContext } from "../runtime/cells/ongoing_calls.ts";
import type { Connection } from "./connection.ts";
import type { McpTool } from "./request/mcp_client.ts";
import type { McpApproval } from "./mcp_options.ts";
import { freeName, identifiersOf } from "./names.ts";
import { offersOf } from "./offers.ts";
import { typeOfJsonSchema } from "./schema/json_schema_type.ts";
import type { ToolRequest } from "./request/tool_calls.ts";

/** Characters of the description of a tool, for the model. */
const MAX_DESCRIPTION_CHARS = 2_000;

/** Characters of the types of one tool. */
const MAX_TYPE_CHARS = 12_000;

/** The functions of a server, ready to be injected. */
export interface Namespace {
  /** The name of the object. */
  readonly name: string;
  /** The functions of the host, by their names. */
  readonly functions: ReadonlyMap<string, HostFunction>;
  /** The module that makes the object in the kernel. */
  readonly module: KernelModule;
  /** The names of tools by the members of the object. */
  readonly tools: ReadonlyMap<string, string>;
  /** The members of the object. */
  readonly members: readonly string[];
}

/** Options of {@linkcode namespaceOf}. */
export interface NamespaceOptions {
  /** The name of the object. */
  readonly name: string;
  /** The tools whose calls a person has to approve. */
  readonly approval: McpApproval;
}

/**
 * Makes the functions of a server.
 *
 * @param connection The server.
 * @param options The name of the object, and approvals.
 */
export function namespaceOf(
  connection: Connection,
  { name, approval }: NamespaceOptions,
): Namespace {
  const tools = identifiersOf(connection.tools.map(({ name }) => name));
  const byName = new Map(connection.tools.map((tool) => [tool.name, tool]));
  const functions = new Map<string, HostFunction>();
  const members = new Map<string, string>();
  const add = (member: string, definition: HostFunction) => {
    const own = `${name}_${member}`;
    members.set(member, own);
    functions.set(own, definition);
  };
  for (const [member, toolName] of tools) {
    const path = `${name}.${member}`;
    add(member, toFunction(connection, byName.get(toolName)!, { path, approval }));
  }
  for (const { name: wanted, define } of offersOf(connection)) {
    const member = freeName(wanted, members);
    add(member, define(`${name}.${member}`));
  }
  const answer = `${name}__answer`;
  const decline = `${name}__decline`;
  functions.set(answer, answerFunction(connection));
  functions.set(decline, declineFunction(connection));
  const finish = `${name}__finish`;
  const cell = cellOf(name, { members, answer, decline, finish });
  return {
    name,
    functions,
    tools,
    members: [...members.keys()],
    module: new KernelModule({
      name: `MCP server ${connection.name}`,
      cell,
      trusted: true,
      exports: new Map([[name, {
        kind: "variable",
        declaration: `declare namespace ${name} {}`,
        description: aboutOf(connection, members.size),
        typeDeclarations: [],
        isAsync: true,
      }], [finish, {
        kind: "function",
        declaration: `declare function ${finish}(step: unknown): Promise<unknown>;`,
        typeDeclarations: [],
        listed: false,
      }]]),
    }),
  };
}

function aboutOf({ name, instructions }: Connection, count: number): string {
  const head = `The MCP server ${JSON.stringify(name)}, with ${count} functions.`;
  return instructions.trim() === "" ? head : `${head}\n${instructions.trim()}`;
}

function toFunction(
  connection: Connection,
  tool: McpTool,
  { path, approval }: { readonly path: string; readonly approval: McpApproval },
): HostFunction {
  const { name, title, description = title, inputSchema, outputSchema, annotations } = tool;
  const prefix = pascal(path);
  const input = typeOfJsonSchema(inputSchema ?? { type: "object" }, {
    prefix,
    maxChars: MAX_TYPE_CHARS,
  });
  const output = outputSchema === undefined
    ? { type: "unknown", declarations: [] }
    : typeOfJsonSchema(outputSchema, { prefix: `${prefix}Result`, maxChars: MAX_TYPE_CHARS });
  const parameters = parametersOf(inputSchema, input.type);
  const call = function (this: HostCallContext | undefined, args?: unknown): Promise<unknown> {
    const given = toArguments(path, args);
    const request: ToolRequest = {
      path,
      tool: name,
      make: (options) => connection.callTool(name, given, { options }),
      signal: this?.signal,
    };
    return connection.calls.start(request);
  };
  return defineFunction(call, {
    path,
    description: description === undefined ? undefined : headOf(description, MAX_DESCRIPTION_CHARS),
    declaration: `(${parameters}): Promise<${output.type}>`,
    typeDeclarations: [...input.declarations, ...output.declarations],
    approval: approvalOf(tool, { approval, server: connection.name }),
    effect: annotations?.readOnlyHint === true ? "read" : "write",
    idempotent: annotations?.idempotentHint === true,
    // The request has limits of its own, which progress and questions move.
    timeoutMs: Infinity,
  });
}

/** Returns the parameter of a tool, as a signature has it. */
function parametersOf(schema: unknown, type: string): string {
  const { required, additionalProperties } = (schema ?? {}) as Record<string, unknown>;
  // Servers that do not say that a tool without parameters takes others mean that it has none.
  const isEmpty = type === "Record<string, never>" ||
    type === "{ [key: string]: unknown }" && additionalProperties === undefined;
  if (isEmpty) return "";
  return Array.isArray(required) && required.length > 0 ? `args: ${type}` : `args?: ${type}`;
}

function approvalOf(
  tool: McpTool,
  { approval, server }: { readonly approval: McpApproval; readonly server: string },
): Approval {
  if (typeof approval === "function") return approval(tool, server);
  const { readOnlyHint, destructiveHint } = tool.annotations ?? {};
  switch (approval) {
    case "destructive":
      return destructiveHint === true && readOnlyHint !== true;
    case "writes":
      return readOnlyHint !== true;
    case "all":
      return true;
    default:
      return false;
  }
}

/** Returns arguments as JSON has them: what a cell sends may be more than JSON. */
function toArguments(path: string, args: unknown): Record<string, unknown> {
  if (args === undefined) return {};
  const isObject = typeof args === "object" && args !== null && !Array.isArray(args) &&
    !(args instanceof Map) && !(args instanceof Set);
  if (!isObject) {
    throw new TypeError(
      `Cannot call ${path}: the argument is ${
        Array.isArray(args) ? "a list" : `of the type ${typeof args}`
      }, and not one object with the parameters as its members`,
    );
  }
  try {
    return JSON.parse(JSON.stringify(args));
  } catch (cause) {
    throw new TypeError(
      `Cannot call ${path}: the argument is not JSON: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

function answerFunction({ calls }: Connection): HostFunction {
  return defineFunction(
    function (this: HostCallContext | undefined, call: unknown, form: unknown) {
      return calls.answer(call, { form, signal: this?.signal });
    },
    { approval: true, listed: false, timeoutMs: Infinity },
  );
}

function declineFunction({ calls }: Connection): HostFunction {
  return defineFunction(
    function (this: HostCallContext | undefined, call: unknown) {
      return calls.decline(call, this?.signal);
    },
    { listed: false, timeoutMs: Infinity },
  );
}

/**
 * Returns a cell that makes the object, and a function that shows what results have to show, and passes questions on to a
 * person. Functions refer to names of the kernel only, so that snapshots can keep those that cells store.
 */
function cellOf(
  name: string,
  { members, answer, decline, finish }: {
    readonly members: ReadonlyMap<string, string>;
    readonly answer: string;
    readonly decline: string;
    readonly finish: string;
  },
): string {
  const lines = [...members].map(([member, own]) =>
    `    ${JSON.stringify(member)}: async (...args) => ${finish}(await ${own}(...args)),`
  );
  return `return {
  ${finish}: async (step) => {
    while (step.question !== undefined) {
      let next;
      try {
        next = await ${answer}(step.call, step.question);
      } catch {
        next = await ${decline}(step.call);
      }
      step = next;
    }
    for (const bundle of step.displays) {
      await display({ [Symbol.for("Jupyter.display")]: () => bundle });
    }
    return step.value;
  },
  ${name}: Object.freeze({
${lines.join("\n")}
  }),
};`;
}

function pascal(path: string): string {
  return path.split(".").map((word) => word[0]!.toUpperCase() + word.slice(1)).join("")
    .replaceAll(/[^A-Za-z0-9]/g, "") || "Mcp";
}
