/**
 * Changes of a commit, as statements within a transaction.
 *
 * @module
 */

import type { TransactionSql } from "postgres";
import type { CheckedChange } from "../_check.ts";
import { StoreConflictError } from "../store.ts";

/** Number of entries of a statement: its parameters have a bound. */
const ENTRIES_AT_ONCE = 1_000;

/**
 * Makes changes.
 *
 * @param sql The transaction.
 * @param changes The changes.
 * @returns The versions of the records that were set, in the order of the changes.
 * @throws {StoreConflictError} If a record has another version, or a log another length.
 */
export async function makeChanges(
  sql: TransactionSql,
  changes: readonly CheckedChange[],
): Promise<number[]> {
  const versions = new Map<CheckedChange, number>();
  // Rows are locked in one order, so that two commits never wait for each other.
  for (const change of changes.toSorted((a, b) => placeOf(a) < placeOf(b) ? -1 : 1)) {
    const version = await makeChange(sql, change);
    if (version !== undefined) versions.set(change, version);
  }
  return changes.flatMap((change) => versions.get(change) ?? []);
}

function placeOf(change: CheckedChange): string {
  return "log" in change ? `log ${change.log}` : `record ${change.key}`;
}

async function makeChange(
  sql: TransactionSql,
  change: CheckedChange,
): Promise<number | undefined> {
  switch (change.kind) {
    case "set":
      return await set(sql, change);
    case "delete":
      await remove(sql, change);
      return undefined;
    case "append":
      await append(sql, change);
      return undefined;
    case "deleteLog":
      await sql`DELETE FROM entries WHERE log = ${change.log}`;
      await sql`DELETE FROM logs WHERE name = ${change.log}`;
      await announce(sql, change.log);
      return undefined;
  }
}

type Change<K extends CheckedChange["kind"]> = Extract<CheckedChange, { readonly kind: K }>;

async function set(
  sql: TransactionSql,
  { key, json, ifVersion, expiresInMs, change }: Change<"set">,
): Promise<number> {
  const lifetime = expiresInMs === undefined ? null : `${expiresInMs} milliseconds`;
  const expected = ifVersion === undefined
    ? sql`true`
    : ifVersion === 0
    ? sql`records.expires_at <= now()`
    : sql`records.version = ${ifVersion} AND (records.expires_at IS NULL OR records.expires_at > now())`;
  const rows = ifVersion === undefined || ifVersion === 0
    ? await sql<{ version: string }[]>`
      INSERT INTO records VALUES
      (${key}, ${json}, nextval('versions'), now() + ${lifetime}::interval)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,
      expires_at = excluded.expires_at WHERE ${expected} RETURNING version`
    : await sql<{ version: string }[]>`
      UPDATE records SET value = ${json}, version = nextval('versions'),
      expires_at = now() + ${lifetime}::interval WHERE key = ${key} AND ${expected}
      RETURNING version`;
  const [row] = rows;
  if (row === undefined) throw new StoreConflictError(change, await versionOf(sql, key));
  return Number(row.version);
}

async function remove(sql: TransactionSql, change: Change<"delete">): Promise<void> {
  const { key, ifVersion } = change;
  if (ifVersion === undefined) {
    await sql`DELETE FROM records WHERE key = ${key}`;
    return;
  }
  const version = await versionOf(sql, key);
  if (version !== ifVersion) throw new StoreConflictError(change.change, version);
  if (ifVersion === 0) return;
  const { count } = await sql`DELETE FROM records WHERE key = ${key} AND version = ${ifVersion}`;
  if (count === 0) throw new StoreConflictError(change.change, await versionOf(sql, key));
}

async function versionOf(sql: TransactionSql, key: string): Promise<number> {
  const [row] = await sql<{ version: string }[]>`
    SELECT version FROM records WHERE key = ${key} AND (expires_at IS NULL OR expires_at > now())`;
  return Number(row?.version ?? 0);
}

async function append(
  sql: TransactionSql,
  { log, at, jsons, end, change }: Change<"append">,
): Promise<void> {
  if (at === 0) {
    await sql`INSERT INTO logs VALUES (${log}, 0, false) ON CONFLICT (name) DO NOTHING`;
  }
  const { count } = await sql`
    UPDATE logs SET length = ${at + jsons.length}, ended = ${end}
    WHERE name = ${log} AND length = ${at} AND NOT ended`;
  if (count === 0) {
    const [row] = await sql<{ length: string; ended: boolean }[]>`
      SELECT length, ended FROM logs WHERE name = ${log}`;
    throw new StoreConflictError(change, row?.ended ? -1 : Number(row?.length ?? 0));
  }
  for (let first = 0; first < jsons.length; first += ENTRIES_AT_ONCE) {
    const rows = jsons.slice(first, first + ENTRIES_AT_ONCE)
      .map((value, i) => ({ log, at: at + first + i, value }));
    await sql`INSERT INTO entries ${sql(rows, "log", "at", "value")}`;
  }
  await announce(sql, log);
}

/** Tells followers of a log, in all processes, that it has changed. */
async function announce(sql: TransactionSql, log: string): Promise<void> {
  await sql`SELECT pg_notify(current_schema() || '_changes', ${log})`;
}
