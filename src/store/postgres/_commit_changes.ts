/**
 * A commit to PostgreSQL, as one statement: it is sent once, and made or not. A transaction of several statements would have to be
 * rolled back on a connection that may be gone, which ends the process in the client.
 *
 * @module
 */

import postgres, { type Sql } from "postgres";
import type { CheckedChange } from "../_check.ts";
import { StoreConflictError } from "../store.ts";

/** The code of an error for a conflict, whose detail is the number of the change and what was found. */
const CONFLICT = "CA001";

/**
 * The function that makes changes, and returns the versions of the records that were set, with the numbers of their changes.
 * Names are those of the schema that is set.
 */
export const COMMIT_CHANGES = `
CREATE FUNCTION commit_changes(changes json) RETURNS SETOF json LANGUAGE plpgsql AS $function$
#variable_conflict use_column
DECLARE
  change json;
  expected bigint;
  found_version bigint;
  new_version bigint;
  until timestamptz;
  first_at bigint;
BEGIN
  FOR change IN SELECT value FROM json_array_elements(changes) LOOP
    expected := (change->>'ifVersion')::bigint;
    new_version := NULL;
    CASE change->>'kind'
    WHEN 'set' THEN
      until := now() + (change->>'expiresInMs' || ' milliseconds')::interval;
      IF expected IS NULL OR expected = 0 THEN
        INSERT INTO records VALUES
          (change->>'key', change->>'json', nextval('versions'), until)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,
          expires_at = excluded.expires_at WHERE expected IS NULL OR records.expires_at <= now()
        RETURNING version INTO new_version;
      ELSE
        UPDATE records SET value = change->>'json', version = nextval('versions'),
          expires_at = until WHERE key = change->>'key' AND version = expected
          AND (expires_at IS NULL OR expires_at > now())
        RETURNING version INTO new_version;
      END IF;
      IF new_version IS NULL THEN
        PERFORM refuse_change(change, version_of(change->>'key'));
      END IF;
      RETURN NEXT json_build_array(change->'number', new_version);
    WHEN 'delete' THEN
      IF expected IS NULL THEN
        DELETE FROM records WHERE key = change->>'key';
      ELSE
        found_version := version_of(change->>'key');
        IF found_version = expected AND expected > 0 THEN
          DELETE FROM records WHERE key = change->>'key' AND version = expected;
          IF NOT FOUND THEN found_version := version_of(change->>'key'); END IF;
        END IF;
        IF found_version <> expected THEN PERFORM refuse_change(change, found_version); END IF;
      END IF;
    WHEN 'append' THEN
      first_at := (change->>'at')::bigint;
      IF first_at = 0 THEN
        INSERT INTO logs VALUES (change->>'log', 0, false) ON CONFLICT (name) DO NOTHING;
      END IF;
      UPDATE logs SET length = first_at + json_array_length(change->'jsons'),
        ended = (change->>'end')::boolean
        WHERE name = change->>'log' AND length = first_at AND NOT ended;
      IF NOT FOUND THEN
        SELECT CASE WHEN ended THEN -1 ELSE length END INTO found_version
          FROM logs WHERE name = change->>'log';
        PERFORM refuse_change(change, coalesce(found_version, 0));
      END IF;
      INSERT INTO entries (log, at, value)
        SELECT change->>'log', first_at + number - 1, text
        FROM json_array_elements_text(change->'jsons') WITH ORDINALITY AS entry (text, number);
    WHEN 'deleteLog' THEN
      DELETE FROM entries WHERE log = change->>'log';
      DELETE FROM logs WHERE name = change->>'log';
    END CASE;
    -- Followers of a log, in all processes, hear of its changes.
    IF change->>'log' IS NOT NULL THEN
      PERFORM pg_notify(current_schema() || '_changes', change->>'log');
    END IF;
  END LOOP;
END
$function$;

CREATE FUNCTION version_of(wanted text) RETURNS bigint LANGUAGE sql AS $function$
  SELECT coalesce((
    SELECT version FROM records WHERE key = wanted AND (expires_at IS NULL OR expires_at > now())
  ), 0)
$function$;

CREATE FUNCTION refuse_change(change json, actual bigint) RETURNS void LANGUAGE plpgsql AS $function$
BEGIN
  RAISE EXCEPTION 'conflict' USING
    ERRCODE = '${CONFLICT}', DETAIL = json_build_array(change->'number', actual)::text;
END
$function$;
`;

/**
 * Makes changes, all or none.
 *
 * @param sql The connection.
 * @param changes The changes.
 * @returns The versions of the records that were set, in the order of the changes.
 * @throws {StoreConflictError} If a record has another version, or a log another length.
 */
export async function commitChanges(
  sql: Sql,
  changes: readonly CheckedChange[],
): Promise<number[]> {
  // Rows are locked in one order, so that two commits never wait for each other.
  const data = changes
    .map(({ change: _, ...data }, number) => ({ ...data, number }))
    .toSorted((a, b) => placeOf(a) < placeOf(b) ? -1 : 1);
  try {
    const rows = await sql<{ version: [number: number, version: number] }[]>`
      SELECT commit_changes(${JSON.stringify(data)}::text::json) AS version`;
    return rows.map(({ version }) => version)
      .toSorted(([a], [b]) => a - b)
      .map(([, version]) => version);
  } catch (error) {
    if (!(error instanceof postgres.PostgresError) || error.code !== CONFLICT) throw error;
    const [number, actual] = JSON.parse(error.detail ?? "");
    throw new StoreConflictError(changes[number]!.change, actual);
  }
}

function placeOf(
  change: { readonly log: string } | { readonly key: string },
): string {
  return "log" in change ? `log ${change.log}` : `record ${change.key}`;
}
