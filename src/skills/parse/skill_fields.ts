/**
 * The rules for the fields of a frontmatter, from https://agentskills.io/specification and its reference validator.
 *
 * @module
 */

import type { Frontmatter } from "./frontmatter.ts";
import { quoted, type SkillDiagnostic, type SkillFault } from "./skill_error.ts";

/** Code points of a name. */
export const MAX_NAME_CHARS = 64;

/** Code points of a description. */
export const MAX_DESCRIPTION_CHARS = 1024;

/** Code points of `compatibility`. */
export const MAX_COMPATIBILITY_CHARS = 500;

/** The fields of the specification. */
const FIELDS = ["allowed-tools", "compatibility", "description", "license", "metadata", "name"];

/** White space at the ends of values, as the reference validator removes it. The byte order mark is none. */
// deno-lint-ignore no-control-regex -- separators that count as white space there
const SPACE = /[\u001c-\u001f\u0085]|(?!\ufeff)\s/;

/**
 * Removes white space around a value.
 *
 * @param text The value.
 */
export function stripped(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text[start]!)) start++;
  while (end > start && SPACE.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/** Adds a fault of a field. */
type Report = (code: SkillFault, field: string, reason: string) => void;

/**
 * Checks the fields of a skill.
 *
 * @param frontmatter The fields.
 * @param directory The name of the directory; without one, names are not compared with it.
 * @returns All violations, in the order of the reference validator.
 */
export function checkFields(
  { values, lineOf }: Frontmatter,
  directory: string | undefined,
): SkillDiagnostic[] {
  const diagnostics: SkillDiagnostic[] = [];
  const reportAs = (level: SkillDiagnostic["level"]): Report => (code, field, reason) => {
    const message = `Cannot accept the field ${quoted(field)} of a skill: ${reason}`;
    diagnostics.push({ level, code, field, line: lineOf(field), message });
  };
  const report = reportAs("error");
  const warn = reportAs("warning");
  for (const field of [...values.keys()].filter((key) => !FIELDS.includes(key)).sort()) {
    report("field", field, `the fields are ${FIELDS.join(", ")}`);
  }
  checkRequired(values, report);
  const name = textOf(values.get("name"));
  if (name !== undefined) {
    for (const [code, reason] of nameFaults(name, directory)) report(code, "name", reason);
  }
  checkLength(values.get("description"), "description", { max: MAX_DESCRIPTION_CHARS, report });
  const compatibility = values.get("compatibility") ?? "";
  if (typeof compatibility !== "string") report("type", "compatibility", "it must be text");
  checkLength(compatibility, "compatibility", { max: MAX_COMPATIBILITY_CHARS, report });
  checkTypes(values, warn);
  return diagnostics;
}

function checkRequired(values: Frontmatter["values"], report: Report): void {
  for (const field of ["name", "description"]) {
    if (!values.has(field)) report("required", field, "it is missing");
    else if (textOf(values.get(field)) === undefined) {
      report("type", field, "it must be text that is not empty");
    }
  }
}

/** Warns of values that the specification excludes and the reference validator accepts. */
function checkTypes(values: Frontmatter["values"], warn: Report): void {
  for (const field of ["license", "allowed-tools"]) {
    if (typeof (values.get(field) ?? "") !== "string") warn("type", field, "it should be text");
  }
  if (values.get("compatibility") === "") warn("length", "compatibility", "it should not be empty");
  const metadata = values.get("metadata") ?? "";
  if (metadata === "") return;
  if (typeof metadata !== "object" || Array.isArray(metadata)) {
    warn("type", "metadata", "it should be a mapping of names to texts");
  } else if (Object.values(metadata).some((value) => typeof (value ?? "") !== "string")) {
    warn("type", "metadata", "its values should be texts");
  }
}

/** Returns a text without white space around it; `undefined` if it is empty or no text. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? stripped(value) : "";
  return text === "" ? undefined : text;
}

/**
 * Returns the violations of a name: of its length, case, hyphens and characters, and of its directory.
 *
 * @param given The name.
 * @param directory The name of the directory, if it has to be the same.
 */
export function nameFaults(
  given: string,
  directory: string | undefined,
): [code: SkillFault, reason: string][] {
  const name = stripped(given).normalize("NFKC");
  const faults: [SkillFault, string][] = [];
  const length = lengthOf(name);
  if (length > MAX_NAME_CHARS) {
    faults.push(["length", `it has ${length} characters, more than ${MAX_NAME_CHARS}`]);
  }
  if (name !== name.toLowerCase()) faults.push(["name", `${quoted(name)} is not lowercase`]);
  if (name.startsWith("-") || name.endsWith("-")) {
    faults.push(["name", `${quoted(name)} starts or ends with a hyphen`]);
  }
  if (name.includes("--")) faults.push(["name", `${quoted(name)} has consecutive hyphens`]);
  if (!/^[\p{L}\p{N}-]+$/u.test(name)) {
    faults.push(["name", `${quoted(name)} has characters other than letters, digits and hyphens`]);
  }
  if (directory !== undefined && directory.normalize("NFKC") !== name) {
    faults.push(["directory", `${quoted(name)} is not the directory ${quoted(directory)}`]);
  }
  return faults;
}

function checkLength(
  value: unknown,
  field: string,
  { max, report }: { readonly max: number; readonly report: Report },
): void {
  const length = typeof value === "string" ? lengthOf(value.replace(/\n+$/, "")) : 0;
  if (length > max) report("length", field, `it has ${length} characters, more than ${max}`);
}

/** Returns the number of code points. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}
