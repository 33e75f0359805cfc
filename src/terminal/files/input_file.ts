/**
 * Files on the command line as variables: rows of CSV, XLSX and Parquet, values of JSON and YAML, pictures, the text of any other
 * file.
 *
 * @module
 */

import { readBytes } from "../../async/read_bytes.ts";
import { parse as parseYaml } from "@std/yaml";
import { isIdentifier } from "../../inject/identifier.ts";
import { GUEST_GLOBALS } from "../../rpc/guest_globals.ts";
import { TableReader } from "./table.ts";
import {
  decodePieces,
  decodeText,
  encodingOf,
  parseExactJson,
  parseJsonLines,
} from "./text_content.ts";

/** The contents of a file, with the variable's name. */
export interface InputFile {
  /** The variable's name, derived from that of the file. */
  readonly name: string;
  /** The size of the file in bytes. */
  readonly size: number;
  /** The contents. */
  readonly value: unknown;
  /** The description for the model. */
  readonly description: string;
  /** The picture, for models that see. */
  readonly attachment?: InputPicture;
}

/** A picture that a model can see. */
export interface InputPicture {
  /** The media type. */
  readonly mediaType: string;
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** The name of the file. */
  readonly name: string;
}

/** Names that cells have from others: values of the kernel, and functions of the agent. */
const TAKEN: ReadonlySet<string> = new Set([
  "Deno",
  "display",
  "finish",
  "askUser",
  "readArtifact",
  "activateSkill",
  "readSkillFile",
  "search",
  "describe",
]);

/** Options of {@linkcode readInputFile}. */
export interface InputFileOptions {
  /** Called while a large file is read, with the bytes so far and all of them. @default progress is not shown */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Maximum size in bytes. @default Infinity */
  readonly maxBytes?: number | undefined;
}

/**
 * Reads a file. Nothing of it is lost in silence: another encoding than UTF-8, another separator than usual and names that
 * had to be changed are mentioned in the description.
 *
 * @param path The file.
 * @param options Progress.
 * @throws {Deno.errors.NotFound} If there is no such file, or another error of `Deno.open`; {RangeError} if it is too large.
 * @throws {SyntaxError} If a `.json` file is not JSON; {TypeError} if the file has no format that can be read.
 */
export async function readInputFile(
  path: string,
  options: InputFileOptions = {},
): Promise<InputFile> {
  const { maxBytes = Infinity, ...rest } = options;
  // A pipe or a device has no size, and may have no end.
  const file = await Deno.open(path);
  const bytes = await readBytes(file.readable, { maxBytes });
  return await parseInputFile(path.split(/[/\\]/).at(-1)!, { bytes, ...rest });
}

/**
 * Returns the contents of a file as a variable.
 *
 * @param file The name of the file, without folders; its ending tells the format.
 * @param options The content, and progress.
 * @throws {SyntaxError} If a `.json`, `.jsonl` or `.yaml` file is something else; {TypeError} if the file has no format that can
 * be read.
 */
export async function parseInputFile(
  file: string,
  { bytes, onProgress }: InputFileOptions & { readonly bytes: Uint8Array },
): Promise<InputFile> {
  const named = { name: variableName(file), size: bytes.length };
  const extension = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase();
  const format = formatOf(bytes);
  const mediaType = format?.mediaType;
  if (mediaType !== undefined) {
    const attachment = { mediaType, bytes, name: file };
    return { ...named, value: bytes, description: `The bytes of the picture ${file}`, attachment };
  }
  if (format?.read !== undefined) {
    try {
      return { ...named, ...await format.read(file, bytes) };
    } catch (cause) {
      throw new TypeError(`${file}: ${(cause as Error).message}`, { cause });
    }
  }
  refuseBinary(file, { bytes, format });
  if (extension === "csv" || extension === "tsv") {
    const separator = extension === "csv" ? undefined : "\t";
    return { ...named, ...await readTableFile(file, { bytes, separator, onProgress }) };
  }
  return { ...named, ...readText(file, { bytes, extension }) };
}

/** The contents of a file, without a name. */
type Contents = Omit<InputFile, "name" | "size">;

function describe(what: string, notes: readonly string[]): string {
  return [what, ...notes].join("; ");
}

function rowsOf(count: number, file: string): string {
  return `The ${count} row${count === 1 ? "" : "s"} of ${file}`;
}

function notesOn(encoding: string): string[] {
  return encoding === "utf-8" ? [] : [`it was decoded as ${encoding}`];
}

