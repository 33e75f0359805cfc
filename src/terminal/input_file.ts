/**
 * Files on the command line as variables: rows of CSV, the value of JSON, the text of any other file.
 *
 * @module
 */

import { isIdentifier } from "../inject/identifier.ts";
import { GUEST_GLOBALS } from "../rpc/guest_globals.ts";
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
  const { text, encoding } = decode(await Deno.readFile(path));
  const file = path.split(/[/\\]/).at(-1)!;
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
  return { name, value: text, description: describe(`The text of ${file}`) };
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
