/**
 * The choice of the next job in a SQLite queue.
 *
 * @module
 */

import { WARM_MS } from "../_check.ts";
import type { ClaimableAgent } from "../queue.ts";
import type { Database, Row } from "../../store/sqlite/database.ts";

/** Options of {@linkcode nextJob}. */
export interface NextJobOptions {
  /** The worker. */
  readonly worker: string;
  /** Its agents. */
  readonly agents: readonly ClaimableAgent[];
  /** The time. */
  readonly now: number;
}

const IS_DUE = "(token IS NULL AND due_at <= ? OR token IS NOT NULL AND lease_until <= ?)";

/**
 * Returns the next job: the first of the most urgent ones, and rather one whose kernel no other worker has.
 *
 * @param database The database.
 * @param options The worker, its agents, and the time.
 */
export function nextJob(
  database: Database,
  { worker, agents, now }: NextJobOptions,
): Row | undefined {
  const { sql, values } = ofAgents(agents);
  const select = `SELECT * FROM jobs WHERE failed = 0 AND ${IS_DUE} AND ${sql}`;
  const order = "ORDER BY priority, turn LIMIT 1";
  const isCold = "(last_worker IS NULL OR last_worker = ? OR due_at <= ?)";
  // Two walks along the index, in place of a sort of all jobs that are due.
  const first = database.get(`${select} ${order}`, now, now, ...values);
  if (first === undefined || isMine(first, { worker, now })) return first;
  const cold = database.get(
    `${select} AND ${isCold} AND priority = ? ${order}`,
    ...[now, now, ...values, worker, now - WARM_MS, first.priority as number],
  );
  return cold ?? first;
}

/** Returns the time at which the next job is due, if there is none now. */
export function nextDueAt(database: Database, agents: readonly ClaimableAgent[]): number {
  const { sql, values } = ofAgents(agents);
  const row = database.get(
    `SELECT min(CASE WHEN token IS NULL THEN due_at ELSE lease_until END) AS at FROM jobs
    WHERE failed = 0 AND ${sql}`,
    ...values,
  );
  return row?.at as number | null ?? Infinity;
}

function isMine(
  { last_worker: last, due_at: due }: Row,
  { worker, now }: Pick<NextJobOptions, "worker" | "now">,
): boolean {
  return last === null || last === worker || (due as number) <= now - WARM_MS;
}

function ofAgents(agents: readonly ClaimableAgent[]): { sql: string; values: string[] } {
  const parts = agents.map(({ versions }) =>
    `agent = ? AND (version IS NULL OR version IN (${versions.map(() => "?").join(", ")}))`
  );
  return {
    sql: `(${parts.join(" OR ")})`,
    values: agents.flatMap(({ agent, versions }) => [agent, ...versions]),
  };
}
