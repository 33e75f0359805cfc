/**
 * Workbooks of Excel (XLSX): rows of their sheets.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";
import readWorkbookFile from "read-excel-file/universal";
import { namesOf, type Table } from "./table.ts";

/** Maximum size of what a workbook unpacks to, in bytes. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

/** Maximum number of cells of the table around those of a sheet. */
const MAX_CELLS = 10_000_000;

/** Maximum number of files in a workbook. */
const MAX_ENTRIES = 10_000;

/** A sheet of a workbook. */
export interface Sheet extends Table {
  /** Its name. */
  readonly name: string;
}

/**
 * Reads all sheets of a workbook.
 *
 * @param bytes The file.
 * @throws {TypeError} If it is no workbook, or unpacks to too much.
 */
export async function readWorkbook(bytes: Uint8Array): Promise<Sheet[]> {
  let sheets;
  try {
    checkArchive(bytes);
    sheets = await readWorkbookFile(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`it is no workbook of Excel that can be read: ${reason}`, { cause });
  }
  return sheets.map(({ sheet, data }) => {
    const notes: string[] = [];
    const [header = [], ...records] = data;
    const names = namesOf(header.map((cell) => ({ text: textOf(cell), quoted: false })), notes);
    const rows = records.map((record) =>
      Object.fromEntries(
        Array.from(
          { length: Math.max(names.length, record.length) },
          (_, i) => [names[i] ?? `column_${i + 1}`, record[i] ?? null],
        ),
      )
    );
    return { name: sheet, rows, notes };
  });
}

function textOf(cell: unknown): string {
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  return cell === null || cell === undefined ? "" : String(cell);
}

/**
 * Refuses an archive that unpacks to too much, or whose cells are so far apart that the table between them, which the library makes,
 * would be too large. The format is that of APPNOTE.TXT of PKWARE, 4.3.
 */
function checkArchive(bytes: Uint8Array): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = view.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0 || end + 22 > bytes.length) throw new TypeError("it is cut off, or no ZIP archive");
  const count = view.readUInt16LE(end + 10);
  let at = view.readUInt32LE(end + 16);
  let left = MAX_UNPACKED_BYTES;
  if (count > MAX_ENTRIES) {
    throw new TypeError(`it has ${count} files, and ${MAX_ENTRIES} are allowed`);
  }
  for (let i = 0; i < count && at + 46 <= bytes.length; i++) {
    left -= view.readUInt32LE(at + 24);
    if (left < 0) {
      throw new TypeError(`it unpacks to more than ${MAX_UNPACKED_BYTES} bytes, which are allowed`);
    }
    checkExtent(unpack(view, at));
    at += 46 + view.readUInt16LE(at + 28) + view.readUInt16LE(at + 30) + view.readUInt16LE(at + 32);
  }
}

/** Returns a file of an archive, by the place of its entry in the directory. */
function unpack(view: Buffer, at: number): string {
  const method = view.readUInt16LE(at + 10);
  const packed = view.readUInt32LE(at + 20);
  const size = view.readUInt32LE(at + 24);
  const local = view.readUInt32LE(at + 42);
  const begin = local + 30 + view.readUInt16LE(local + 26) + view.readUInt16LE(local + 28);
  const data = view.subarray(begin, begin + packed);
  return (method === 0 ? data : inflateRawSync(data, { maxOutputLength: Math.max(1, size) }))
    .toString("latin1");
}

/** Looks at the addresses of cells (ECMA-376, 18.3.1.4). */
function checkExtent(xml: string): void {
  let rows = 0;
  let columns = 0;
  for (const [, address] of xml.matchAll(/<(?:\w+:)?c\b[^>]*?\sr\s*=\s*["']([^"']*)["']/g)) {
    const [, letters, number] = /^([A-Z]{1,3})(\d{1,7})$/i.exec(address!) ?? [];
    if (letters === undefined) {
      throw new TypeError(`a cell has the address ${JSON.stringify(address)}`);
    }
    rows = Math.max(rows, Number(number));
    const column = [...letters.toUpperCase()].reduce(
      (n, letter) => n * 26 + letter.charCodeAt(0) - 64,
      0,
    );
    columns = Math.max(columns, column);
  }
  if (rows * columns > MAX_CELLS) {
    throw new TypeError(
      `its cells are too far apart: ${rows} rows and ${columns} columns, and ${MAX_CELLS} cells are allowed`,
    );
  }
}