async function readTableFile(
  file: string,
  { bytes, separator, onProgress }: InputFileOptions & {
    readonly bytes: Uint8Array;
    readonly separator: string | undefined;
  },
): Promise<Contents> {
  const encoding = encodingOf(bytes);
  const reader = new TableReader(separator);
  const rows: Record<string, unknown>[] = [];
  let done = 0;
  for (const piece of decodePieces(bytes, encoding)) {
    for (const row of reader.push(piece)) rows.push(row);
    done = Math.min(bytes.length, done + piece.length);
    onProgress?.(done, bytes.length);
    // So that progress can be shown, and Ctrl-C is heard.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  for (const row of reader.end()) rows.push(row);
  const notes = [...notesOn(encoding), ...reader.notes];
  return { value: rows, description: describe(rowsOf(rows.length, file), notes) };
}

function readText(
  file: string,
  { bytes, extension }: { readonly bytes: Uint8Array; readonly extension: string | undefined },
): Contents {
  const { text, encoding } = decodeText(bytes);
  const notes = notesOn(encoding);
  const whole = describe(`The content of ${file}`, notes);
  if (extension === "json") return { value: parseExactJson(text), description: whole };
  if (extension === "jsonl" || extension === "ndjson") {
    const value = parseJsonLines(text);
    return { value, description: describe(`The ${value.length} values of ${file}`, notes) };
  }
  if (extension === "yaml" || extension === "yml") {
    return { value: parseYaml(text, { schema: "core" }), description: whole };
  }
  return { value: text, description: describe(`The text of ${file}`, notes) };
}

/** A format that is no text. */
interface Format {
  /** The bytes at its beginning, as characters. */
  readonly beginning: string;
  /** The media type of a picture that models can see. */
  readonly mediaType?: string;
  /** Reads it. */
  readonly read?: (file: string, bytes: Uint8Array) => Promise<Contents>;
  /** The name, with the advice for one that cannot be read. */
  readonly advice?: string;
}

const FORMATS: readonly Format[] = [
  { beginning: "PK\x03\x04", read: readSheets },
  { beginning: "PAR1", read: readRows },
  { beginning: "\x89PNG", mediaType: "image/png" },
  { beginning: "\xff\xd8\xff", mediaType: "image/jpeg" },
  { beginning: "GIF8", mediaType: "image/gif" },
  { beginning: "%PDF-", advice: "a PDF: extract its text first" },
  { beginning: "SQLite format 3\0", advice: "a SQLite database: export a table as CSV" },
  { beginning: "\x1f\x8b", advice: "a gzip archive: unpack it first" },
];

/** Returns the format whose beginning a file has. */
function formatOf(bytes: Uint8Array): Format | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  if (/^RIFF[^]{4}WEBP/.test(head)) return { beginning: "RIFF", mediaType: "image/webp" };
  return FORMATS.find(({ beginning }) => head.startsWith(beginning));
}

async function readSheets(file: string, bytes: Uint8Array): Promise<Contents> {
  const { readWorkbook } = await import("./workbook.ts");
  const sheets = await readWorkbook(bytes);
  const [first, ...others] = sheets;
  if (first !== undefined && others.length === 0) {
    const { rows, notes } = first;
    return { value: rows, description: describe(rowsOf(rows.length, file), notes) };
  }
  const notes = sheets.flatMap(({ name, notes }) => notes.map((note) => `in ${name} ${note}`));
  return {
    value: Object.fromEntries(sheets.map(({ name, rows }) => [name, rows])),
    description: describe(`The rows of the ${sheets.length} sheets of ${file}, by sheet`, notes),
  };
}

async function readRows(file: string, bytes: Uint8Array): Promise<Contents> {
  const { readParquet } = await import("./parquet_file.ts");
  const rows = await readParquet(bytes);
  return { value: rows, description: rowsOf(rows.length, file) };
}

/** Number of bytes in which a text has no zero. */
const MAX_PROBE_BYTES = 8_192;

/** Refuses a file that is not text. */
function refuseBinary(
  file: string,
  { bytes, format }: { readonly bytes: Uint8Array; readonly format: Format | undefined },
): void {
  if (format?.advice !== undefined) throw new TypeError(`${file} is ${format.advice}`);
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe || bytes[0] === 0xfe && bytes[1] === 0xff;
  if (!isWide && bytes.subarray(0, MAX_PROBE_BYTES).includes(0)) {
    throw new TypeError(`${file} is not text: it has bytes that no text has`);
  }
}

/**
 * Derives a variable's name from a file's: `seattle-weather.csv` becomes `seattle_weather`. A name that cells need for
 * something else is not used: `console.csv` becomes `console_file`.
 *
 * @param file The file's name, without folders.
 */
export function variableName(file: string): string {
  const stem = file.replace(/\.\w+$/, "");
  const name = stem.replace(/[^\p{ID_Continue}$]+/gu, "_").replace(/^_+|_+$/g, "") || "file";
  if (!isIdentifier(name)) return `_${name}`;
  return GUEST_GLOBALS.has(name) || TAKEN.has(name) ? `${name}_file` : name;
}
