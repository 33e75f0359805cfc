/**
 * Checks on the arguments of queues, and times that all of them share.
 *
 * @module
 */

import { checkCount, checkLimit } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { JsonValue } from "../store/store.ts";
import type { ClaimOptions, EnqueueOptions } from "./queue.ts";

/** Time for which idempotency keys are known, in milliseconds. */
export const KEY_MS: number = 24 * 3_600_000;

/** Time for which a job is left to the worker that had it last, while others have other jobs, in milliseconds. */
export const WARM_MS = 500;

/** Number of attempts if none is given. */
export const ATTEMPTS = 5;

const MAX_PRIORITY = 1_000_000;
const MAX_PROGRESS_CHARS = 10_000;
const MAX_ERROR_CHARS = 2_000;
const MAX_ID_CHARS = 200;

/** Names of agents and versions: parts of keys and of names of queues. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const ENQUEUE: OptionNames<EnqueueOptions> = {
  id: true,
  agent: true,
  version: true,
  priority: true,
  delayMs: true,
  idempotencyKey: true,
  attempts: true,
};

/** A checked job. */
export interface CheckedJob {
  readonly id: string;
  readonly agent: string;
  readonly version: string | undefined;
  readonly priority: number;
  readonly delayMs: number;
  readonly key: string | undefined;
  readonly attempts: number;
}

/** Checks a job, and fills in defaults. */
export function checkJob(options: EnqueueOptions): CheckedJob {
  const task = "add a job";
  checkOptions(options, { names: ENQUEUE, task });
  const { id, agent, version, priority = 0, delayMs = 0, idempotencyKey, attempts = ATTEMPTS } =
    options;
  checkText(id, `${task}: id`);
  if (idempotencyKey !== undefined) checkText(idempotencyKey, `${task}: idempotencyKey`);
  checkAgentName(agent, `${task}: agent`);
  if (version !== undefined) checkAgentName(version, `${task}: version`);
  if (!Number.isInteger(priority) || priority < 0 || priority > MAX_PRIORITY) {
    throw new RangeError(
      `Cannot ${task}: priority is ${priority}, and not a whole number from 0 to ${MAX_PRIORITY}`,
    );
  }
  checkDelay(delayMs);
  checkCount("attempts", attempts);
  return { id, agent, version, priority, delayMs, key: idempotencyKey, attempts };
}

/** Checks a delay in milliseconds. */
export function checkDelay(delayMs: number): number {
  if (Number.isFinite(delayMs) && delayMs >= 0) return delayMs;
  throw new RangeError(`Cannot use delayMs ${delayMs}: it must be a number, 0 or above`);
}

/** Checks the options of a claim. */
export function checkClaim({ worker, agents, leaseMs }: ClaimOptions): void {
  checkText(worker, "claim a job: worker");
  checkLimit("leaseMs", leaseMs);
  if (!Array.isArray(agents) || agents.length === 0) {
    throw new TypeError("Cannot claim a job: there are no agents");
  }
  for (const { agent, versions } of agents) {
    checkAgentName(agent, "claim a job: agent");
    for (const version of versions) checkAgentName(version, "claim a job: version");
  }
}

/** Checks the name of an agent, or a version. */
export function checkAgentName(name: string, task: string): string {
  if (typeof name === "string" && NAME.test(name)) return name;
  throw new TypeError(
    `Cannot ${task} is ${JSON.stringify(name)}, and not 1 to 64 letters, digits, dots, _ and -`,
  );
}

/** Checks a progress, and returns it as JSON. */
export function checkProgress(progress: JsonValue): string {
  const json = JSON.stringify(progress);
  if (json !== undefined && json.length <= MAX_PROGRESS_CHARS) return json;
  throw new RangeError(
    `Cannot report progress: it has ${
      json?.length ?? "no"
    } characters of JSON, and at most ${MAX_PROGRESS_CHARS} are allowed`,
  );
}

/** Returns an error as it is kept. */
export function cutError(error: string): string {
  return error.slice(0, MAX_ERROR_CHARS);
}

/** Returns the time until the next attempt, in milliseconds. */
export function backoffMs(attempt: number): number {
  return Math.min(1_000 * 2 ** (attempt - 1), 300_000);
}

function checkText(text: string, task: string): void {
  if (typeof text === "string" && text !== "" && text.length <= MAX_ID_CHARS) return;
  throw new TypeError(
    `Cannot ${task} is ${
      typeof text === "string" ? `of ${text.length} characters` : `a ${typeof text}`
    }, and not a text of 1 to ${MAX_ID_CHARS}`,
  );
}
