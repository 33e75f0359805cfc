/**
 * The frontmatter of a skill: YAML, read into texts.
 *
 * @module
 */

import { parse } from "@std/yaml";
import { quoted, type SkillDiagnostic, skillError } from "./skill_error.ts";
import { outlineOf, quotePlainValues, type YamlOutline } from "./yaml_outline.ts";

/**
 * How closely a skill has to follow the specification. `strict` is the specification, as its reference validator reads it.
 * `lenient` loads files that other clients load, with warnings. `minimal` checks name and description alone.
 */
export type SkillMode = "strict" | "lenient" | "minimal";

/** The parsed frontmatter. */
export interface Frontmatter {
  /** The values by field. Scalars are texts, except in the mode `minimal`. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Returns the line of a field in the file, from 1. */
  readonly lineOf: (field: string) => number | undefined;
  /** Warnings, such as one of a repair. */
  readonly warnings: readonly SkillDiagnostic[];
}

/** Lines of the file before the frontmatter. */
const FENCE_LINES = 1;

/**
 * Parses a frontmatter.
 *
 * @param yaml The text between the fences.
 * @param mode How closely it has to follow the specification.
 * @throws {SkillError} If it is not YAML, or not a mapping.
 */
export function parseFrontmatter(yaml: string, mode: SkillMode): Frontmatter {
  const outline = outlineOf(yaml);
  const warnings: SkillDiagnostic[] = [];
  const [foreign] = outline.foreign;
  if (mode === "strict" && foreign !== undefined) throw yamlError(foreign.construct, foreign.line);
  let value: unknown;
  try {
    if (expands(outline)) throw new SyntaxError("anchors, aliases and tags are not read");
    value = load(yaml, mode);
  } catch (cause) {
    if (mode !== "lenient") throw unreadable(cause);
    const repaired = quotePlainValues(yaml);
    try {
      if (repaired === yaml || expands(outlineOf(repaired))) throw cause;
      value = load(repaired, mode);
    } catch {
      throw unreadable(cause);
    }
    warnings.push({
      level: "warning",
      code: "yaml",
      message: `Cannot read the frontmatter as it is: ${reasonOf(cause)}; plain values were quoted`,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw skillError("yaml", "Cannot read the frontmatter: it must be a YAML mapping");
  }
  return { values: new Map(Object.entries(value)), lineOf: lineIn(outline), warnings };
}

/** Whether values may be larger than their text, by references to other values. */
function expands({ foreign }: YamlOutline): boolean {
  return foreign.some(({ construct }) => /anchor|alias|tag/.test(construct));
}

function load(yaml: string, mode: SkillMode): unknown {
  return parse(yaml, { schema: mode === "minimal" ? "core" : "failsafe" });
}

function lineIn({ fields }: YamlOutline): Frontmatter["lineOf"] {
  return (field) => {
    const line = fields.get(field);
    return line === undefined ? undefined : line + 1 + FENCE_LINES;
  };
}

function yamlError(construct: string, line: number) {
  const at = line + 1 + FENCE_LINES;
  return skillError("yaml", `Cannot read the frontmatter: line ${at} has ${construct}`);
}

function unreadable(cause: unknown) {
  return skillError(
    "yaml",
    `Cannot read the frontmatter: it is not valid YAML, ${reasonOf(cause)}`,
    {
      cause,
    },
  );
}

/** Returns the reason of a parser, on one line. A stack that overflows is a reason as well. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return quoted(message.split("\n", 1)[0]!);
}
