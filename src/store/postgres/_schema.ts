/**
 * The tables of a PostgreSQL store, and the way from older formats to the present one.
 *
 * @module
 */

import type { Sql, TransactionSql } from "postgres";

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
];

/** The format that this program writes. */
export const FORMAT: number = MIGRATIONS.length;

/** Processes that open one store at once migrate it one after another. ("CAVE") */
const LOCK = 0x43415645;

/**
 * Makes the tables, or brings them to the present format.
 *
 * @param sql The connection.
 * @param schema The name of the schema.
 * @throws {RangeError} If the format is newer.
 */
export async function migrate(sql: Sql, schema: string): Promise<void> {
  await sql.begin(async (sql) => {
    await sql`SELECT pg_advisory_xact_lock(${LOCK})`;
    await sql`CREATE SCHEMA IF NOT EXISTS ${sql(schema)}`;
    await sql.unsafe(`SET LOCAL search_path TO "${schema}"`);
    await sql`CREATE TABLE IF NOT EXISTS format (format integer NOT NULL)`;
    const format = await formatOf(sql);
    if (format > FORMAT) {
      throw new RangeError(
        `Cannot open the store in the schema ${schema}: it has format ${format}, and this program knows formats up to ${FORMAT}; use a newer version`,
      );
    }
    if (format === FORMAT) return;
    for (const statements of MIGRATIONS.slice(format)) await sql.unsafe(statements);
    await sql`DELETE FROM format`;
    await sql`INSERT INTO format VALUES (${FORMAT})`;
  });
}

async function formatOf(sql: TransactionSql): Promise<number> {
  const [row] = await sql<{ format: number }[]>`SELECT format FROM format`;
  return row?.format ?? 0;
}
