/**
 * The system prompt of a run, by the options of its agent.
 *
 * @module
 */

import { acceptedType } from "../declare/schema_text.ts";
import type { Schema } from "../inject/schema.ts";
import { SkillRegistry } from "../skills/skill_registry.ts";
import { isUsable, SkillSet } from "../skills/skill_set.ts";
import type { AgentOptions } from "./agent_options.ts";
import { defaultPromptTemplate, endingInstructions, promptParts } from "./prompt.ts";
import type { CellFunctionName } from "./step/cell_functions.ts";
import type { StepSettings } from "./step/step_deps.ts";

/**
 * Returns the functions that a run puts into cells from the start.
 *
 * @param options The options of the agent.
 * @param output The schema of the answer.
 */
export function cellFunctionsOf(options: AgentOptions, output?: Schema): CellFunctionName[] {
  const { plainReply = "finish", finish = plainReply === "continue", askUser = false } = options;
  return [
    ...(finish || output !== undefined ? ["finish" as const] : []),
    ...(askUser ? ["askUser" as const] : []),
    ...(hasSkills(options) ? ["activateSkill" as const, "readSkillFile" as const] : []),
  ];
}

function hasSkills({ skills = [] }: AgentOptions): boolean {
  return (skills instanceof SkillRegistry ? skills.list() : skills).some(isUsable);
}

/**
 * Checks the skills of an agent.
 *
 * @param options The options of the agent.
 * @throws {TypeError} If a skill is malformed or has a name that is taken, or no cell could activate it.
 */
export function skillsOf({ skills = [], runtime, cells }: AgentOptions): SkillSet {
  if (!Array.isArray(skills) && !(skills instanceof SkillRegistry)) {
    throw new TypeError(
      `Cannot make an agent: skills is a ${typeof skills}, and neither a list nor a SkillRegistry`,
    );
  }
  const set = new SkillSet(skills, runtime);
  if (cells === "off" && set.size > 0) {
    throw new TypeError("Cannot make an agent: cells are off, and skills are activated by cells");
  }
  return set;
}

/**
 * Makes the system prompt of a run, from the description of the runtime at this time.
 *
 * @param options The options of the agent.
 * @param run The settings of the run, and the skills of the agent.
 */
export async function systemPromptOf(
  options: AgentOptions,
  { settings, skills }: { readonly settings: StepSettings; readonly skills: SkillSet },
): Promise<string> {
  const { output, timeoutMs, mode, plainReply, languages, windowTokens } = settings;
  const { instructions, systemInstructions, systemPromptTemplate, runtime } = options;
  const functions = cellFunctionsOf(options, output);
  const ending = endingInstructions({
    finish: functions.includes("finish"),
    askUser: functions.includes("askUser"),
    plainReplyEnds: plainReply === "finish" && output === undefined,
    outputType: output === undefined ? undefined : acceptedType(output),
  });
  const description = mode === "none"
    ? { environment: "", types: [], functions: [], variables: [] }
    : await runtime.describe({ timeoutMs });
  const language = languages[0]!;
  const parts = promptParts(description, {
    instructions,
    systemInstructions,
    language,
    mode,
    ending,
    skills: skills.catalog(windowTokens),
  });
  return (systemPromptTemplate ?? defaultPromptTemplate)(parts);
}
