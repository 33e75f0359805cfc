/**
 * Short descriptions of displayed values.
 *
 * @module
 */

import type { MimeBundle } from "../../runtime/runtime.ts";
import { truncate } from "../../text/truncate.ts";

/** Maximum length of a media type in a description. */
const MAX_TYPE_CHARS = 100;

/** The media type of tables: `{ columns: string[], rows: unknown[][], length: number }`. */
export const TABLE_TYPE = "application/vnd.cave.table+json";

/** A table, as a cell displays it. */
export interface DisplayedTable {
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** The first rows. */
  readonly rows: readonly (readonly unknown[])[];
  /** How many rows there are. */
  readonly length: number;
}

/**
 * Returns the table in a bundle, if there is one. A bundle comes from a cell and may be anything.
 *
 * @param bundle The bundle.
 */
export function tableIn(bundle: MimeBundle): DisplayedTable | undefined {
  const table = Object.hasOwn(bundle, TABLE_TYPE) ? bundle[TABLE_TYPE] : undefined;
  if (typeof table !== "object" || table === null) return undefined;
  const { columns, rows, length } = table as Record<string, unknown>;
  const isTable = Array.isArray(columns) && columns.every((name) => typeof name === "string") &&
    Array.isArray(rows) && rows.every(Array.isArray) && typeof length === "number";
  return isTable ? { columns, rows, length } : undefined;
}

/**
 * Returns the most informative media type of a bundle.
 *
 * @param bundle The bundle.
 */
export function mainType(bundle: MimeBundle): string {
  const types = Object.keys(bundle);
  return types.find((type) => type !== "text/plain") ?? types[0] ?? "nothing";
}

/**
 * Describes a bundle in a few words: `a table of 3 columns and 120 rows`, `image/png (12345 bytes)`.
 *
 * @param bundle The bundle.
 */
export function describeBundle(bundle: MimeBundle): string {
  const table = tableIn(bundle);
  if (table !== undefined) {
    return `a table of ${table.columns.length} columns and ${table.length} rows`;
  }
  const key = mainType(bundle);
  const value = bundle[key];
  const type = truncate(key, MAX_TYPE_CHARS);
  if (value instanceof Uint8Array) return `${type} (${value.length} bytes)`;
  return typeof value === "string" ? `${type} (${value.length} characters)` : type;
}
