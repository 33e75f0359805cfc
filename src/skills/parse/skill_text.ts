/**
 * The text of a `SKILL.md`: decoded, and cut into frontmatter and instructions.
 *
 * @module
 */

import { skillError } from "./skill_error.ts";

/** Bytes of a `SKILL.md`: the largest ones in use have a third of it, and more would fill any context window. */
export const MAX_SKILL_BYTES = 1 << 20;

/** Characters of a frontmatter: all fields at their limits need a tenth of it. It bounds the work of the YAML parser. */
export const MAX_FRONTMATTER_CHARS = 1 << 16;

/** Controls that YAML forbids, and halves of characters. NEL (U+0085) is allowed. */
const FORBIDDEN =
  // deno-lint-ignore no-control-regex -- these are the characters that are looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|\p{Cs}/u;

/** The parts of a `SKILL.md`. */
export interface SkillText {
  /** The YAML between the fences. */
  readonly frontmatter: string;
  /** The Markdown behind them, without white space around it. */
  readonly body: string;
}

/**
 * Decodes a `SKILL.md`.
 *
 * @param content Bytes, or text.
 * @returns The text, with line feeds as ends of lines.
 * @throws {SkillError} If it is too large or not UTF-8.
 */
export function decodeSkill(content: string | Uint8Array): string {
  if (content.length > MAX_SKILL_BYTES) {
    throw skillError(
      "size",
      `Cannot read SKILL.md: it has ${content.length} bytes, more than ${MAX_SKILL_BYTES}`,
    );
  }
  let text: string;
  try {
    text = typeof content === "string"
      ? content
      : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    throw skillError("encoding", "Cannot read SKILL.md: it is not valid UTF-8", { cause });
  }
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
}

/**
 * Cuts a `SKILL.md` at its fences: lines with three hyphens, of which the first is the first line of the file.
 *
 * @param text The text of the file.
 * @throws {SkillError} If there is no frontmatter, it is too large, or it has characters that YAML forbids.
 */
export function splitSkill(text: string): SkillText {
  const lines = text.split("\n");
  if (!text.startsWith("---") || lines[0]!.trim() !== "---") {
    throw skillError("fence", "Cannot read SKILL.md: it must start with YAML frontmatter (---)");
  }
  let end = 1;
  while (end < lines.length && lines[end]!.trim() !== "---") end++;
  if (end === lines.length) {
    throw skillError("fence", "Cannot read SKILL.md: its frontmatter is not closed with ---");
  }
  const frontmatter = lines.slice(1, end).join("\n");
  if (frontmatter.length > MAX_FRONTMATTER_CHARS) {
    throw skillError(
      "size",
      `Cannot read SKILL.md: its frontmatter has ${frontmatter.length} characters, more than ${MAX_FRONTMATTER_CHARS}`,
    );
  }
  const forbidden = FORBIDDEN.exec(frontmatter)?.[0];
  if (forbidden !== undefined) {
    const code = forbidden.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase();
    throw skillError(
      "encoding",
      `Cannot read SKILL.md: its frontmatter has the character U+${code}`,
    );
  }
  return { frontmatter, body: lines.slice(end + 1).join("\n").trim() };
}
