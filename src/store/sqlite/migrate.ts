/**
 * The way of a SQLite database from older formats to the present one.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";

/** The tables of a kind of database. */
export interface DatabaseSchema {
  /** The kind, for messages: `store`, `queue`. */
  readonly what: string;
  /** Marks its files among those of other programs. */
  readonly applicationId: number;
  /** For each format the statements that lead to it from the one before. */
  readonly migrations: readonly string[];
}

/**
 * Brings a database to the present format. Call it within a transaction.
 *
 * @param database The database.
 * @param options Its tables, and its name in messages.
 * @throws {RangeError} If it has a newer format; {TypeError} if it is the database of another program.
 */
export function migrate(
  database: DatabaseSync,
  { schema: { what, applicationId, migrations }, name }: {
    readonly schema: DatabaseSchema;
    readonly name: string;
  },
): void {
  const read = (pragma: string) =>
    Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  const format = read("user_version");
  const newest = migrations.length;
  if (read("schema_version") !== 0 && read("application_id") !== applicationId) {
    throw new TypeError(`Cannot open the ${what} ${name}: it is a database of another program`);
  }
  if (format > newest) {
    throw new RangeError(
      `Cannot open the ${what} ${name}: it has format ${format}, and this program knows formats up to ${newest}; use a newer version`,
    );
  }
  if (format === newest) return;
  for (const statements of migrations.slice(format)) database.exec(statements);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${newest}`);
}
