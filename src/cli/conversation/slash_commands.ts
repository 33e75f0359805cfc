/**
 * The commands of a conversation.
 *
 * @module
 */

import type { RunResult } from "../../agent/record/event.ts";
import type { CellResult } from "../../runtime/cells/cell_result.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { Session } from "../../session/session.ts";
import type { Skill } from "../../skills/skill.ts";
import { nearNames } from "../../text/near_names.ts";
import { saveTranscript } from "./transcript.ts";
import { writeLine } from "../../terminal/terminal_output.ts";

/** The conversation that commands work on. */
export interface Conversation {
  /** The present session. */
  readonly session: Session;
  /** The runtime in which its cells run. */
  readonly runtime: Runtime;
  /** The skills of the agent. */
  readonly skills: readonly Skill[];
  /** The prompts of files, by name. */
  readonly prompts: ReadonlyMap<string, unknown>;
  /** The results of its runs in this process. */
  readonly results: readonly RunResult[];
  /** The name of the model. */
  readonly model: string;
  /** Asks another model from now on. */
  readonly setModel: (name: string) => Promise<void>;
  /** Goes on with another session. */
  readonly open: (id: string) => Promise<void>;
  /** Loads files, and returns the names of their variables. */
  readonly load: (names: readonly string[]) => Promise<string[]>;
  /** Compacts the history before the next question. */
  readonly compact: () => void;
  /** The result of the last cell. */
  readonly lastCell: CellResult | undefined;
}

interface SlashCommand {
  readonly usage: string;
  readonly help: string;
  readonly run: (conversation: Conversation, argument: string) => Promise<void> | void;
}

/** Returned by {@linkcode runSlashCommand} when the conversation is over. */
export const LEAVE = Symbol("leave");

const COMMANDS: Readonly<Record<string, SlashCommand>> = {
  help: {
    usage: "/help",
    help: "lists the commands",
    run: () => {
      const width = Math.max(...Object.values(COMMANDS).map(({ usage }) => usage.length));
      for (const { usage, help } of Object.values(COMMANDS)) {
        writeLine(`${usage.padEnd(width)}  ${help}`);
      }
    },
  },
  vars: {
    usage: "/vars",
    help: "lists the names of the namespace, with their types",
    run: async ({ runtime }) => {
      const names = await runtime.names();
      if (names.length === 0) writeLine("There are no names yet");
      for (const { name, type } of names) writeLine(`${name}: ${type}`);
    },
  },
  show: {
    usage: "/show NAME",
    help: "shows the value of a name, or of an expression",
    run: async ({ runtime }, argument) => await runCell(runtime, needed(argument, "a name")),
  },
  run: {
    usage: "/run CELL",
    help: "runs a cell of your own in the same namespace",
    run: async ({ runtime, session }, argument) => {
      await runCell(runtime, needed(argument, "a cell"));
      await session.checkpoint();
    },
  },
  output: {
    usage: "/output",
    help: "shows all that the last cell has printed",
    run: ({ lastCell }) => {
      const text = lastCell?.output.text.trimEnd() ?? "";
      writeLine(text === "" ? "The last cell has printed nothing" : text);
    },
  },
  file: {
    usage: "/file PATH",
    help: "loads a file as a variable; shows a picture to the model with the next question",
    run: async ({ load, session }, argument) => {
      const names = await load([needed(argument, "a path")]);
      await session.checkpoint();
      writeLine(`Loaded ${names.join(", ")}`);
    },
  },
  model: {
    usage: "/model [NAME]",
    help: "shows the model, or asks another one from now on",
    run: async ({ model, setModel }, argument) => {
      if (argument !== "") await setModel(argument);
      writeLine(argument === "" ? model : `The model is ${argument} from now on`);
    },
  },
  undo: {
    usage: "/undo",
    help: "goes back to before the last question, namespace included",
    run: async ({ session }) => {
      const last = session.messages.findLast(({ message }) => message.role === "user");
      if (last === undefined) return writeLine("There is nothing to undo");
      await session.checkout(last.parent);
      await session.prepare();
      writeLine(`Back to before: ${last.message.content}`);
    },
  },
  fork: {
    usage: "/fork [NAME]",
    help: "goes on in a copy, and leaves this conversation as it is",
    run: async ({ session, open }, argument) => {
      const id = await session.fork(argument === "" ? {} : { id: argument });
      await open(id);
      writeLine(`This is ${id} now`);
    },
  },
  resume: {
    usage: "/resume NAME",
    help: "goes on with another conversation",
    run: async ({ open }, argument) => {
      await open(needed(argument, "the name of a session"));
      writeLine(`This is ${argument} now`);
    },
  },
  save: {
    usage: "/save FILE",
    help: "writes the conversation into a new file, as Markdown",
    run: async ({ session }, argument) => {
      await saveTranscript(needed(argument, "the name of a file"), session);
      writeLine(`Saved as ${argument}`);
    },
  },
  compact: {
    usage: "/compact",
    help: "shortens the history to a summary before the next question",
    run: ({ compact }) => {
      compact();
      writeLine("The history is compacted before the next question");
    },
  },
  prompt: {
    usage: "/prompt [NAME]",
    help: "asks with a prompt of .cave/prompts, as /NAME does; lists them",
    run: ({ prompts }) => {
      if (prompts.size === 0) writeLine("There are no prompts in .cave/prompts");
      for (const name of prompts.keys()) writeLine(`/${name}`);
    },
  },
  skills: {
    usage: "/skills",
    help: "lists the skills",
    run: ({ skills }) => {
      if (skills.length === 0) writeLine("There are no skills");
      for (const { name, description } of skills) {
        writeLine(`${name}: ${description.replace(/\s+/g, " ")}`);
      }
    },
  },
  tools: {
    usage: "/tools",
    help: "lists the functions that cells can call",
    run: async ({ runtime }) => {
      const { functions } = await runtime.describe();
      if (functions.length === 0) writeLine("There are no functions beside those of the language");
      for (const declaration of functions) writeLine(declaration);
    },
  },
  cost: {
    usage: "/cost",
    help: "shows the steps and tokens so far",
    run: ({ results }) => {
      const sum = (value: (result: RunResult) => number) =>
        results.reduce((total, result) => total + value(result), 0).toLocaleString("en-US");
      writeLine(
        `${results.length} questions, ${sum(({ steps }) => steps)} steps, ${
          sum(({ usage }) => usage.inputTokens)
        } tokens in, ${sum(({ usage }) => usage.outputTokens)} out`,
      );
    },
  },
  reset: {
    usage: "/reset",
    help: "begins anew: no history, and a fresh namespace",
    run: async ({ session, runtime }) => {
      await session.checkout(null);
      await runtime.reset();
      writeLine("Begun anew; the former branch can be found in the session");
    },
  },
  exit: { usage: "/exit", help: "leaves, as Ctrl-D does", run: () => {} },
};

