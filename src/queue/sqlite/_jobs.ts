/**
 * The rows of a SQLite queue.
 *
 * @module
 */

import { type CheckedJob, KEY_MS } from "../_check.ts";
import type { JobInfo, JobState } from "../queue.ts";
import type { Database, Row } from "../../store/sqlite/database.ts";

/** Takes an idempotency key, unless it is known. */
export function isNewKey(database: Database, key: string): boolean {
  const now = Date.now();
  database.run("DELETE FROM keys WHERE until <= ?", now);
  const sql = "INSERT INTO keys VALUES (?, ?) ON CONFLICT DO NOTHING";
  return database.run(sql, key, now + KEY_MS) > 0;
}

/** Adds a job, unless it is there. */
export function addJob(database: Database, job: CheckedJob): boolean {
  const { id, agent, version = null, priority, delayMs, attempts } = job;
  const now = Date.now();
  const again = "UPDATE jobs SET again = ? WHERE id = ? AND failed = 0 AND lease_until > ?";
  if (database.run(again, JSON.stringify(job), id, now) > 0) return true;
  database.run("DELETE FROM jobs WHERE id = ? AND failed = 1", id);
  return database.run(
    `INSERT INTO jobs (id, agent, version, priority, attempts, turn, due_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ...[id, agent, version, priority, attempts, turnOf(database), now + delayMs],
  ) > 0;
}

/** Puts a job back behind the others. */
export function putBack(database: Database, row: Row & { readonly delayMs: number }): void {
  const { id, version, error, failed, attempt, delayMs } = row as Record<string, string> & {
    readonly delayMs: number;
  };
  database.run(
    `UPDATE jobs SET token = NULL, lease_until = NULL, again = NULL, turn = ?, due_at = ?,
    version = ?, error = ?, failed = ?, attempt = ? WHERE id = ?`,
    ...[turnOf(database), Date.now() + delayMs, version!, error!, failed!, attempt!, id!],
  );
}

function turnOf(database: Database): number {
  return database.get("UPDATE counter SET turn = turn + 1 RETURNING turn")!.turn as number;
}

/** Returns a job as it is shown. */
export function infoOf(row: Row): JobInfo {
  const { id, agent, version, priority, attempt, attempts, error, last_worker: worker } =
    row as unknown as JobInfo & { readonly last_worker: string };
  const state = row.state as JobState;
  const { progress } = row as { readonly progress: string | null };
  return {
    ...{ id, agent, priority, state, attempt, attempts },
    ...(version === null ? {} : { version }),
    ...(error === null ? {} : { error }),
    ...(progress === null ? {} : { progress: JSON.parse(progress) }),
    ...(state === "claimed" ? { worker } : {}),
  } as JobInfo;
}
