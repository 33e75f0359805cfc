/**
 * The system prompt of a run, by the options of its agent.
 *
 * @module
 */

import { acceptedType } from "../declare/schema_text.ts";
import type { Schema } from "../inject/schema.ts";
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
  ];
}

/**
 * Makes the system prompt of a run, from the description of the runtime at this time.
 *
 * @param options The options of the agent.
 * @param settings The settings of the run.
 */
export async function systemPromptOf(
  options: AgentOptions,
  { output, timeoutMs, mode, plainReply, languages }: StepSettings,
): Promise<string> {
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
  });
  return (systemPromptTemplate ?? defaultPromptTemplate)(parts);
}
