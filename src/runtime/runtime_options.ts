/**
 * The options that every runtime has.
 *
 * @module
 */

import type { Rule } from "../security/rule.ts";
import type { Functions } from "../inject/host_function.ts";
import { checkCount, checkLimit } from "../limits/limit.ts";
import type { CheckpointPolicy } from "./runtime.ts";
import type { RuntimeLimits } from "../limits/runtime_limits.ts";

/** Options that every runtime has. */
export interface RuntimeOptions<
  V extends object = Record<string, unknown>,
  F extends object = Functions,
> extends RuntimeLimits {
  /**
   * Functions by name. They stay on the host; cells call them with `await`. @default none
   */
  readonly functions?: F & Functions;
  /** Variables by name: values, or what `defineVariable` returns. @default none */
  readonly variables?: V;
  /** Types by name: classes, schemas, objects with constants, or what `defineType` returns. @default none */
  readonly types?: Readonly<Record<string, unknown>>;
  /**
   * How many functions are declared one by one in the prompt. With more of them the prompt has how many there are, and cells
   * find them with `search("words")` and read their declarations with `describe("name")`. @default 50
   */
  readonly maxDeclaredFunctions?: number | undefined;
  /**
   * The first kernel goes on from what this snapshot has, which comes before the values of `variables`. @default none
   */
  readonly snapshot?: Uint8Array | undefined;
  /**
   * How large a snapshot or a checkpoint may be in bytes, roughly. A name that does not fit in stays out, and is listed.
   * @default 134217728
   */
  readonly maxSnapshotBytes?: number;
  /**
   * When a checkpoint is taken, from which names come back after a crash: behind each `run` of an agent, behind each
   * `cell`, or `never`. `checkpoint()` takes one at any time. @default "run"; of
   * a `LocalRuntime` "never"
   */
  readonly checkpoint?: CheckpointPolicy;
  /** How many kernels in a row may end before a cell does. @default 5 */
  readonly maxRestarts?: number;
  /**
   * Rules that every cell has to keep before it may run, such as `[...defaultRules(), myRule]` or `strictRules()`; `[]` for
   * none. A cell that does not has the status `refused`. @default `defaultRules()`
   */
  readonly rules?: readonly Rule[];
  /**
   * Whether cells are shown the stacks of errors that functions of the host throw, which tell of its files and code. They get
   * name and message in any case. @default false
   */
  readonly exposeHostStacks?: boolean;
}

/** Half of what a frame holds. A kernel needs a few times as much for a moment. */
const DEFAULT_MAX_SNAPSHOT_BYTES = 128 * 1024 * 1024;

/** An accident or two, and a few attempts of a model that does not learn. */
const DEFAULT_MAX_RESTARTS = 5;

/** What a runtime holds on to of the state of its kernel. */
export interface StateOptions {
  /** When a checkpoint is taken by itself. */
  readonly checkpoint: CheckpointPolicy;
  /** How large a snapshot may be, in bytes. */
  readonly maxSnapshotBytes: number;
  /** How many kernels in a row may end before a cell does. */
  readonly maxRestarts: number;
}

/**
 * Checks the options about state, and fills in what is missing.
 *
 * @param options What was given.
 * @throws {TypeError} If there is no such policy.
 * @throws {RangeError} If a limit is no number above 0.
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
