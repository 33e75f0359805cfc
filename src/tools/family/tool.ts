/**
 * A tool: one function that cells call by position, and that models call with JSON.
 *
 * @module
 */

import type { z } from "zod";
import type { Approval } from "../../inject/approval.ts";
import type { CallEffect } from "../../inject/effect.ts";
import type { MimeBundle } from "../../runtime/runtime.ts";

/** The means of a call. */
export interface ToolContext {
  /** Aborts when the cell is stopped, or the time limit of the call is over. */
  readonly signal: AbortSignal;
}

/** The parts of a {@linkcode Tool}. */
export interface ToolParts<S extends z.ZodObject> {
  /** The name of the member in cells: `read`. */
  readonly member: string;
  /** The name for models that call tools: `read_file`. */
  readonly tool: string;
  /** Text about it, for the model. */
  readonly description: string;
  /** The named parameters. */
  readonly input: S;
  /** The parameters that cells give by position; the others are in an object behind them. */
  readonly positional: readonly (keyof z.infer<S> & string)[];
  /** The TypeScript type of the result. */
  readonly returns: string;
  /** Declarations of the types that `returns` uses. @default none */
  readonly types?: readonly string[] | undefined;
  /** Whether calls only read. */
  readonly effect: CallEffect;
  /** Whether a call that is made twice has the effect of one. @default false */
  readonly idempotent?: boolean | undefined;
  /** Which calls need an approval; functions get the named parameters. @default none */
  readonly approval?: Approval | undefined;
  /** Time limit of a call in milliseconds. @default the runtime's */
  readonly timeoutMs?: number | undefined;
  /** Makes a call. */
  readonly call: (input: z.infer<S>, context: ToolContext) => Promise<unknown>;
  /** Returns what a result shows to people, and to models that see, and the rest. @default nothing */
  readonly show?: (result: never) => { readonly bundle: MimeBundle; readonly rest: object };
}

/** A tool, without the type of its parameters. */
export type Tool = ToolParts<z.ZodObject>;

/**
 * Makes a tool.
 *
 * @param parts The parts.
 */
export function defineTool<S extends z.ZodObject>(parts: ToolParts<S>): Tool {
  return parts as unknown as Tool;
}
