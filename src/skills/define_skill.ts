/**
 * Skills in code.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { Skill } from "./skill.ts";
import { type SkillDiagnostic, SkillError } from "./parse/skill_error.ts";
import { checkFields } from "./parse/skill_fields.ts";

/** Options of {@linkcode defineSkill}. */
export interface SkillOptions {
  /** The name: lowercase letters, digits and single hyphens, 64 characters at most. */
  readonly name: string;
  /** The purpose, and when to use it, 1024 characters at most. */
  readonly description: string;
  /** The instructions, in Markdown. */
  readonly instructions: string;
  /** Functions that cells have once the skill is activated. @default none */
  readonly functions?: Readonly<Record<string, unknown>> | undefined;
  /** Variables that cells have then. @default none */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** Types that cells have then. @default none */
  readonly types?: Readonly<Record<string, unknown>> | undefined;
}

const SKILL_OPTIONS: OptionNames<SkillOptions> = {
  name: true,
  description: true,
  instructions: true,
  functions: true,
  variables: true,
  types: true,
};

/**
 * Makes a skill in code, by the rules of a `SKILL.md`.
 *
 * @param options Name, description, instructions, and names for cells.
 * @throws {SkillError} If name or description break the rules of the specification.
 *
 * @example A skill with a function
 * ```ts
 * import { defineSkill } from "@cave/agent/skills";
 * import { assertEquals } from "@std/assert";
 *
 * const skill = defineSkill({
 *   name: "rounding",
 *   description: "Rounds amounts. Use for invoices.",
 *   instructions: "Call roundAmount for each amount.",
 *   functions: { roundAmount: (amount: number) => Math.round(amount * 100) / 100 },
 * });
 * assertEquals(skill.trust, "code");
 * ```
 */
export function defineSkill(options: SkillOptions): Skill {
  checkOptions(options, { names: SKILL_OPTIONS, task: "define a skill" });
  const { name, description, instructions, functions, variables, types } = options;
  const values = new Map<string, unknown>([["name", name], ["description", description]]);
  const diagnostics: SkillDiagnostic[] = checkFields({
    values,
    lineOf: () => undefined,
    warnings: [],
  }, undefined);
  if (diagnostics.length > 0) throw new SkillError(diagnostics);
  if (typeof instructions !== "string") {
    throw new TypeError(
      `Cannot define a skill: instructions is a ${typeof instructions} and not text`,
    );
  }
  return {
    name: name.trim(),
    description: description.trim(),
    instructions: instructions.trim(),
    metadata: {},
    trust: "code",
    injections: { functions, variables, types },
  };
}
