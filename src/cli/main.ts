/**
 * The command line: `deno task agent "question"`, or `deno run jsr:@cave/agent/cli "question"`.
 *
 * @module
 */

import { isOver } from "../session/record/session_record.ts";
import { pathToFileURL } from "node:url";
import { readBytes } from "../async/read_bytes.ts";
import manifest from "../../deno.json" with { type: "json" };
import { ModelError } from "../model/model_error.ts";
import { SettingsError } from "../model/settings/_place.ts";
import { SessionStateError } from "../session/record/session_errors.ts";
import { type CommandLine, HELP, parseCommandLine, UsageError } from "../terminal/command_line.ts";
import { Interrupts } from "../terminal/typing/interrupts.ts";
import { describeFailure, writeLine, writeNote } from "../terminal/terminal_output.ts";
import { adviceOn } from "./setup/advice.ts";
import { converse } from "./conversation/converse.ts";
import { runDoctor } from "./doctor_command.ts";
import { main as listResources } from "./resources_command.ts";
import { runSessionsCommand } from "./sessions_command.ts";
import { showRun } from "./conversation/show_run.ts";
import { openWorkbench, type Workbench } from "./conversation/workbench.ts";

/** Maximum size of a question from a pipe: more than any model reads. */
const MAX_QUESTION_BYTES = 16 * 1024 * 1024;

/** The exit code for a command line that is malformed or cannot be carried out. */
const USAGE_EXIT_CODE = 2;

/** The exit code after Ctrl-C: 128 plus the number of SIGINT. */
const INTERRUPT_EXIT_CODE = 130;

/** The exit code when the reader of the output has closed it: 128 plus the number of SIGPIPE. */
const BROKEN_PIPE_EXIT_CODE = 141;

if (import.meta.main) Deno.exitCode = await main(Deno.args);

/**
 * Runs the command line.
 *
 * @param args The arguments of the command.
 * @returns The exit code: 0 for an answer, 1 for none or after another error, 2 for a wrong command line, 130 after Ctrl-C.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    goToUser();
    const [first, ...rest] = args;
    const [action, name, ...options] = rest;
    if (first === "sessions" && action === "resume" && name !== undefined) {
      return await main(["--session", name, ...options]);
    }
    if (first === "sessions") return await runSessionsCommand(rest);
    if (first === "resources") return await listResources(rest);
    if (first === "doctor") return await runDoctor(rest);
    const command = parseCommandLine(args, (name) => Deno.env.get(name));
    if (command.action === "help") writeLine(HELP);
    else if (command.action === "version") writeLine(manifest.version);
    else return await run(command);
    return 0;
  } catch (error) {
    if (error instanceof ModelError) {
      writeNote(error.message);
      const advice = adviceOn(error);
      if (advice !== undefined) writeNote(advice);
      return 1;
    }
    if (
      error instanceof UsageError || error instanceof SettingsError ||
      error instanceof SessionStateError
    ) {
      writeNote(error.message);
      return USAGE_EXIT_CODE;
    }
    // The reader has enough, as in `deno task agent "question" | head`.
    if (error instanceof Deno.errors.BrokenPipe) return BROKEN_PIPE_EXIT_CODE;
    if (error instanceof Deno.errors.NotCapable) {
      writeNote(`${error.message}. \`deno task agent\` has the permissions that are needed.`);
      return USAGE_EXIT_CODE;
    }
    // Not thrown: Deno would print the message as it is, and a message may quote a kernel or a server.
    writeNote(`Error: ${describeFailure(error)}`);
    return 1;
  }
}

/** `deno task` runs commands in the folder of the project: goes back to the one in which the user stands. */
function goToUser(): void {
  const folder = Deno.env.get("INIT_CWD");
  const project = new URL("../../", import.meta.url);
  if (folder === undefined || project.protocol !== "file:") return;
  if (pathToFileURL(`${Deno.cwd()}/`).href === project.href) Deno.chdir(folder);
}

async function run(command: CommandLine): Promise<number> {
  const question = command.question ?? await pipedQuestion(command);
  await using workbench = await openWorkbench(command, { isInteractive: question === undefined });
  // The kernel is closed before the exit: a busy one would not notice that its host is gone.
  using interrupts = new Interrupts(() => {
    workbench[Symbol.asyncDispose]().finally(() => Deno.exit(INTERRUPT_EXIT_CODE));
  });
  if (question !== undefined) {
    return await interrupts.during((signal) => answer(question, { command, workbench, signal }));
  }
  await converse(workbench, {
    command,
    during: (action, stop) =>
      interrupts.during(async (signal) => {
        signal.addEventListener("abort", stop, { once: true });
        return await action();
      }),
  });
  return 0;
}

/** Answers one question and shows the run. */
async function answer(
  question: string,
  { command, workbench, signal }: {
    readonly command: CommandLine;
    readonly workbench: Workbench;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { session, folder } = workbench;
  try {
    if (!isOver(session.status)) {
      writeNote("The last question of this session was cut off, and goes on first.");
      await showRun(await session.continue({ signal }), { command, session, folder });
    }
    const attachments = workbench.takeAttachments();
    const run = await session.prompt(question, { signal, attachments });
    const result = await showRun(run, { command, session, folder });
    return result.status === "completed" ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    writeNote("\nStopped.");
    return INTERRUPT_EXIT_CODE;
  }
}

/** Reads a question from stdin, or returns `undefined` if stdin is a terminal. */
async function pipedQuestion({ files }: CommandLine): Promise<string | undefined> {
  if (Deno.stdin.isTerminal()) return undefined;
  if (files.includes("-")) {
    throw new UsageError(
      "Cannot read both the question and --file - from stdin: give the question as words",
    );
  }
  const bytes = await readBytes(Deno.stdin.readable, { maxBytes: MAX_QUESTION_BYTES })
    .catch((error: Error) => {
      throw new UsageError(`Cannot ask what stdin has: ${error.message}; give it with --file -`);
    });
  const question = new TextDecoder().decode(bytes).trim();
  if (question === "") throw new UsageError('Cannot ask nothing: give a question, as in "..."');
  return question;
}
