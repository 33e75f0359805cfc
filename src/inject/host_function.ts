/**
 * Functions that a host hands to a kernel, with a description for the model and with schemas that are enforced.
 *
 * @module
 */

import { checkLimit } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { Approval } from "./approval.ts";
import type { CallEffect, Effects } from "./effect.ts";
import { Definition, DEFINITION_OPTIONS, type DefinitionOptions } from "./definition.ts";
import { isIdentifier } from "./identifier.ts";
import { checkArguments, checkValue, type Schema } from "./schema.ts";

/** A function of any shape. */
// deno-lint-ignore no-explicit-any -- parameters are checked against the function itself, not against this bound
export type AnyFunction = (...args: any[]) => unknown;

/** Options of {@linkcode defineFunction}. */
export interface FunctionOptions extends DefinitionOptions {
  /** Schema of the arguments: a tuple for the whole list, any other schema for the only argument. @default none */
  readonly input?: Schema | undefined;
  /** Schema of the result. @default none */
  readonly output?: Schema | undefined;
  /** Time limit of a call in milliseconds, `Infinity` for none. @default the runtime's `callTimeoutMs` */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether a person has to approve each call, or a function of the arguments that decides it. The call waits for the
   * decision, and so does the cell, whose clock stands. Outside of a run of an agent, such a call is refused. @default false
   */
  readonly approval?: Approval | undefined;
  /**
   * Whether calls only read, or may change something. A session records each call that may, before and after, so that none
   * is made twice. @default "write"
   */
  readonly effect?: CallEffect | undefined;
  /** Whether a call that is made twice has the effect of one, so that it need not be recorded. @default false */
  readonly idempotent?: boolean | undefined;
  /**
   * The member of an object by which cells call the function, such as `github.listPullRequests`. A module for the kernel has
   * to make that object; the model is shown the path in place of the name. @default the function is called by its name
   */
  readonly path?: string | undefined;
  /** Whether the model is shown the function. One that only a module for the kernel calls is not. @default true */
  readonly listed?: boolean | undefined;
}

const FUNCTION_OPTIONS: OptionNames<FunctionOptions> = {
  ...DEFINITION_OPTIONS,
  input: true,
  output: true,
  timeoutMs: true,
  approval: true,
  effect: true,
  idempotent: true,
  path: true,
  listed: true,
};

/** A function with a description and schemas: the result of {@linkcode defineFunction}. */
export class HostFunction<F extends AnyFunction = AnyFunction> extends Definition {
  /** The function on the host. */
  readonly call: F;
  /** Schema of the arguments. */
  readonly input: Schema | undefined;
  /** Schema of the result. */
  readonly output: Schema | undefined;
  /** Time limit of a call in milliseconds; `undefined` for the runtime's. */
  readonly timeoutMs: number | undefined;
  /** Which calls need an approval. */
  readonly approval: Approval | undefined;
  /** The effects of calls. */
  readonly effects: Effects;
  /** The member of an object by which cells call the function; `undefined` for its name. */
  readonly path: string | undefined;
  /** Whether the model is shown the function. */
  readonly listed: boolean;

  /**
   * Makes a host function, as `defineFunction` does.
   *
   * @param call The function.
   * @param options Its description, schemas and time limit.
   */
  constructor(call: F, options: FunctionOptions = {}) {
    if (typeof call !== "function") {
      throw new TypeError(`Cannot define a function: it is a ${typeof call}`);
    }
    checkOptions(options, { names: FUNCTION_OPTIONS, task: "define a function" });
    super(options);
    this.call = call;
    this.input = options.input;
    this.output = options.output;
    this.timeoutMs = options.timeoutMs === undefined
      ? undefined
      : checkLimit("timeoutMs", options.timeoutMs);
    if (!["undefined", "boolean", "function"].includes(typeof options.approval)) {
      throw new TypeError(
        `Cannot define a function: approval is ${
          JSON.stringify(options.approval)
        }, and neither a boolean nor a function`,
      );
    }
    this.approval = options.approval;
    const { effect = "write", idempotent = false } = options;
    if (effect !== "read" && effect !== "write" || typeof idempotent !== "boolean") {
      throw new TypeError(
        `Cannot define a function: effect is ${JSON.stringify(effect)} and idempotent ${
          JSON.stringify(idempotent)
        }; they are "read" or "write", and a boolean`,
      );
    }
    this.effects = { effect, idempotent };
    const { path, listed = true } = options;
    if (path !== undefined && !(typeof path === "string" && isPath(path))) {
      throw new TypeError(
        `Cannot define a function: path is ${
          JSON.stringify(path)
        }, and not the member of an object, as in "github.search"`,
      );
    }
    this.path = path;
    this.listed = listed;
  }
}

/** Whether a text is the name of an object and that of a member. */
function isPath(text: string): boolean {
  const names = text.split(".");
  return names.length === 2 && names.every(isIdentifier);
}

/**
 * Describes a function to the model, and enforces schemas of its arguments and its result. A function that is not an
 * arrow function finds a `signal` on its `this` ({@linkcode HostCallContext}), which aborts when the call is given up.
 *
 * @param call The function; it stays on the host, cells call it with `await`.
 * @param options Description and schemas.
 * @returns An entry for the `functions` of a runtime.
 * @throws {TypeError} If `call` is not a function, or an option has an unknown name.
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
  /** The `this` of the function. */
  readonly context: unknown;
}

/** A record of functions, as a runtime takes them. */
export type Functions = Readonly<Record<string, HostFunction | AnyFunction>>;

/** The type of the function behind an injected one: that of a definition, or the function's own. */
export type FunctionOf<D> = D extends HostFunction<infer F> ? F : D extends AnyFunction ? D : never;

/**
 * Calls a host function as a cell does: arguments and result are checked against its schemas.
 *
 * @param definition The function.
 * @param call Its name and the arguments.
 * @throws {TypeError} If a schema refuses the arguments or the result; otherwise the error of the function.
 */
export async function callHostFunction(
  definition: HostFunction,
  { name, args, context }: HostFunctionCall,
): Promise<unknown> {
  const checked = await argumentsOf(definition, { name, args });
  return await applyHostFunction(definition, { name, args: checked, context });
}

/**
 * Checks the arguments of a call against the schema of the function.
 *
 * @param definition The function.
 * @param call Its name and the arguments.
 * @returns The arguments as the schema converts them.
 * @throws {TypeError} If the schema refuses them.
 */
export async function argumentsOf(
  { input }: HostFunction,
  { name, args }: Omit<HostFunctionCall, "context">,
): Promise<readonly unknown[]> {
  return input === undefined ? args : await checkArguments(args, { name, input });
}

/**
 * Calls a host function with arguments that were checked.
 *
 * @param definition The function.
 * @param call Its name and the arguments.
 * @throws {TypeError} If a schema refuses the result; otherwise the error of the function.
 */
export async function applyHostFunction(
  definition: HostFunction,
  { name, args, context }: HostFunctionCall,
): Promise<unknown> {
  const result = await Reflect.apply(definition.call, context, args);
  if (definition.output === undefined) return result;
  return await checkValue(definition.output, result, {
    task: `use the result of ${name}`,
    what: "result",
  });
}
