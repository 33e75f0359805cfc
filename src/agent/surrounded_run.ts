/**
 * The work of a run within middleware around it.
 *
 * @module
 */

import type { RunHost } from "./agent_run.ts";
import type { RunResult } from "./record/event.ts";
import { NO_USAGE, type RunState } from "./record/state.ts";
import { MiddlewareError, type NamedMiddleware, surroundRun } from "./step/middleware.ts";

/** Options of {@linkcode surroundedRun}. */
export interface SurroundedRunOptions {
  /** The run. */
  readonly host: RunHost;
  /** The state in which it begins. */
  readonly first: RunState;
  /** Maximum number of steps. */
  readonly maxSteps: number;
  /** Does the work. */
  readonly work: (host: RunHost) => Promise<RunResult>;
}

/**
 * Does the work of a run. Middleware that throws an error of its own around it ends the run as `failed`, be it before the run
 * has begun or after its end.
 *
 * @param list The middleware.
 * @param options The run and its work.
 */
export async function surroundedRun(
  list: readonly NamedMiddleware[],
  { host, first, maxSteps, work }: SurroundedRunOptions,
): Promise<RunResult> {
  const { id, signal, listen } = host;
  const { parent } = first;
  const query = first.messages[first.question]?.content ?? "";
  let state = first;
  let result: RunResult | undefined;
  const update = (next: RunState) => {
    state = next;
    host.update(next);
  };
  const request = { id, query, signal, listen, ...(parent === undefined ? {} : { parent }) };
  try {
    return await surroundRun(list, request, {
      work: async () => result = await work({ ...host, update }),
    });
  } catch (error) {
    if (!(error instanceof MiddlewareError)) throw error;
    const { message: reason } = error;
    update({ ...state, status: "failed", reason });
    host.emit("run_failed", state.step, { reason });
    return { ...result ?? { ...NOTHING, id, maxSteps }, status: "failed", reason };
  }
}

/** The result of a run that has done nothing. */
const NOTHING: Omit<RunResult, "id" | "maxSteps" | "status"> = {
  content: "",
  steps: 0,
  cells: [],
  changed: [],
  usage: NO_USAGE,
  cost: 0,
  hostCalls: 0,
  durationMs: 0,
};
