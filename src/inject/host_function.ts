/**
 * Functions that a host hands to a kernel, with what the model should know about them and with schemas that are held to.
 *
 * @module
 */

import { checkArguments, checkValue, type Schema } from "./schema.ts";
import { checkLimit } from "../limits/limit.ts";

/** A function of any shape. */
// deno-lint-ignore no-explicit-any -- parameters are checked against the function itself, not against this bound
export type AnyFunction = (...args: any[]) => unknown;

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
    : await checkArguments(args, { name, input: definition.input });
  const result = await Reflect.apply(definition.call, context, checked);
  if (definition.output === undefined) return result;
  return await checkValue(definition.output, result, {
    task: `use the result of ${name}`,
    what: "result",
  });
}
