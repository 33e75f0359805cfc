/**
 * Agent Skills: directories with a `SKILL.md`, parsed, validated, found, and bundled.
 *
 * @module
 */

export { bundleSkills } from "./bundle_skills.ts";
export { defineSkill, type SkillOptions } from "./define_skill.ts";
export {
  conventionalSources,
  type DiscoveredSkills,
  type DiscoverOptions,
  discoverSkills,
  type SkillSource,
} from "./discover_skills.ts";
export type { SkillMode } from "./parse/frontmatter.ts";
export {
  type ParsedSkill,
  parseSkill,
  type ParseSkillOptions,
  type SkillDocument,
} from "./parse/parse_skill.ts";
export type { InjectOptions } from "../inject/injections.ts";
export type { Skill, SkillTrust } from "./skill.ts";
export { SkillRegistry } from "./skill_registry.ts";
export { type SkillDiagnostic, SkillError, type SkillFault } from "./parse/skill_error.ts";
