/**
 * From the text of a `SKILL.md` to a skill, or to the reasons why it is none.
 *
 * @module
 */

import { printable } from "../../text/printable.ts";
import { type Frontmatter, parseFrontmatter, type SkillMode } from "./frontmatter.ts";
import { type SkillDiagnostic, SkillError } from "./skill_error.ts";
import {
  checkFields,
  lengthOf,
  MAX_COMPATIBILITY_CHARS,
  MAX_DESCRIPTION_CHARS,
  MAX_NAME_CHARS,
  stripped,
  textOf,
} from "./skill_fields.ts";
import { decodeSkill, splitSkill } from "./skill_text.ts";

/** The content of a `SKILL.md`. */
export interface SkillDocument {
  /** The name, by which the skill is activated. */
  readonly name: string;
  /** The purpose of the skill, and when to use it. */
  readonly description: string;
  /** The licence, or the name of its file. */
  readonly license?: string | undefined;
  /** Requirements on the environment. */
  readonly compatibility?: string | undefined;
  /** Tools that the skill wants. It is shown, and allows nothing. */
  readonly allowedTools?: string | undefined;
  /** Other properties, by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The Markdown behind the frontmatter. */
  readonly instructions: string;
}

/** Options of {@linkcode parseSkill}. */
export interface ParseSkillOptions {
  /** How closely the file has to follow the specification. @default "strict" */
  readonly mode?: SkillMode | undefined;
  /** The name of the directory, with which the skill's name is compared. @default no comparison */
  readonly directory?: string | undefined;
}

/** The result of {@linkcode parseSkill}. */
export interface ParsedSkill {
  /** The skill; `undefined` if a fault makes it unusable. */
  readonly skill: SkillDocument | undefined;
  /** All faults. */
  readonly diagnostics: readonly SkillDiagnostic[];
}

/** Entries of `metadata` that are kept. */
const MAX_METADATA = 100;

/** A name in the minimal mode. */
const ASCII_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * Parses a `SKILL.md`. Never throws for anything in the file, and takes linear time.
 *
 * @param content The bytes or the text of the file.
 * @param options The mode, and the directory.
 * @returns The skill, and all faults.
 *
 * @example All faults at once
 * ```ts
 * import { parseSkill } from "@cave/agent/skills";
 * import { assertEquals } from "@std/assert";
 *
 * const { skill, diagnostics } = parseSkill("---\nname: My Skill\nversion: 1\n---\n# How to\n");
 * assertEquals(skill, undefined);
 * assertEquals(diagnostics.map(({ field, line }) => `${field} ${line}`), [
 *   "version 3",
 *   "description undefined",
 *   "name 2",
 *   "name 2",
 * ]);
 * ```
 */
export function parseSkill(
  content: string | Uint8Array,
  options: ParseSkillOptions = {},
): ParsedSkill {
  const { mode = "strict", directory } = options;
  try {
    const decoded = decodeSkill(content);
    // Editors of some systems write the mark. The reference validator refuses it.
    const text = mode === "strict" ? decoded : decoded.replace(/^\ufeff/, "");
    const { frontmatter, body } = splitSkill(text);
    const fields = parseFrontmatter(frontmatter, mode);
    const faults = mode === "minimal"
      ? minimalFaults(fields)
      : mode === "strict"
      ? checkFields(fields, directory)
      : lenientFaults(fields, directory);
    const diagnostics = [...fields.warnings, ...faults];
    const fails = diagnostics.some(({ level }) => level === "error");
    return { skill: fails ? undefined : documentOf(fields, { body, directory }), diagnostics };
  } catch (error) {
    if (!(error instanceof SkillError)) throw error;
    return { skill: undefined, diagnostics: error.diagnostics };
  }
}

/** Turns everything into warnings, except a missing description and a skill without any name. */
function lenientFaults(fields: Frontmatter, directory: string | undefined): SkillDiagnostic[] {
  const named = textOf(fields.values.get("name")) ?? directory;
  return checkFields(fields, directory).map((fault) => {
    const isFatal = ["required", "type"].includes(fault.code) &&
      (fault.field === "description" || fault.field === "name" && named === undefined);
    return isFatal ? fault : { ...fault, level: "warning" };
  });
}

/** Checks name and description alone, and takes no scalar for a text that YAML reads otherwise. */
function minimalFaults({ values, lineOf }: Frontmatter): SkillDiagnostic[] {
  const diagnostics: SkillDiagnostic[] = [];
  for (
    const [field, max] of [["name", MAX_NAME_CHARS], [
      "description",
      MAX_DESCRIPTION_CHARS,
    ]] as const
  ) {
    const value = values.get(field);
    const isEmpty = value === undefined || value === null || value === "";
    const fault = isEmpty
      ? "it is missing"
      : typeof value !== "string"
      ? "it must be text"
      : lengthOf(value) > max
      ? `it has ${lengthOf(value)} characters, more than ${max}`
      : field === "name" && !ASCII_NAME.test(value)
      ? `${JSON.stringify(value)} has characters other than a-z, 0-9 and single hyphens`
      : undefined;
    if (fault === undefined) continue;
    const code = isEmpty
      ? "required"
      : typeof value !== "string"
      ? "type"
      : lengthOf(value) > max
      ? "length"
      : "name";
    const message = `Cannot accept the field "${field}" of a skill: ${fault}`;
    diagnostics.push({ level: "error", code, field, line: lineOf(field), message });
  }
  return diagnostics;
}

function documentOf(
  { values }: Frontmatter,
  { body, directory }: { readonly body: string; readonly directory: string | undefined },
): SkillDocument {
  const optional = (field: string, maxChars: number) => {
    const text = plainText(values.get(field)).slice(0, maxChars);
    return text === "" ? undefined : text;
  };
  const license = optional("license", MAX_COMPATIBILITY_CHARS);
  const compatibility = optional("compatibility", MAX_COMPATIBILITY_CHARS * 2);
  const allowedTools = optional("allowed-tools", MAX_DESCRIPTION_CHARS * 4);
  return {
    name: printable(textOf(values.get("name")) ?? directory ?? ""),
    description: stripped(String(values.get("description"))),
    ...(license === undefined ? {} : { license }),
    ...(compatibility === undefined ? {} : { compatibility }),
    ...(allowedTools === undefined ? {} : { allowedTools }),
    metadata: metadataOf(values.get("metadata")),
    instructions: body,
  };
}

/** Returns a scalar as text; items of a list are joined, for `allowed-tools` is often one. */
function plainText(value: unknown): string {
  if (typeof value === "string") return stripped(value);
  if (Array.isArray(value)) {
    return value.slice(0, MAX_METADATA).filter((item) => typeof item === "string").join(" ");
  }
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}

function metadataOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  // A key may be `__proto__`, which an ordinary assignment would not make a property.
  return Object.fromEntries(
    Object.entries(value).slice(0, MAX_METADATA).map(([key, item]) => [key, plainText(item)]),
  );
}
