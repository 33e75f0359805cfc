/**
 * The kernel as a tool of other agents: a persistent, isolated, typed code mode for the AI SDK and for the OpenAI Agents SDK.
 *
 * @example With the AI SDK
 * ```ts ignore
 * import { generateText, isStepCount } from "npm:ai@7";
 * import { DenoRuntime } from "@cave/agent";
 * import { cellTool } from "@cave/agent/cell-tool";
 *
 * await using runtime = new DenoRuntime({ functions: { findOrders } });
 * const run_cell = await cellTool(runtime);
 * const { text } = await generateText({ model, prompt, tools: { run_cell }, stopWhen: isStepCount(10) });
 * ```
 *
 * @module
 */

import { observe } from "../agent/step/observation.ts";
import { CallRefusedError } from "../inject/approval.ts";
import type { Schema } from "../inject/schema.ts";
import { checkLimit } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { CellResult } from "../runtime/cells/cell_result.ts";
import type { AroundCall, CellCall } from "../runtime/cells/execute_options.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { headOf } from "../text/truncate.ts";
import { instructionsOf } from "./instructions.ts";

/** Options of {@linkcode cellTool}. */
export interface CellToolOptions {
  /** The name of the tool, for agents that take it from the tool. @default "run_cell" */
  readonly name?: string | undefined;
  /**
   * The place of the declarations of what is injected: the description of the tool, or `instructions` of the tool alone, for
   * the system prompt. Some servers refuse long descriptions. @default "description"
   */
  readonly declarations?: "description" | "instructions" | undefined;
  /** Time limit of a cell in milliseconds, `Infinity` for none. @default the runtime's `timeoutMs` */
  readonly timeoutMs?: number | undefined;
  /** Characters of output that the model sees. @default 5000 */
  readonly maxObservationChars?: number | undefined;
  /** Decides on a call that needs an approval, by returning `true`. @default such calls are refused */
  readonly approve?: ((call: CellCall) => boolean | Promise<boolean>) | undefined;
  /** Receives the result of each cell, with values that it displays. @default none */
  readonly onResult?: ((result: CellResult) => void) | undefined;
}

const CELL_TOOL_OPTIONS: OptionNames<CellToolOptions> = {
  name: true,
  declarations: true,
  timeoutMs: true,
  maxObservationChars: true,
  approve: true,
  onResult: true,
};

/** The input of the tool. */
export interface CellToolInput {
  /** The cell. */
  readonly code: string;
}

