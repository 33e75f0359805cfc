/**
 * From the directory of a skill to the skill.
 *
 * @module
 */

import type { SkillMode } from "./parse/frontmatter.ts";
import { parseSkill } from "./parse/parse_skill.ts";
import { type SkillDiagnostic, SkillError } from "./parse/skill_error.ts";
import { MAX_SKILL_BYTES } from "./parse/skill_text.ts";
import type { Skill, SkillTrust } from "./skill.ts";
import { readInside } from "./skill_files.ts";

/** Options of {@linkcode readSkill}. */
export interface ReadSkillOptions {
  /** The trust in the skill. */
  readonly trust: SkillTrust;
  /** How closely it has to follow the specification. @default "lenient" */
  readonly mode?: SkillMode | undefined;
}

/** A skill that was read, or the reasons why there is none. */
export interface ReadSkill {
  /** The skill; `undefined` if a fault makes it unusable. */
  readonly skill: Skill | undefined;
  /** All faults. */
  readonly diagnostics: readonly SkillDiagnostic[];
}

/**
 * Reads a skill. Faults of any kind are diagnostics.
 *
 * @param directory Its directory, without symbolic links.
 * @param options The trust, and the mode.
 */
export function readSkill(
  directory: string,
  { trust, mode = "lenient" }: ReadSkillOptions,
): ReadSkill {
  const path = `${directory}/SKILL.md`;
  let skill: Skill | undefined;
  let faults: readonly SkillDiagnostic[];
  try {
    const task = "Cannot read SKILL.md";
    const bytes = readInside(directory, "SKILL.md", { max: MAX_SKILL_BYTES, task });
    const name = directory.split(/[/\\]/).at(-1)!;
    const parsed = parseSkill(bytes, { mode, directory: name });
    if (parsed.skill !== undefined) skill = { ...parsed.skill, trust, directory };
    faults = parsed.diagnostics;
  } catch (error) {
    if (!(error instanceof SkillError)) throw error;
    faults = error.diagnostics;
  }
  return { skill, diagnostics: faults.map((fault) => ({ ...fault, path })) };
}
