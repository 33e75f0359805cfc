/**
 * The tables of a PostgreSQL store, and the way from older formats to the present one.
 *
 * @module
 */

import postgres, { type Sql } from "postgres";
import { COMMIT_CHANGES } from "./_commit_changes.ts";

/** For each format the statements that lead to it from the one before. Names are those of the schema that is set. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE SEQUENCE versions;
  CREATE TABLE records (
    key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL,
    version bigint NOT NULL,
    expires_at timestamptz
  );
  CREATE TABLE logs (
    name text COLLATE "C" PRIMARY KEY,
    length bigint NOT NULL,
    ended boolean NOT NULL
  );
  CREATE TABLE entries (
    log text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (log, at)
  );
  CREATE TABLE blobs (
    hash text COLLATE "C" PRIMARY KEY,
    stored_at timestamptz NOT NULL,
    bytes bytea NOT NULL
  );
  ALTER TABLE blobs ALTER COLUMN bytes SET STORAGE EXTERNAL;
  `,
  COMMIT_CHANGES,
];

/** The format that this program writes. */
export const FORMAT: number = MIGRATIONS.length;

/** Processes that open one store at once migrate it one after another. ("CAVE") */
const LOCK = 0x43415645;

/** The code of an error for a newer format, whose detail is the format. */
const NEWER = "CA002";

/**
 * Makes the tables, or brings them to the present format, all or nothing.
 *
 * @param sql The connection.
 * @param schema The name of the schema: lower-case letters, digits and `_`.
 * @throws {RangeError} If the format is newer.
 */
export async function migrate(sql: Sql, schema: string): Promise<void> {
  const steps = MIGRATIONS.map((statements, format) => `
    IF found_format <= ${format} THEN EXECUTE $migration$ ${statements} $migration$; END IF;`);
  try {
    await sql.unsafe(`
DO $do$
DECLARE
  found_format integer;
BEGIN
  PERFORM pg_advisory_xact_lock(${LOCK});
  CREATE SCHEMA IF NOT EXISTS "${schema}";
  PERFORM set_config('search_path', '"${schema}"', true);
  CREATE TABLE IF NOT EXISTS format (format integer NOT NULL);
  found_format := coalesce((SELECT max(format) FROM format), 0);
  IF found_format > ${FORMAT} THEN
    RAISE EXCEPTION 'newer' USING ERRCODE = '${NEWER}', DETAIL = found_format;
  END IF;
  ${steps.join("")}
  IF found_format < ${FORMAT} THEN
    DELETE FROM format;
    INSERT INTO format VALUES (${FORMAT});
  END IF;
END
$do$`);
  } catch (error) {
    if (!(error instanceof postgres.PostgresError) || error.code !== NEWER) throw error;
    throw new RangeError(
      `Cannot open the store in the schema ${schema}: it has format ${error.detail}, and this program knows formats up to ${FORMAT}; use a newer version`,
    );
  }
}