/** The options with which agents call a tool. */
export interface CellToolCallOptions {
  /** Stops the cell, as the AI SDK names it. @default none */
  readonly abortSignal?: AbortSignal | undefined;
  /** Stops the cell, as the OpenAI Agents SDK names it. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** A JSON Schema of an object. */
export interface CellToolParameters {
  /** The type. */
  readonly type: "object";
  /** The one property. */
  readonly properties: { readonly code: { readonly type: "string"; readonly description: string } };
  /** The names of required properties. */
  readonly required: ["code"];
  /** No others. */
  readonly additionalProperties: false;
}

/** The schema of the input, by the Standard Schema and Standard JSON Schema specifications. */
export interface CellToolSchema extends Schema {
  /** The specification's own property. */
  readonly "~standard": {
    /** The version of the specification. */
    readonly version: 1;
    /** The maker of the schema. */
    readonly vendor: "cave-agent";
    /** Checks an input. */
    readonly validate: (
      value: unknown,
    ) => { readonly value: CellToolInput } | { readonly issues: readonly { message: string }[] };
    /** Converts the schema to JSON Schema. */
    readonly jsonSchema: {
      /** Returns the schema of inputs. */
      readonly input: () => Record<string, unknown>;
      /** Returns the same schema. */
      readonly output: () => Record<string, unknown>;
    };
  };
}

/** A tool that runs cells: one object in the shape of the AI SDK and in that of the OpenAI Agents SDK. */
export interface CellTool {
  /** The kind of tool. */
  readonly type: "function";
  /** The name. */
  readonly name: string;
  /** Text for the model. */
  readonly description: string;
  /** Text for a system prompt: rules, and declarations of types, functions and variables. */
  readonly instructions: string;
  /** The schema of the input, for the AI SDK. */
  readonly inputSchema: CellToolSchema;
  /** The schema of the input, for the OpenAI Agents SDK. */
  readonly parameters: CellToolParameters;
  /** Whether the input has to follow the schema. */
  readonly strict: boolean;
  /** Approves every cell: single calls of the host are what people decide on. */
  readonly needsApproval: () => Promise<boolean>;
  /** Offers the tool to every model. */
  readonly isEnabled: () => Promise<boolean>;
  /** Runs a cell, for the AI SDK. Returns the observation: errors of the cell are a part of it. */
  readonly execute: (input: CellToolInput, options?: CellToolCallOptions) => Promise<string>;
  /** Runs a cell, for the OpenAI Agents SDK. */
  readonly invoke: (
    context: unknown,
    input: string,
    details?: CellToolCallOptions,
  ) => Promise<string>;
}

const PARAMETERS: CellToolParameters = {
  type: "object",
  properties: { code: { type: "string", description: "TypeScript" } },
  required: ["code"],
  additionalProperties: false,
};

const SUMMARY = "Runs a cell of TypeScript in a persistent session, and returns what it prints " +
  "and the value of its last expression. Top-level await works, and names that a cell defines stay " +
  "for later cells.";

/**
 * Makes a tool that runs cells in a runtime. Names that are injected later are not described: make the tool after that.
 *
 * @param runtime The runtime. Its owner closes it.
 * @param options Limits, approvals, listeners.
 * @returns The tool, for `tools: { run_cell: tool }` of the AI SDK and `tools: [tool]` of the OpenAI Agents SDK.
 * @throws {TypeError} If the runtime has no `execute` method, or an option has an unknown name.
 * @throws {RangeError} If a limit is not a number above 0.
 *
 * @example A tool that keeps its state
 * ```ts
 * import { LocalRuntime } from "@cave/agent";
 * import { cellTool } from "@cave/agent/cell-tool";
 * import { assertStringIncludes } from "@std/assert";
 *
 * await using runtime = new LocalRuntime({ functions: { add: (a: number, b: number) => a + b } });
 * const tool = await cellTool(runtime);
 * assertStringIncludes(tool.description, "function add(");
 * await tool.execute({ code: "const total = await add(40, 2)" });
 * assertStringIncludes(await tool.execute({ code: "total" }), "42");
 * ```
 */
export async function cellTool(
  runtime: Runtime,
  options: CellToolOptions = {},
): Promise<CellTool> {
  const task = "make a tool";
  checkOptions(options, { names: CELL_TOOL_OPTIONS, task });
  if (typeof runtime?.execute !== "function") {
    throw new TypeError(`Cannot ${task}: the runtime has no execute method`);
  }
  const { name = "run_cell", declarations = "description", timeoutMs, onResult, approve } = options;
  const maxChars = checkLimit("maxObservationChars", options.maxObservationChars ?? 5_000);
  if (timeoutMs !== undefined) checkLimit("timeoutMs", timeoutMs);
  if (!/^\w{1,64}$/.test(name)) {
    throw new TypeError(
      `Cannot ${task}: its name is ${
        JSON.stringify(name)
      }, which is not 1 to 64 letters, digits and underscores`,
    );
  }
  if (declarations !== "description" && declarations !== "instructions") {
    throw new TypeError(
      `Cannot ${task}: declarations is "description" or "instructions", current value is ${
        JSON.stringify(declarations)
      }`,
    );
  }
  const instructions = instructionsOf(await runtime.describe({ timeoutMs }));

  async function run(
    { code }: CellToolInput,
    { abortSignal, signal = abortSignal }: CellToolCallOptions,
  ): Promise<string> {
    signal?.throwIfAborted();
    const result = await runtime.execute(code, {
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(approve === undefined ? {} : { aroundCall: approving(approve) }),
    });
    onResult?.(result);
    signal?.throwIfAborted();
    return observe(result, maxChars).content;
  }

  const inputSchema = schemaOf();
  return {
    type: "function",
    name,
    description: declarations === "description" ? `${SUMMARY}\n\n${instructions}` : SUMMARY,
    instructions,
    inputSchema,
    parameters: PARAMETERS,
    strict: true,
    needsApproval: () => Promise.resolve(false),
    isEnabled: () => Promise.resolve(true),
    execute: async (input, callOptions = {}) => await run(checked(input), callOptions),
    invoke: async (_context, input, details = {}) => await run(checked(parse(input)), details),
  };
}

function approving(approve: NonNullable<CellToolOptions["approve"]>): AroundCall {
  return async (call, next) => {
    if (call.needsApproval && await approve(call) !== true) throw new CallRefusedError(call.name);
    return await next();
  };
}

function parse(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch (cause) {
    throw new SyntaxError(
      `Cannot run a cell: the input is not JSON: ${JSON.stringify(headOf(input, 100))}`,
      { cause },
    );
  }
}

function checked(input: unknown): CellToolInput {
  const code = typeof input === "object" && input !== null && Object.hasOwn(input, "code")
    ? (input as { code: unknown }).code
    : undefined;
  if (typeof code === "string") return { code };
  throw new TypeError(`Cannot run a cell: code is of the type ${typeof code} and not text`);
}

function schemaOf(): CellToolSchema {
  const validate = (value: unknown) => {
    try {
      return { value: checked(value) };
    } catch (error) {
      return { issues: [{ message: (error as Error).message }] };
    }
  };
  const jsonSchema = () => structuredClone(PARAMETERS) as unknown as Record<string, unknown>;
  return {
    "~standard": {
      version: 1,
      vendor: "cave-agent",
      validate,
      jsonSchema: { input: jsonSchema, output: jsonSchema },
    },
    // The AI SDK 5 knows its own schemas and those of zod only.
    [Symbol.for("vercel.ai.schema")]: true,
    jsonSchema: jsonSchema(),
    validate: (value: unknown) => {
      const { value: input, issues } = validate(value) as {
        value?: CellToolInput;
        issues?: { message: string }[];
      };
      return issues === undefined
        ? { success: true, value: input }
        : { success: false, error: new TypeError(issues[0]!.message) };
    },
  } as CellToolSchema;
}
