/**
 * Tools that a model calls by the protocol of its server: the functions of the host, with JSON for arguments.
 *
 * @module
 */

import type { ToolCall, ToolSpec } from "../../model/model.ts";
import { argumentsOf, HostFunction } from "../../inject/host_function.ts";
import { isIdentifier } from "../../inject/identifier.ts";
import { isTuple } from "../../inject/schema.ts";

/** The tool that runs a cell. */
export const RUN_CELL = "run_cell";

/** Maximum number of tools that models handle. */
const MAX_TOOLS = 128;

/** Tools by name: functions, or results of `defineFunction`. */
export type Tools = Readonly<Record<string, unknown>>;

/** The tools of one agent. */
export class ToolSet {
  readonly #functions = new Map<string, HostFunction>();
  readonly #runsCells: boolean;
  readonly #specs: ToolSpec[] = [];

  /**
   * Checks the tools.
   *
   * @param tools The tools.
   * @param options Whether cells are run by a tool.
   * @throws {TypeError} If one has no usable name, or is not a function.
   */
  constructor(tools: Tools, { runsCells }: { readonly runsCells: boolean }) {
    this.#runsCells = runsCells;
    if (runsCells) this.#specs.push(RUN_CELL_SPEC);
    for (const [name, tool] of Object.entries(tools)) {
      const task = `use the tool ${JSON.stringify(name)}`;
      if (!isIdentifier(name) || name.length > 64) {
        throw new TypeError(`Cannot ${task}: it is not an identifier`);
      }
      if (runsCells && name === RUN_CELL) {
        throw new TypeError(`Cannot ${task}: the agent has a tool of that name itself`);
      }
      if (typeof tool !== "function" && !(tool instanceof HostFunction)) {
        throw new TypeError(`Cannot ${task}: it is a ${typeof tool} and not a function`);
      }
      const definition = tool instanceof HostFunction
        ? tool
        : new HostFunction(tool as HostFunction["call"]);
      this.#functions.set(name, definition);
      const { description = name } = definition;
      this.#specs.push({ name, description, parameters: parametersOf(definition) });
    }
    if (this.#specs.length > MAX_TOOLS) {
      throw new RangeError(
        `Cannot use ${this.#specs.length} tools: models handle ${MAX_TOOLS} at most`,
      );
    }
  }

  /** The tools, for the model. */
  get specs(): readonly ToolSpec[] {
    return this.#specs;
  }

  /** Returns the function of a tool. */
  functionOf(name: string): HostFunction | undefined {
    return this.#functions.get(name);
  }

  /**
   * Returns the code of a call that runs a cell; `undefined` if it is the call of another tool.
   *
   * @param call The call.
   * @throws {SyntaxError} If the arguments are not JSON; {TypeError} if they have no code.
   */
  codeIn({ name, arguments: args }: ToolCall): string | undefined {
    if (!this.#runsCells || name !== RUN_CELL) return undefined;
    const { code } = parseArguments(name, args) as { code?: unknown };
    if (typeof code !== "string") {
      throw new TypeError(`Cannot run a cell: code is a ${typeof code}`);
    }
    return code;
  }

  /**
   * Reads the arguments of a call, and checks them.
   *
   * @param call The call.
   * @returns The function and its arguments.
   * @throws {RangeError} If there is no such tool; {SyntaxError} or {TypeError} if the arguments are wrong.
   */
  async read(
    { name, arguments: args }: ToolCall,
  ): Promise<{ definition: HostFunction; args: readonly unknown[] }> {
    const definition = this.#functions.get(name);
    if (definition === undefined) {
      const known = this.#specs.map(({ name }) => name).join(", ");
      throw new RangeError(
        `Cannot call ${JSON.stringify(name.slice(0, 100))}: the tools are ${known}`,
      );
    }
    const given = parseArguments(name, args);
    const list = definition.input !== undefined && isTuple(definition.input)
      ? (given as { args?: unknown }).args
      : [given];
    if (!Array.isArray(list)) throw new TypeError(`Cannot call ${name}: args is not a list`);
    return { definition, args: await argumentsOf(definition, { name, args: list }) };
  }
}

const RUN_CELL_SPEC: ToolSpec = {
  name: RUN_CELL,
  description:
    "Runs a cell of TypeScript in the persistent session, and returns what it prints and its value",
  parameters: {
    type: "object",
    properties: { code: { type: "string", description: "TypeScript" } },
    required: ["code"],
    additionalProperties: false,
  },
};

function parseArguments(name: string, args: string): object {
  let value: unknown;
  try {
    value = args.trim() === "" ? {} : JSON.parse(args);
  } catch (cause) {
    throw new SyntaxError(`Cannot call ${name}: its arguments are not JSON`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(`Cannot call ${name}: its arguments are not an object`);
}

/** Returns the JSON Schema of the arguments, by the Standard JSON Schema specification, which zod implements. */
function parametersOf({ input }: HostFunction): Record<string, unknown> {
  const open = { type: "object", additionalProperties: true };
  if (input === undefined) return open;
  const { jsonSchema } = input["~standard"] as {
    jsonSchema?: { input: (options: unknown) => Record<string, unknown> };
  };
  try {
    const schema = jsonSchema?.input({
      target: "draft-07",
      libraryOptions: { unrepresentable: "any" },
    });
    if (schema === undefined) return open;
    if (!isTuple(input)) return schema;
    return { type: "object", properties: { args: schema }, required: ["args"] };
  } catch {
    return open;
  }
}
