/**
 * The configuration of runners: from code, from the environment, or by default.
 *
 * @module
 */

import { checkCount, checkLimit } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";

/** Settings of runners. */
export interface RunnerConfig {
  /** The file of the `SqliteStore` of runners that are given no store; `memory` for a `MemoryStore`. @default "memory" */
  readonly store: string;
  /** Time limit of an attempt in milliseconds, `Infinity` for none. @default 300000 */
  readonly runTimeoutMs: number;
  /** Time between two signs of life of a run in milliseconds. @default 30000 */
  readonly heartbeatMs: number;
  /** Time after the last sign of life at which others can take a run over, in milliseconds. @default 90000 */
  readonly leaseMs: number;
  /** Maximum number of attempts. @default 3 */
  readonly maxAttempts: number;
  /** Wait before the second attempt in milliseconds. @default 2000 */
  readonly retryBaseMs: number;
  /** Factor by which each further wait is longer. @default 2 */
  readonly retryFactor: number;
  /** Maximum wait before an attempt in milliseconds. @default 300000 */
  readonly retryMaxMs: number;
}

const DEFAULTS: RunnerConfig = {
  store: "memory",
  runTimeoutMs: 300_000,
  heartbeatMs: 30_000,
  leaseMs: 90_000,
  maxAttempts: 3,
  retryBaseMs: 2_000,
  retryFactor: 2,
  retryMaxMs: 300_000,
};

/** The names of {@linkcode RunnerConfig}. */
export const CONFIG_OPTIONS: OptionNames<RunnerConfig> = {
  store: true,
  runTimeoutMs: true,
  heartbeatMs: true,
  leaseMs: true,
  maxAttempts: true,
  retryBaseMs: true,
  retryFactor: true,
  retryMaxMs: true,
};

const VARIABLES: Readonly<Record<keyof RunnerConfig, string>> = {
  store: "CAVE_STORE",
  runTimeoutMs: "CAVE_RUN_TIMEOUT_MS",
  heartbeatMs: "CAVE_HEARTBEAT_MS",
  leaseMs: "CAVE_LEASE_MS",
  maxAttempts: "CAVE_MAX_ATTEMPTS",
  retryBaseMs: "CAVE_RETRY_BASE_MS",
  retryFactor: "CAVE_RETRY_FACTOR",
  retryMaxMs: "CAVE_RETRY_MAX_MS",
};

let current: RunnerConfig | undefined;

/**
 * Sets the configuration of the process anew: options, where one is missing the environment variable (`CAVE_RUN_TIMEOUT_MS` for
 * `runTimeoutMs`, and so on), without permission or variable the default. Earlier calls are forgotten. Runners that exist keep
 * theirs.
 *
 * @param options The options.
 * @returns The whole configuration.
 * @throws {TypeError} If an option has an unknown name; {RangeError} if a value is out of range.
 *
 * @example Options before environment before defaults
 * ```ts
 * import { configure, getConfig, resetConfig } from "@cave/agent/runner";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * configure({ maxAttempts: 5 });
 * assertEquals(getConfig().maxAttempts, 5);
 * assertThrows(() => configure({ maxAttempt: 5 } as never), TypeError, 'did you mean "maxAttempts"?');
 * resetConfig();
 * assertEquals(getConfig().maxAttempts, 3);
 * ```
 */
export function configure(options: Partial<RunnerConfig> = {}): RunnerConfig {
  const config = withDefaults(options, fromEnvironment());
  current = config;
  return config;
}

/** Returns the configuration of the process: that of the last `configure()`, or of environment and defaults. */
export function getConfig(): RunnerConfig {
  return current ?? withDefaults({}, fromEnvironment());
}

/** Forgets the configuration: environment and defaults hold. */
export function resetConfig(): void {
  current = undefined;
}

/**
 * Returns a whole configuration.
 *
 * @param options The options.
 * @param others The values of missing ones.
 * @throws {TypeError} If an option has an unknown name; {RangeError} if a value is out of range.
 */
export function withDefaults(
  options: Partial<RunnerConfig>,
  others: Partial<RunnerConfig>,
): RunnerConfig {
  checkOptions(options, { names: CONFIG_OPTIONS as never, task: "configure runners" });
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return check({ ...DEFAULTS, ...others, ...Object.fromEntries(given) });
}

function check(config: RunnerConfig): RunnerConfig {
  const { store, heartbeatMs, leaseMs, retryBaseMs } = config;
  if (typeof store !== "string" || store === "") {
    throw new TypeError(
      `Cannot configure runners: store is ${JSON.stringify(store)} and not a path`,
    );
  }
  for (const name of ["runTimeoutMs", "heartbeatMs", "leaseMs", "retryMaxMs"] as const) {
    checkLimit(name, config[name]);
  }
  checkCount("maxAttempts", config.maxAttempts);
  if (!(retryBaseMs >= 0) || typeof retryBaseMs !== "number") {
    throw new RangeError(`Cannot use retryBaseMs ${String(retryBaseMs)}: it must be at least 0`);
  }
  if (!(config.retryFactor >= 1) || typeof config.retryFactor !== "number") {
    throw new RangeError(
      `Cannot use retryFactor ${String(config.retryFactor)}: it must be at least 1`,
    );
  }
  if (leaseMs <= heartbeatMs && leaseMs !== Infinity) {
    throw new RangeError(
      `Cannot use leaseMs ${leaseMs}: it must be longer than heartbeatMs, which is ${heartbeatMs}`,
    );
  }
  return Object.freeze(config);
}

function fromEnvironment(): Partial<RunnerConfig> {
  const found: Record<string, string | number> = {};
  for (const [name, variable] of Object.entries(VARIABLES)) {
    const text = environmentOf(variable);
    if (text === undefined) continue;
    const value = name === "store" ? text : Number(text);
    if (Number.isNaN(value)) {
      throw new RangeError(
        `Cannot read the environment variable ${variable}: ${JSON.stringify(text)} is not a number`,
      );
    }
    found[name] = value;
  }
  return found;
}

function environmentOf(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable)?.trim() || undefined : undefined;
}
