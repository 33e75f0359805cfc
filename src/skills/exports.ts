/**
 * Agent Skills: directories with a `SKILL.md`, parsed and validated.
 *
 * @module
 */

export type { SkillMode } from "./frontmatter.ts";
export {
  type ParsedSkill,
  parseSkill,
  type ParseSkillOptions,
  type SkillDocument,
} from "./parse_skill.ts";
export { type SkillDiagnostic, SkillError, type SkillFault } from "./skill_error.ts";
