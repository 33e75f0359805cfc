/**
 * The options that all runtimes have.
 *
 * @module
 */

import type { Rule } from "../security/rule.ts";
import type { Functions } from "../inject/host_function.ts";
import { checkCount, checkLimit } from "../limits/limit.ts";
import type { CheckpointPolicy } from "./runtime.ts";
import type { OptionNames } from "../limits/options.ts";
import { RUNTIME_LIMITS, type RuntimeLimits } from "../limits/runtime_limits.ts";

/** Options that all runtimes have. */
export interface RuntimeOptions<
  V extends object = Record<string, unknown>,
  F extends object = Functions,
> extends RuntimeLimits {
  /** Functions by name. They stay on the host; cells call them with `await`. @default none */
  readonly functions?: F & Functions;
  /** Variables by name: values, or results of `defineVariable`. @default none */
  readonly variables?: V;
  /** Types by name: classes, schemas, objects with constants, or results of `defineType`. @default none */
  readonly types?: Readonly<Record<string, unknown>>;
  /**
   * Maximum number of functions that the prompt declares one by one. If there are more, it has their number, and cells find
   * them with `search("words")` and read their declarations with `describe("name")`. @default 50
   */
  readonly maxDeclaredFunctions?: number | undefined;
  /**
   * Snapshot that the first kernel restores. Its values take precedence over those in `variables`. @default none
   */
  readonly snapshot?: Uint8Array | undefined;
  /**
   * Approximate maximum size of a snapshot or a checkpoint in bytes. A name that does not fit is left out, and listed as lost.
   * @default 134217728
   */
  readonly maxSnapshotBytes?: number;
  /**
   * The time at which a checkpoint is taken, from which names are restored after a crash: after each `run` of an agent,
   * after each `cell`, or `never`. `checkpoint()` takes one at any time. @default "run"; of a `LocalRuntime` "never"
   */
  readonly checkpoint?: CheckpointPolicy;
  /** Maximum number of kernels that may end one after another before a cell ends. @default 5 */
  readonly maxRestarts?: number;
  /**
   * Rules that every cell is checked against before it runs, such as `[...defaultRules(), myRule]` or `strictRules()`; `[]`
   * for none. The result of a cell that breaks one has the status `refused`. @default `defaultRules()`
   */
  readonly rules?: readonly Rule[];
  /**
   * Whether cells see the stacks of errors that host functions throw, which reveal files and code of the host. They see name
   * and message in any case. @default false
   */
  readonly exposeHostStacks?: boolean;
}

/** The names of {@linkcode RuntimeOptions}. */
export const RUNTIME_OPTIONS: OptionNames<RuntimeOptions> = {
  ...RUNTIME_LIMITS,
  functions: true,
  variables: true,
  types: true,
  maxDeclaredFunctions: true,
  snapshot: true,
  maxSnapshotBytes: true,
  checkpoint: true,
  maxRestarts: true,
  rules: true,
  exposeHostStacks: true,
};

/** Half of what a frame holds. A kernel needs a few times as much for a moment. */
const DEFAULT_MAX_SNAPSHOT_BYTES = 128 * 1024 * 1024;

/** An accident or two, and a few attempts of a model that does not learn. */
const DEFAULT_MAX_RESTARTS = 5;

/** Checked options about the state of the kernel. */
export interface StateOptions {
  /** The time at which a checkpoint is taken. */
  readonly checkpoint: CheckpointPolicy;
  /** Maximum size of a snapshot in bytes. */
  readonly maxSnapshotBytes: number;
  /** Maximum number of kernels that may end one after another before a cell ends. */
  readonly maxRestarts: number;
}

/**
 * Checks the options about state, and fills in defaults.
 *
 * @param options The options that were given.
 * @throws {TypeError} If there is no such policy.
 * @throws {RangeError} If a limit is not a number above 0.
 */
export function checkStateOptions(options: Partial<StateOptions>): StateOptions {
  const { checkpoint = "run" } = options;
  if (checkpoint !== "run" && checkpoint !== "cell" && checkpoint !== "never") {
    throw new TypeError(
      `Cannot use checkpoint ${JSON.stringify(checkpoint)}: it is "run", "cell" or "never"`,
    );
  }
  return {
    checkpoint,
    maxSnapshotBytes: checkLimit(
      "maxSnapshotBytes",
      options.maxSnapshotBytes ?? DEFAULT_MAX_SNAPSHOT_BYTES,
    ),
    maxRestarts: checkCount("maxRestarts", options.maxRestarts ?? DEFAULT_MAX_RESTARTS),
  };
}
