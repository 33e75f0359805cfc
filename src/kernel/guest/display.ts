/**
 * `display` of cells: shows the host's user something that is more than text, in the manner of Jupyter.
 *
 * A value is displayed as a MIME bundle: an object with media types as its keys. A value with a method
 * `Symbol.for("Jupyter.display")` makes its own, as libraries for Deno's Jupyter kernel do
 * (https://docs.deno.com/runtime/reference/cli/jupyter/).
 *
 * @module
 */

import {
  Array,
  Object,
  Promise,
  Reflect,
  String,
  Symbol,
  TypeError,
  Uint8Array,
} from "../../rpc/builtins.ts";
import type { MimeBundle } from "../../rpc/protocol.ts";
import { show } from "../namespace/describe.ts";
import { mapList, partOf } from "../../rpc/lists.ts";
import { matchOf } from "../../rpc/patterns.ts";

/** The function `display` of cells, with its methods. */
export interface Display {
  /** Shows a value as what it is. */
  (value: unknown): Promise<void>;
  /** Shows HTML. */
  html(text: string): Promise<void>;
  /** Shows Markdown. */
  markdown(text: string): Promise<void>;
  /** Shows an SVG image. */
  svg(text: string): Promise<void>;
  /** Shows an image from its bytes. */
  image(bytes: Uint8Array, type?: string): Promise<void>;
  /** Shows rows as a table. */
  table(rows: readonly object[]): Promise<void>;
}

/** The media type of tables: `{ columns: string[], rows: unknown[][] }`. */
export const TABLE_TYPE = "application/vnd.cave.table+json";

const JUPYTER_DISPLAY = Symbol.for("Jupyter.display");

/** The first bytes of images of a media type. */
interface Signature {
  readonly type: string;
  readonly bytes: readonly number[];
}

/** The signatures that are known. */
const SIGNATURES: readonly Signature[] = [
  { type: "image/png", bytes: [0x89, 0x50, 0x4e, 0x47] },
  { type: "image/jpeg", bytes: [0xff, 0xd8, 0xff] },
  { type: "image/gif", bytes: [0x47, 0x49, 0x46, 0x38] },
  { type: "image/webp", bytes: [0x52, 0x49, 0x46, 0x46] },
];

/** Maximum number of rows that a table shows; the cell has them all. */
const MAX_ROWS = 1_000;

/**
 * Creates `display`.
 *
 * @param emit Takes a bundle.
 */
export function createDisplay(emit: (bundle: MimeBundle) => void): Display {
  const display = (value: unknown): Promise<void> => {
    const own = ownBundle(value);
    // At once where that can be, so that things are seen in the order in which they were displayed, and that a call which
    // nothing awaits fails its own cell.
    if (own instanceof Promise) return own.then((bundle) => emit(checkBundle(bundle)));
    emit(own === undefined ? toBundle(value) : checkBundle(own));
    return Promise.resolve();
  };
  const typed = (type: string) => (text: string): Promise<void> => {
    if (typeof text !== "string") {
      throw new TypeError(`Cannot display ${type}: it is a ${typeof text}`);
    }
    emit({ [type]: text });
    return Promise.resolve();
  };
  const methods = {
    html: typed("text/html"),
    markdown: typed("text/markdown"),
    svg: typed("image/svg+xml"),
    image(bytes: Uint8Array, type: string | undefined = typeOfImage(bytes)): Promise<void> {
      if (!(bytes instanceof Uint8Array) || type === undefined) {
        throw new TypeError("Cannot display an image: it is no Uint8Array with a known beginning");
      }
      emit({ [type]: bytes });
      return Promise.resolve();
    },
    table: (rows: readonly object[]): Promise<void> => {
      const bundle = tableOf(rows);
      if (bundle === undefined) {
        throw new TypeError("Cannot display a table: its rows are no objects");
      }
      emit(bundle);
      return Promise.resolve();
    },
  };
  return Object.assign(display, methods) as Display;
}

/** Returns the bundle that a value makes of itself. */
function ownBundle(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const method: unknown = Reflect.get(value, JUPYTER_DISPLAY);
  return typeof method === "function" ? Reflect.apply(method, value, []) : undefined;
}

function toBundle(value: unknown): MimeBundle {
  if (typeof value === "object" && value !== null) {
    if (value instanceof Uint8Array) {
      const type = typeOfImage(value);
      if (type !== undefined) {
        return { [type]: value, "text/plain": `${type}, ${value.length} bytes` };
      }
    }
    const vega = vegaOf(value);
    if (vega !== undefined) return vega;
    const table = Array.isArray(value) ? tableOf(value as object[]) : undefined;
    if (table !== undefined) return table;
  }
  if (typeof value === "string") return { "text/plain": value };
  return { "text/plain": show(value) };
}

function checkBundle(bundle: unknown): MimeBundle {
  const isBundle = typeof bundle === "object" && bundle !== null && !Array.isArray(bundle) &&
    Object.keys(bundle).length > 0 && Object.keys(bundle).every((type) => type.includes("/"));
  if (isBundle) return { ...bundle };
  throw new TypeError(
    "Cannot display a value: its Jupyter.display method gives no object with media types as keys",
  );
}

/** A Vega or Vega-Lite specification names its schema. */
function vegaOf(value: object): MimeBundle | undefined {
  const schema: unknown = Reflect.get(value, "$schema");
  const match = matchOf(/\/schema\/(vega|vega-lite)\/v(\d+)/, String(schema));
  if (typeof schema !== "string" || match === null) return undefined;
  const name = match[1] === "vega" ? "vega" : "vegalite";
  return { [`application/vnd.${name}.v${match[2]}+json`]: value };
}

function tableOf(rows: readonly object[]): MimeBundle | undefined {
  if (!Array.isArray(rows) || rows.length === 0) return undefined;
  const columns: string[] = [];
  for (let i = 0; i < rows.length && i < MAX_ROWS; i++) {
    const row: unknown = rows[i];
    if (typeof row !== "object" || row === null || Array.isArray(row)) return undefined;
    const names = Object.keys(row);
    for (let n = 0; n < names.length; n++) {
      if (!columns.includes(names[n]!)) columns.push(names[n]!);
    }
  }
  if (columns.length === 0) return undefined;
  const cells = mapList(
    partOf(rows, { end: MAX_ROWS }),
    (row) => mapList(columns, (name) => cellOf((row as Record<string, unknown>)[name])),
  );
  return {
    [TABLE_TYPE]: { columns, rows: cells, length: rows.length },
    "text/plain": show(rows),
  };
}

/** Returns a value that JSON can write: it has no dates and big numbers. */
function cellOf(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  return value === null ? null : show(value);
}

function typeOfImage(bytes: unknown): string | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined;
  const begins = ({ bytes: signature }: Signature) =>
    signature.every((byte, i) => bytes[i] === byte);
  return SIGNATURES.find(begins)?.type;
}