/** The names of the commands, with their slash. */
export const SLASH_COMMANDS: readonly string[] = Object.keys(COMMANDS).map((name) => `/${name}`);

/** Thrown for a command that cannot be carried out; the message says why. */
export class CommandError extends Error {
  /** Always `"CommandError"`. */
  override readonly name = "CommandError";
}

/**
 * Runs a line that begins with a slash. Unknown commands never reach the model.
 *
 * @param line The line.
 * @param conversation The conversation.
 * @returns {@linkcode LEAVE} if the conversation is over.
 * @throws {CommandError} If there is no such command, or it lacks its argument.
 */
export async function runSlashCommand(
  line: string,
  conversation: Conversation,
): Promise<typeof LEAVE | undefined> {
  const [, name = "", argument = ""] = /^\/(\S*)\s*([^]*)$/.exec(line)!;
  if (name === "exit" || name === "quit") return LEAVE;
  if (!Object.hasOwn(COMMANDS, name)) {
    const [near] = nearNames(name, Object.keys(COMMANDS));
    throw new CommandError(
      `There is no command /${name}${
        near === undefined ? "" : `; did you mean /${near}?`
      } /help lists the commands`,
    );
  }
  await COMMANDS[name]!.run(conversation, argument.trim());
  return undefined;
}

function needed(argument: string, what: string): string {
  if (argument === "") throw new CommandError(`The command needs ${what}; /help shows how`);
  return argument;
}

/** Runs a cell for the person at the terminal, and shows its output and its value. */
async function runCell(runtime: Runtime, source: string): Promise<void> {
  const result = await runtime.execute(source);
  const text = result.output.text.trimEnd();
  if (text !== "") writeLine(text);
  if (result.status === "ok") {
    if (result.value !== undefined) writeLine(`= ${result.value.text}`);
  } else if (result.status === "error") writeLine(result.error.text);
  else if (result.status === "refused" || result.status === "kernel_exit") writeLine(result.text);
  else writeLine(`The cell was stopped (${result.status})`);
}
