/**
 * The skills that the prompt names: so much of their metadata as a budget allows.
 *
 * @module
 */

import { escapeTags } from "../text/escape_tags.ts";
import { printable } from "../text/printable.ts";
import { truncate } from "../text/truncate.ts";
import type { Skill } from "./skill.ts";
import { MAX_DESCRIPTION_CHARS } from "./parse/skill_fields.ts";

/** Part of the context window that names and descriptions may take. */
const WINDOW_PART = 0.02;

/** Characters of a token, for limits in characters. */
const CHARS_PER_TOKEN = 3;

/** Characters of a description, below which it says nothing. */
const MIN_CHARS = 20;

/** Characters of a name. Those of lenient files can be longer than the specification allows. */
const MAX_NAME_CHARS = 128;

const INTRODUCTION =
  "A skill is a set of instructions for one kind of task. If a skill fits the task, read it before anything else: " +
  "`console.log(await activateSkill(name))`, and follow it. `await readSkillFile(name, path)` returns a file that it names.";

/**
 * Describes skills for the system prompt, one a line. Descriptions are shortened evenly if they are too long together, then
 * left out, and then the last names as well.
 *
 * @param skills The skills.
 * @param windowTokens The context window of the model.
 */
export function catalogOf(skills: readonly Skill[], windowTokens: number): string {
  if (skills.length === 0) return "";
  const budget = Number.isFinite(windowTokens)
    ? Math.floor(windowTokens * WINDOW_PART * CHARS_PER_TOKEN)
    : Infinity;
  const entries = skills.map(entryOf);
  const names = entries.reduce((sum, { name }) => sum + name.length + 3, 0);
  const chars = Math.floor((budget - names) / entries.length) - 5;
  if (chars >= MIN_CHARS) {
    const lines = entries.map(({ name, description }) =>
      `- ${name}: ${truncate(description, chars)}`
    );
    return `${INTRODUCTION}\n${lines.join("\n")}`;
  }
  const lines: string[] = [];
  let left = budget;
  for (const { name } of entries) {
    left -= name.length + 3;
    if (left < 0 && lines.length > 0) break;
    lines.push(`- ${name}`);
  }
  const omitted = entries.length - lines.length;
  if (omitted > 0) lines.push(`- ... (${omitted} more)`);
  return `${INTRODUCTION}\n${lines.join("\n")}`;
}

/** Returns the line of a skill, unshortened. */
export function catalogLine(skill: Skill): string {
  const { name, description } = entryOf(skill);
  return `- ${name}: ${description}`;
}

function entryOf({ name, description }: Skill) {
  return {
    name: shown(name, MAX_NAME_CHARS),
    description: shown(description, MAX_DESCRIPTION_CHARS),
  };
}

/** Returns a text of a skill on one line, as it may stand in a prompt. */
function shown(text: string, maxChars: number): string {
  return escapeTags(truncate(printable(text).replace(/\s+/g, " "), maxChars));
}
