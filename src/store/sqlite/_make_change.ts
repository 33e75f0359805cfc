/**
 * Changes of a commit, as statements within a transaction.
 *
 * @module
 */

import type { CheckedChange } from "../_check.ts";
import { StoreConflictError } from "../store.ts";
import type { Database } from "./database.ts";

/** Number of expired records that a commit deletes on the way. */
const EXPIRED_AT_ONCE = 100;

/** The condition that selects records whose time is not over at the time that is its parameter. */
export const NOT_EXPIRED = "(expires_at IS NULL OR expires_at > ?)";

/** Deletes some records whose time is over. */
export function forgetExpired(database: Database): void {
  database.run(
    `DELETE FROM records WHERE key IN
    (SELECT key FROM records WHERE expires_at <= ? LIMIT ${EXPIRED_AT_ONCE})`,
    Date.now(),
  );
}

/** Makes a change, and returns the new version if it sets a record. */
export function makeChange(database: Database, change: CheckedChange): number[] {
  switch (change.kind) {
    case "set": {
      const { key, json, expiresInMs } = change;
      assertVersion(database, change);
      const { version } = database.get(
        "UPDATE counter SET version = version + 1 RETURNING version",
      ) as { version: number };
      const expiresAt = expiresInMs === undefined ? null : Date.now() + expiresInMs;
      database.run(
        "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)",
        key,
        json,
        version,
        expiresAt,
      );
      return [version];
    }
    case "delete":
      assertVersion(database, change);
      database.run("DELETE FROM records WHERE key = ?", change.key);
      return [];
    case "append":
      append(database, change);
      return [];
    case "deleteLog":
      database.run(
        "DELETE FROM entries WHERE log = (SELECT id FROM logs WHERE name = ?)",
        change.log,
      );
      database.run("DELETE FROM logs WHERE name = ?", change.log);
      return [];
  }
}

function assertVersion(
  database: Database,
  change: Extract<CheckedChange, { readonly key: string }>,
): void {
  if (change.ifVersion === undefined) return;
  const row = database.get(
    `SELECT version FROM records WHERE key = ? AND ${NOT_EXPIRED}`,
    change.key,
    Date.now(),
  );
  const version = (row?.version ?? 0) as number;
  if (version !== change.ifVersion) throw new StoreConflictError(change.change, version);
}

function append(
  database: Database,
  { log, at, jsons, end, change }: Extract<CheckedChange, { readonly at: number }>,
): void {
  const found = database.get("SELECT id, length, ended FROM logs WHERE name = ?", log);
  const { length = 0, ended = 0 } = found ?? {};
  if (ended === 1) throw new StoreConflictError(change, -1);
  if (length !== at) throw new StoreConflictError(change, length as number);
  const { id } = found ?? database.get(
    "INSERT INTO logs (name, length, ended) VALUES (?, 0, 0) RETURNING id",
    log,
  )!;
  const insert = "INSERT INTO entries VALUES (?, ?, ?)";
  for (const [i, json] of jsons.entries()) database.run(insert, id as number, at + i, json);
  const sql = "UPDATE logs SET length = ?, ended = ? WHERE id = ?";
  database.run(sql, at + jsons.length, end ? 1 : 0, id as number);
}
