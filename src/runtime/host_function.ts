/**
 * Functions that a host hands to a kernel, with what the model should know about them and with schemas that are held to.
 *
 * @module
 */

import { checkLimit } from "./limit.ts";

/** A function of any shape. */
// deno-lint-ignore no-explicit-any -- parameters are checked against the function itself, not against this bound
export type AnyFunction = (...args: any[]) => unknown;

/**
 * A schema after the Standard Schema specification (https://standardschema.dev), version 1: zod's, or any other's.
 */
export interface Schema {
  /** The specification's own property. */
  readonly "~standard": {
    /** Checks and converts a value. */
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}

/** What a {@linkcode Schema} says of a value. */
export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Options of {@linkcode defineFunction}. */
export interface FunctionOptions {
  /** What the model is told about it. @default none */
  readonly description?: string;
  /**
   * The signature that the model is shown, `(city: string, days?: number): Promise<Forecast>`; one line for each overload.
   * @default made from the schemas and the source of the function
   */
  readonly declaration?: string;
  /**
   * Declarations of types that the signature uses: `interface Forecast { celsius: number }`. The same one of several
   * functions is shown once. @default none
   */
  readonly typeDeclarations?: readonly string[];
  /** Checks the arguments: a tuple for the whole list, any other schema for the only argument. @default none */
  readonly input?: Schema;
  /** Checks the result. @default none */
  readonly output?: Schema;
  /** How long a call may take, in milliseconds, `Infinity` for any time. @default the runtime's `callTimeoutMs` */
  readonly timeoutMs?: number;
}

/** A function with a description and schemas. */
export class HostFunction<F extends AnyFunction = AnyFunction> {
  /** What is called, on the host. */
  readonly call: F;
  /** What the model is told about it. */
  readonly description: string | undefined;
  /** The signature that the model is shown, if it is not made from what follows. */
  readonly declaration: string | undefined;
  /** Declarations of types that the signature uses. */
  readonly typeDeclarations: readonly string[];
  /** Checks the arguments. */
  readonly input: Schema | undefined;
  /** Checks the result. */
  readonly output: Schema | undefined;
  /** How long a call may take, in milliseconds. */
  readonly timeoutMs: number | undefined;

  /**
   * As `defineFunction`.
   *
   * @param call The function.
   * @param options Its description and schemas.
   */
  constructor(call: F, options: FunctionOptions = {}) {
    if (typeof call !== "function") {
      throw new TypeError(`Cannot define a function: it is a ${typeof call}`);
    }
    this.call = call;
    this.description = options.description;
    this.declaration = options.declaration;
    this.typeDeclarations = [...options.typeDeclarations ?? []];
    this.input = options.input;
    this.output = options.output;
    this.timeoutMs = options.timeoutMs === undefined
      ? undefined
      : checkLimit("timeoutMs", options.timeoutMs);
  }
}

/**
 * Describes a function to the model, and says what its arguments and its result must be. A function that is no arrow
 * function finds a `signal` on its `this` ({@linkcode HostCallContext}), which aborts when nobody waits any more.
 *
 * @param call The function; it stays on the host, cells call it with `await`.
 * @param options Description and schemas.
 * @returns What goes into the `functions` of a runtime.
 * @throws {TypeError} If `call` is no function.
 *
 * @example A function whose arguments are checked
 * ```ts
 * import { defineFunction, LocalRuntime } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const add = defineFunction((a: number, b: number) => a + b, {
 *   description: "Adds two numbers",
 *   input: z.tuple([z.number(), z.number()]),
 *   output: z.number(),
 * });
 * await using runtime = new LocalRuntime({ functions: { add } });
 * const result = await runtime.execute(`await add("1", 2)`);
 * assertEquals(result.status, "error");
 * ```
 */
export function defineFunction<F extends AnyFunction>(
  call: F,
  options: FunctionOptions = {},
): HostFunction<F> {
  return new HostFunction(call, options);
}

/** A call of a host function. */
export interface HostFunctionCall {
  /** The name of the function, for errors. */
  readonly name: string;
  /** The arguments. */
  readonly args: readonly unknown[];
  /** What the function finds as its `this`. */
  readonly context: unknown;
}

/** A record of functions, as a runtime takes them. */
export type Functions = Readonly<Record<string, HostFunction | AnyFunction>>;

/** The function behind what is injected: a definition's own, or the function itself. */
export type FunctionOf<D> = D extends HostFunction<infer F> ? F : D extends AnyFunction ? D : never;

/**
 * Calls a host function as a cell does: arguments and result are checked against its schemas.
 *
 * @param definition The function.
 * @param call Its name and the arguments.
 * @throws {TypeError} If the arguments or the result are not what the schemas say; otherwise what the function throws.
 */
export async function callHostFunction(
  definition: HostFunction,
  { name, args, context }: HostFunctionCall,
): Promise<unknown> {
  const checked = definition.input === undefined
    ? args
    : await checkArguments(name, definition.input, args);
  const result = await Reflect.apply(definition.call, context, checked);
  if (definition.output === undefined) return result;
  return await check(definition.output, result, `use the result of ${name}`, "result");
}

async function checkArguments(
  name: string,
  input: Schema,
  args: readonly unknown[],
): Promise<readonly unknown[]> {
  const task = `call ${name}`;
  if (isTuple(input)) return await check(input, args, task, "arguments") as unknown[];
  return [await check(input, args[0], task, "argument")];
}

async function check(
  schema: Schema,
  value: unknown,
  task: string,
  what: string,
): Promise<unknown> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path = [] }) => {
    const place = path.map((part) => `[${JSON.stringify(keyOf(part))}]`).join("");
    return `${what}${place}: ${message}`;
  });
  throw new TypeError(`Cannot ${task}: ${issues.join("; ")}`);
}

function keyOf(part: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof part === "object" ? part.key : part;
  return typeof key === "number" ? key : String(key);
}

/**
 * Whether a schema is a tuple, which stands for a list of arguments.
 *
 * @param schema The schema.
 */
export function isTuple(schema: Schema): boolean {
  // zod's own mark; the Standard Schema has none.
  const { def } = schema as { def?: { type?: unknown } };
  return def?.type === "tuple";
}
