/**
 * The text of a sub-task: the task, with what the model wants to tell of its own.
 *
 * @module
 */

import type { Message } from "../../agent/record/message.ts";
import { scopeOf } from "../../agent/team/run_scope.ts";
import { truncate } from "../../text/truncate.ts";

/** A list of tasks: `todoTools` makes one. */
export interface TaskList {
  /** Returns the tasks. */
  todos(): Promise<readonly { readonly title: string; readonly status: string }[]>;
}

/** The parts of the text besides the task. */
export interface TaskTextOptions {
  /** The form of the answer. @default none */
  readonly output?: string | undefined;
  /** Whether the text has the question of the run. */
  readonly withGoal: boolean;
  /** Whether the text has a summary of the run: its question, its tasks, its latest work. */
  readonly withSummary: boolean;
  /** The list of tasks of the run. @default none */
  readonly todos?: TaskList | undefined;
}

/** Number of latest messages, and characters of each, of a summary. */
const MAX_MESSAGES = 8;
const MAX_CHARS = 800;

const AUTHORS: Readonly<Partial<Record<Message["role"], string>>> = {
  user: "Asked",
  assistant: "Said",
  code_execution: "Ran",
  execution_result: "Saw",
  summary: "Before",
  tool_result: "Saw",
};

/**
 * Returns the question for another agent.
 *
 * @param task The task.
 * @param options The other parts.
 */
export async function taskText(
  task: string,
  { output, withGoal, withSummary, todos }: TaskTextOptions,
): Promise<string> {
  const parts = [task];
  if (withSummary) parts.unshift(await summaryOf(todos));
  if (withGoal || withSummary) {
    parts.unshift(`The whole task, of which this is a part: ${scopeOf("agents.run").question()}`);
  }
  if (output !== undefined) parts.push(`The answer has to be: ${output}`);
  return parts.join("\n\n");
}

async function summaryOf(todos: TaskTextOptions["todos"]): Promise<string> {
  const { history, question } = scopeOf("agents.run");
  const list = (await todos?.todos() ?? []).map(({ title, status }) => `- [${status}] ${title}`);
  const latest = history().filter(({ role, content }) =>
    AUTHORS[role] !== undefined && content.trim() !== "" && content !== question()
  );
  const lines = latest.slice(-MAX_MESSAGES).map(({ role, content }) =>
    `${AUTHORS[role]}: ${truncate(content.trim(), MAX_CHARS)}`
  );
  return [
    ...(list.length === 0 ? [] : ["The list of tasks of the agent that asks you:", ...list]),
    ...(lines.length === 0 ? [] : ["Its latest work:", ...lines]),
  ].join("\n");
}
