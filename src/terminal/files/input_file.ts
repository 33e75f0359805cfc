/**
 * Files on the command line as variables: rows of CSV, values of JSON and YAML, the text of any other file.
 *
 * @module
 */

import { parse as parseYaml } from "@std/yaml";
import { isIdentifier } from "../../inject/identifier.ts";
import { GUEST_GLOBALS } from "../../rpc/guest_globals.ts";
import { readTable } from "./table.ts";

/** The contents of a file, with the variable's name. */
export interface InputFile {
  /** The variable's name, derived from that of the file. */
  readonly name: string;
  /** The contents. */
  readonly value: unknown;
  /** The description for the model. */
  readonly description: string;
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

/**
 * Reads a file. Nothing of it is lost in silence: another encoding than UTF-8, another separator than usual and names that
 * had to be changed are mentioned in the description.
 *
 * @param path The file.
 * @throws {Deno.errors.NotFound} If there is no such file, or another error of `Deno.readFile`.
 * @throws {SyntaxError} If a `.json` file is not JSON.
 */
export async function readInputFile(path: string): Promise<InputFile> {
  return parseInputFile(path.split(/[/\\]/).at(-1)!, await Deno.readFile(path));
}

/**
 * Returns the contents of a file as a variable.
 *
 * @param file The name of the file, without folders; its ending tells the format.
 * @param bytes The content.
 * @throws {SyntaxError} If a `.json`, `.jsonl` or `.yaml` file is something else; {TypeError} if the file is not text.
 */
export function parseInputFile(file: string, bytes: Uint8Array): InputFile {
  refuseBinary(file, bytes);
  const { text, encoding } = decode(bytes);
  const name = variableName(file);
  const extension = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase();
  const notes = encoding === "utf-8" ? [] : [`it was decoded as ${encoding}`];
  const describe = (what: string, more: readonly string[] = []) =>
    [what, ...notes, ...more].join("; ");
  if (extension === "csv" || extension === "tsv") {
    const table = readTable(text, extension === "csv" ? undefined : "\t");
    const { length } = table.rows;
    const what = `The ${length} row${length === 1 ? "" : "s"} of ${file}`;
    return { name, value: table.rows, description: describe(what, table.notes) };
  }
  if (extension === "json") {
    return { name, value: parseJson(text), description: describe(`The content of ${file}`) };
  }
  if (extension === "jsonl" || extension === "ndjson") {
    const value = parseJsonLines(text);
    return { name, value, description: describe(`The ${value.length} values of ${file}`) };
  }
  if (extension === "yaml" || extension === "yml") {
    const value = parseYaml(text, { schema: "core" });
    return { name, value, description: describe(`The content of ${file}`) };
  }
  return { name, value: text, description: describe(`The text of ${file}`) };
}

/** The beginnings of files that are no text, by their formats. */
const BINARY: readonly (readonly [beginning: string, format: string])[] = [
  ["PK\x03\x04", "a ZIP archive, as XLSX and DOCX files are: save it as CSV or as text"],
  ["%PDF-", "a PDF: extract its text first"],
  ["PAR1", "a Parquet file: save it as CSV or as JSON"],
  ["SQLite format 3\0", "a SQLite database: export a table as CSV"],
  ["\x89PNG", "an image"],
  ["\xff\xd8\xff", "an image"],
  ["GIF8", "an image"],
  ["\x1f\x8b", "a gzip archive: unpack it first"],
];

/** Number of bytes in which a text has no zero. */
const MAX_PROBE_BYTES = 8_192;

/** Refuses a file that is not text. */
function refuseBinary(file: string, bytes: Uint8Array): void {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  const known = BINARY.find(([beginning]) => head.startsWith(beginning));
  if (known !== undefined) throw new TypeError(`${file} is ${known[1]}`);
  const isWide = head.startsWith("\xff\xfe") || head.startsWith("\xfe\xff");
  if (!isWide && bytes.subarray(0, MAX_PROBE_BYTES).includes(0)) {
    throw new TypeError(`${file} is not text: it has bytes that no text has`);
  }
}

/** Parses a file with a value of JSON on each line. */
function parseJsonLines(text: string): unknown[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === "") return [];
    try {
      return [parseJson(line)];
    } catch (cause) {
      throw new SyntaxError(`line ${i + 1} is not JSON: ${(cause as Error).message}`, { cause });
    }
  });
}

/** Decodes a text: by its mark, as UTF-8, or else as the encoding of Windows, in which every byte is a character. */
function decode(bytes: Uint8Array): { text: string; encoding: string } {
  const mark = bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff
    ? "utf-16be"
    : "utf-8";
  for (const encoding of [mark, "windows-1252"]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      return { text: withoutEndMark(text.replace(/^\uFEFF/, "")), encoding };
    } catch {
      // It is the next encoding, or none.
    }
  }
  return { text: new TextDecoder().decode(bytes), encoding: "utf-8 with errors" };
}

/** Removes the Ctrl-Z with which programs of DOS end a file. */
function withoutEndMark(text: string): string {
  return text.endsWith("\u001a") ? text.slice(0, -1) : text;
}

/** Parses JSON. A number that a `number` cannot hold stays as it is written, as text. */
function parseJson(text: string): unknown {
  return JSON.parse(text, (_key, value, context?: { source?: string }) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    const isExact = Number.isFinite(value) &&
      (!/^-?\d+$/.test(source) || Number.isSafeInteger(value));
    return isExact ? value : source;
  });
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
