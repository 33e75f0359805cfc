/**
 * The system prompt, made anew for each run from the description of the runtime at that time.
 *
 * @module
 */

import type { RuntimeDescription } from "../runtime/runtime.ts";

/** The parts of a system prompt. */
export interface PromptParts extends Omit<RuntimeDescription, "environment"> {
  /** The role and the task of the agent. */
  readonly instructions: string;
  /** The way it works: cells, the session, the place where cells run. */
  readonly systemInstructions: string;
  /** The skills of the agent and how they are used; absent if it has none. */
  readonly skills?: string | undefined;
}

/** The role of an agent that has no other. */
export const DEFAULT_INSTRUCTIONS =
  "You are an assistant that solves tasks by writing and running TypeScript.";

/**
 * Returns the default rules of a session.
 *
 * @param environment Sentences on the place where cells run, from `Runtime.describe()`.
 * @param language The language behind the fence of a cell.
 * @param options The way in which the model acts, and how the task ends.
 */
export function defaultSystemInstructions(
  environment: string,
  language: string,
  options: InstructionOptions = {},
): string {
  const { mode = "fenced", ending = "" } = options;
  if (mode === "none") {
    return `Use the tools to act. When you are done, answer in plain text.${paragraph(ending)}`;
  }
  const done = ending !== ""
    ? ending
    : mode === "fenced"
    ? `When you are done, answer in plain text without a ${language} block. That ends the task.`
    : "When you are done, answer in plain text without calling a tool. That ends the task.";
  return `${mode === "fenced" ? fencedIntroduction(language) : TOOL_INTRODUCTION}
- Everything defined at the top level (variables, functions, classes) stays for later blocks and may be defined again. Do
  not repeat earlier work.
- \`await\` and \`return\` work at the top level. What you print with console.log and the value of a last expression are
  shown to you. Print little: counts, samples, results.
- \`display(value)\` shows the user a table (a list of records), a chart (a Vega-Lite specification) or an image (bytes);
  your observation says only that it was shown. There are \`display.html\`, \`.markdown\`, \`.svg\`, \`.image\` and \`.table\` as well.
- Never predict or invent what a block prints. Run it and read it.
- The functions listed here, and methods and members of the objects listed here that are instances of classes, are on the
  user's side: always \`await\` them, as in \`await light.brightness\` and \`for await (const row of table.rows())\`. Where calls do not depend on each other,
  use \`await Promise.all([...])\`.
- Use the variables listed here by name; they hold the real data. Results the user wants to keep belong in the variables
  that are listed for them.
- An error leaves the session as it was at that point: mend what failed and go on from there.
- ${done}

${environment}`;
}

/** The beginning of the rules for models that write cells as blocks. */
function fencedIntroduction(language: string): string {
  return `To act, write one code block in your reply:

\`\`\`${language}
const answer: number = 6 * 7;
console.log(answer);
\`\`\`

The block runs as a cell of a persistent session, as in a notebook, and you see its result. Then you go on.

- Write one block per reply and end the reply with it: what follows the block is not read.`;
}

/** The beginning of the rules for models that run cells by a tool. */
const TOOL_INTRODUCTION =
  `To act, call the tool run_cell with TypeScript as its code. It runs as a cell of a persistent session, as in a notebook,
and you get its result. Then you go on.
`;

function paragraph(text: string): string {
  return text === "" ? "" : `\n\n${text}`;
}

/** Options of {@linkcode defaultSystemInstructions}. */
export interface InstructionOptions {
  /** The way in which the model acts: blocks in its text, the tool `run_cell`, or tools alone. @default "fenced" */
  readonly mode?: "fenced" | "tool" | "none" | undefined;
  /** How the task ends. @default by an answer in plain text */
  readonly ending?: string | undefined;
}

/** The functions of an ending, for {@linkcode endingInstructions}. */
export interface EndingOptions {
  /** Whether cells have `finish`. */
  readonly finish: boolean;
  /** Whether cells have `askUser`. */
  readonly askUser: boolean;
  /** Whether a plain reply ends the task as well. */
  readonly plainReplyEnds: boolean;
  /** The type of the answer, of a run with `output`. */
  readonly outputType?: string | undefined;
}

/**
 * Tells the model how the task ends; nothing if it ends by a plain reply.
 *
 * @param options The functions that cells have.
 */
export function endingInstructions(
  { finish, askUser, plainReplyEnds, outputType }: EndingOptions,
): string {
  const sentences: string[] = [];
  if (outputType !== undefined) {
    sentences.push(
      `The task ends when a cell hands the answer over as a value: \`await finish(value)\`, where value is of the type ${outputType}. ` +
        "The value is checked; if it is not accepted, finish throws an error that says why. Do not print it.",
    );
  } else if (finish) {
    sentences.push(
      `When you are done, hand the answer over in a cell: \`await finish(answer)\`.${
        plainReplyEnds
          ? " A reply without a block is an answer, too."
          : " A reply without a block does not end the task."
      }`,
    );
  }
  if (askUser) {
    sentences.push(
      "If only the user can decide or tell something, ask in a cell: `await askUser(question, { options: [...] })` returns the answer.",
    );
  }
  return sentences.join(" ");
}

/** Options of {@linkcode promptParts}. */
export interface PromptOptions extends InstructionOptions {
  /** The role of the agent. @default an assistant that works in TypeScript */
  readonly instructions?: string | undefined;
  /** The rules of the session. @default {@linkcode defaultSystemInstructions} */
  readonly systemInstructions?: string | undefined;
  /** The language behind the fence of a cell. */
  readonly language: string;
  /** The skills. @default none */
  readonly skills?: string | undefined;
}

/**
 * Gathers the parts of a system prompt.
 *
 * @param description The description of the runtime.
 * @param options Texts in place of the default ones.
 */
export function promptParts(
  { environment, ...declarations }: RuntimeDescription,
  { instructions, systemInstructions, language, mode, ending, skills = "" }: PromptOptions,
): PromptParts {
  // Rules in the words of the host do not know how this run ends.
  const rules = systemInstructions === undefined
    ? defaultSystemInstructions(environment, language, { mode, ending })
    : systemInstructions + paragraph(ending ?? "");
  return {
    instructions: instructions ?? DEFAULT_INSTRUCTIONS,
    systemInstructions: rules,
    ...(skills === "" ? {} : { skills }),
    ...declarations,
  };
}

/**
 * Joins the parts of a system prompt. Sections without content are left out.
 *
 * @param parts The parts.
 */
export function defaultPromptTemplate(parts: PromptParts): string {
  const sections = [parts.instructions, parts.systemInstructions];
  if (parts.skills !== undefined) sections.push(`<skills>\n${parts.skills}\n</skills>`);
  for (const name of ["types", "functions", "variables"] as const) {
    if (parts[name].length > 0) sections.push(`<${name}>\n${parts[name].join("\n")}\n</${name}>`);
  }
  return sections.join("\n\n");
}

/**
 * Returns the reminder of the date that follows the system prompt, and is not part of the history. It is precise to the day,
 * so that prompts can be cached; cells know the time.
 *
 * @param now The time.
 */
export function dateReminder(now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `<system-reminder>It is ${date}.</system-reminder>`;
}
