/**
 * A conversation of the command line: one question after another, with the state kept in between.
 *
 * @module
 */

import { isOver } from "../../session/record/session_record.ts";
import type { RunResult } from "../../agent/record/event.ts";
import { ModelError } from "../../model/model_error.ts";
import type { CellResult } from "../../runtime/cells/cell_result.ts";
import { type CommandLine, UsageError } from "../../terminal/command_line.ts";
import { linesOf } from "../../terminal/typing/conversation.ts";
import { LineEditor } from "../../terminal/typing/line_editor.ts";
import { PASTE_OFF, PASTE_ON } from "../../terminal/typing/paste_filter.ts";
import { writeLine, writeNote, writeStyled } from "../../terminal/terminal_output.ts";
import { adviceOn } from "../setup/advice.ts";
import { readHistory, writeHistory } from "../setup/data_folder.ts";
import { expandPrompt } from "./saved_prompts.ts";
import { showRun } from "./show_run.ts";
import {
  CommandError,
  type Conversation,
  LEAVE,
  runSlashCommand,
  SLASH_COMMANDS,
} from "./slash_commands.ts";
import type { Workbench } from "./workbench.ts";

/** The way to read what a person types. */
interface Input {
  /** Reads an entry; `undefined` at the end. */
  readonly read: (prompt: string) => Promise<string | undefined>;
  /** Runs an action that the person can stop. */
  readonly during: <T>(action: () => Promise<T>, stop: () => void) => Promise<T>;
  /** Whether a person is there to be asked. */
  readonly isPerson: boolean;
}

/**
 * Answers questions until the input ends, or the person leaves.
 *
 * @param workbench The session and its runtime.
 * @param options The command line, and the way to stop a run if there is no terminal.
 */
export async function converse(
  workbench: Workbench,
  { command, during }: { readonly command: CommandLine; readonly during: Input["during"] },
): Promise<void> {
  if (Deno.stdin.isTerminal() && Deno.stdout.isTerminal() && !command.json) {
    return await converseAtTerminal(workbench, command);
  }
  const lines = linesOf(Deno.stdin.readable)[Symbol.asyncIterator]();
  await loop(workbench, command, {
    // A program needs no prompt.
    read: async () => {
      if (Deno.stdin.isTerminal() && !command.json) writeStyled("\n> ");
      return (await lines.next()).value;
    },
    during,
    isPerson: false,
  });
}

async function converseAtTerminal(workbench: Workbench, command: CommandLine): Promise<void> {
  const cwd = Deno.cwd();
  const history = await readHistory(cwd);
  let names: string[] = [];
  Deno.stdin.setRaw(true);
  writeStyled(PASTE_ON);
  try {
    await using editor = new LineEditor({
      input: Deno.stdin.readable,
      write: writeStyled,
      columns: () => Deno.consoleSize().columns,
      history,
      complete: (word) =>
        word.startsWith("/")
          ? [...SLASH_COMMANDS, ...[...workbench.prompts.keys()].map((name) => `/${name}`)]
          : names,
      onIdleInterrupt: () => writeLine("(/exit or Ctrl-D leaves)"),
    });
    await loop(workbench, command, {
      read: async (prompt) => {
        names = (await workbench.runtime.names().catch(() => [])).map(({ name }) => name);
        const entry = await editor.read(prompt);
        if (entry !== undefined && entry.trim() !== "" && entry !== history[0]) {
          history.unshift(entry);
          await writeHistory(cwd, history);
        }
        return entry;
      },
      during: (action, stop) => editor.during(action, stop),
      isPerson: true,
    });
  } finally {
    writeStyled(PASTE_OFF);
    Deno.stdin.setRaw(false);
  }
}

async function loop(workbench: Workbench, command: CommandLine, input: Input): Promise<void> {
  const results: RunResult[] = [];
  let compact = false;
  let model = command.model ?? "the default model";
  const conversation: Conversation = {
    get session() {
      return workbench.session;
    },
    runtime: workbench.runtime,
    skills: workbench.skills,
    prompts: workbench.prompts,
    results,
    get model() {
      return model;
    },
    setModel: (name) => workbench.setModel(name).then(() => void (model = name)),
    open: (id) => workbench.open(id),
    load: (names) => workbench.load(names),
    compact: () => void (compact = true),
    get lastCell() {
      return workbench.lastCell;
    },
  };
  await offerToContinue(workbench, { command, input, results });
  while (true) {
    const line = await input.read("\n> ");
    if (line === undefined) return;
    const typed = line.trim();
    if (typed === "") continue;
    if (typed === "exit" || typed === "quit") return;
    try {
      const text = expandPrompt(typed, workbench.prompts) ?? typed;
      const isCommand = text === typed && text.startsWith("/");
      const outcome = isCommand
        ? await input.during(() => runSlashCommand(text, conversation), () => {
          workbench.runtime.interrupt();
        })
        : await ask(workbench, { command, input, results, text, compact });
      if (!isCommand) compact = false;
      if (outcome === LEAVE) return;
    } catch (error) {
      report(error);
    }
  }
}

interface Asking {
  readonly command: CommandLine;
  readonly input: Input;
  readonly results: RunResult[];
}

/** Goes on with a run that was cut off when the session was open last. */
async function offerToContinue(workbench: Workbench, asking: Asking): Promise<void> {
  const { session } = workbench;
  if (isOver(session.status)) return;
  writeLine("The last question was cut off; it goes on now. Ctrl-C stops it.");
  try {
    await ask(workbench, asking);
  } catch (error) {
    report(error);
  }
}

/** Asks a question, or goes on with the last one. */
async function ask(
  workbench: Workbench,
  { command, input, results, text, compact = false }: Asking & {
    readonly text?: string;
    /** Whether the history is compacted first. */
    readonly compact?: boolean;
  },
): Promise<undefined> {
  const { session, folder } = workbench;
  const stop = () => void session.cancel("Stopped by Ctrl-C");
  await input.during(async () => {
    const attachments = workbench.takeAttachments();
    const run = text === undefined
      ? await session.continue()
      : await session.prompt(text, { attachments, compact });
    const ask = input.isPerson ? input.read : undefined;
    const onCell = (cell: CellResult) => void (workbench.lastCell = cell);
    results.push(await showRun(run, { command, session, folder, ask, onCell }));
  }, stop);
  return undefined;
}

/** A failed question does not end the conversation. */
function report(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return writeNote("\nStopped.");
  const isExpected = error instanceof ModelError || error instanceof CommandError ||
    error instanceof UsageError || error instanceof RangeError || error instanceof TypeError;
  if (!isExpected) throw error;
  writeNote(error.message);
  const advice = error instanceof ModelError ? adviceOn(error) : undefined;
  if (advice !== undefined) writeNote(advice);
}
