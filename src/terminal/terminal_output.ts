/**
 * The only roads to stdout and stderr of the command line.
 *
 * @module
 */

import { printable } from "../text/printable.ts";

/**
 * Writes text to stdout as it is: views have made the pieces in it printable, and add colours of their own.
 *
 * @param text Text of a view.
 */
export function writeStyled(text: string): void {
  writeAll(text, Deno.stdout);
}

/**
 * Writes text of a view to stderr, as {@linkcode writeStyled} does to stdout.
 *
 * @param text Text of a view.
 */
export function writeStyledNote(text: string): void {
  writeAll(text, Deno.stderr);
}

function writeAll(text: string, output: { writeSync(bytes: Uint8Array): number }): void {
  const bytes = new TextEncoder().encode(text);
  let written = 0;
  while (written < bytes.byteLength) written += output.writeSync(bytes.subarray(written));
}

/**
 * Writes a line to stdout, without control sequences.
 *
 * @param text The line.
 */
export function writeLine(text: string): void {
  console.log(printable(text));
}

/**
 * Writes a line to stderr, without control sequences: a message may quote a server, a file or a kernel.
 *
 * @param text The line.
 */
export function writeNote(text: string): void {
  console.error(printable(text));
}

/**
 * Writes an event as a line of JSON to stdout. A consumer may show it, so that control characters and those that
 * `printable` removes are escaped, and no text is lost.
 *
 * @param value The event.
 */
export function writeJson(value: unknown): void {
  console.log(escapeControls(JSON.stringify(value, withBase64)));
}

/**
 * Escapes what a terminal would obey or not show, in JSON.
 *
 * @param json The JSON, on one line.
 */
export function escapeControls(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Returns an error as text: its stack, or its name and message, with its causes.
 *
 * @param error Anything that was thrown.
 */
export function describeFailure(error: unknown): string {
  return error instanceof Error ? Deno.inspect(error, { colors: false }) : String(error);
}

/** Replaces bytes, which JSON lacks: a displayed picture becomes `{ "base64": "..." }`. */
function withBase64(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { base64: value.toBase64() } : value;
}
