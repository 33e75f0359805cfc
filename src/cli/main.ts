/**
 * The command line: `deno task agent "question"`, or `deno run jsr:@cave/agent/cli "question"`.
 *
 * @module
 */

import manifest from "../../deno.json" with { type: "json" };
import type { AgentEvent } from "../agent/record/event.ts";
import { CaveAgent } from "../cave_agent.ts";
import { ModelError } from "../model/model_error.ts";
import { SettingsError } from "../model/settings/load_settings.ts";
import { discoverSkills } from "../skills/discover_skills.ts";
import type { Skill } from "../skills/skill.ts";
import { DenoRuntime } from "../runtime/deno_runtime.ts";
import { defineVariable } from "../inject/host_variable.ts";
import { type CommandLine, HELP, parseCommandLine, UsageError } from "../terminal/command_line.ts";
import { chooseModel } from "./choose_model.ts";
import { converse, linesOf } from "../terminal/conversation.ts";
import { type InputFile, readInputFile } from "../terminal/input_file.ts";
import { Interrupts } from "../terminal/interrupts.ts";
import { DisplayFolder } from "../terminal/display_folder.ts";
import { RunView } from "../terminal/run_view.ts";
import { createStyle } from "../terminal/style.ts";
import {
  describeFailure,
  writeJson,
  writeLine,
  writeNote,
  writeStyled,
} from "../terminal/terminal_output.ts";

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
    const command = parseCommandLine(args);
    if (command.action === "help") writeLine(HELP);
    else if (command.action === "version") writeLine(manifest.version);
    else return await run(command);
    return 0;
  } catch (error) {
    if (error instanceof ModelError) {
      writeNote(error.message);
      return 1;
    }
    if (error instanceof UsageError || error instanceof SettingsError) {
      writeNote(error.message);
      return USAGE_EXIT_CODE;
    }
    // The reader has enough, as in `deno task agent "question" | head`.
    if (error instanceof Deno.errors.BrokenPipe) return BROKEN_PIPE_EXIT_CODE;
    // Not thrown: Deno would print the message as it is, and a message may quote a kernel or a server.
    writeNote(`Error: ${describeFailure(error)}`);
    return 1;
  }
}

async function run(command: CommandLine): Promise<number> {
  const chosen = await chooseModel(command);
  const skills = await findSkills(command.skills ?? []);
  const question = command.question ?? await pipedQuestion();
  await using runtime = new DenoRuntime({
    variables: await inputVariables(command.files),
    permissions: command.permissions,
    ...(command.timeoutMs === undefined ? {} : { timeoutMs: command.timeoutMs }),
  });
  const agent = new CaveAgent({
    ...chosen,
    runtime,
    skills,
    ...(command.maxSteps === undefined ? {} : { maxSteps: command.maxSteps }),
  });
  const folder = command.output === undefined ? undefined : new DisplayFolder(command.output);
  // The kernel is closed before the exit: a busy one would not notice that its host is gone.
  using interrupts = new Interrupts(() => {
    runtime.close().finally(() => Deno.exit(INTERRUPT_EXIT_CODE));
  });
  if (question !== undefined) {
    return await interrupts.during((signal) =>
      answer(agent, question, { command, folder, signal })
    );
  }
  await converse({
    lines: linesOf(Deno.stdin.readable),
    // JSON is for a program, which needs no prompt.
    invite: () => command.json || writeStyled("\n> "),
    answer: async (line) => {
      if (line === "/skills") return writeSkills(skills);
      try {
        await interrupts.during((signal) => answer(agent, line, { command, folder, signal }));
      } catch (error) {
        // A failed question does not end the conversation.
        if (!(error instanceof ModelError)) throw error;
        writeNote(error.message);
      }
    },
  });
  return 0;
}

/** Finds the skills of directories, and reports faulty ones. */
async function findSkills(directories: readonly string[]): Promise<readonly Skill[]> {
  const { skills, diagnostics } = await discoverSkills(directories);
  for (const { level, message } of diagnostics) writeNote(`${level}: ${message}`);
  return skills;
}

function writeSkills(skills: readonly Skill[]): void {
  if (skills.length === 0) writeLine("There are no skills");
  for (const { name, description } of skills) {
    writeLine(`${name}: ${description.replace(/\s+/g, " ")}`);
  }
}

/** Answers one question and shows the run. */
async function answer(
  agent: CaveAgent,
  question: string,
  { command, folder, signal }: {
    command: CommandLine;
    folder: DisplayFolder | undefined;
    signal: AbortSignal;
  },
): Promise<number> {
  const enabled = Deno.stdout.isTerminal() && !Deno.noColor;
  const view = new RunView({
    write: writeStyled,
    style: createStyle({ enabled }),
    verbose: command.verbose,
  });
  const run = agent.stream(question, { signal });
  let failure: AgentEvent | undefined;
  try {
    for await (const event of run) {
      if (event.type === "display") await folder?.save(event.bundle);
      if (command.json) writeJson(event);
      // The reason is shown once: here, or as the error of a model that could not be asked.
      else if (event.type === "run_failed") failure = event;
      else view.show(event);
    }
    const result = await run.result;
    if (failure !== undefined) view.show(failure);
    if (command.json) writeJson({ type: "result", ...result });
    else view.close(result);
    return result.status === "completed" ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    writeNote("\nStopped.");
    return INTERRUPT_EXIT_CODE;
  }
}

/** Reads a question from stdin, or returns `undefined` if stdin is a terminal. */
async function pipedQuestion(): Promise<string | undefined> {
  if (Deno.stdin.isTerminal()) return undefined;
  const question = (await new Response(Deno.stdin.readable).text()).trim();
  if (question === "") throw new UsageError('Cannot ask nothing: give a question, as in "..."');
  return question;
}

async function inputVariables(files: readonly string[]): Promise<Record<string, unknown>> {
  const variables: Record<string, unknown> = {};
  for (const path of files) {
    const { name, value, description } = await readFile(path);
    if (Object.hasOwn(variables, name)) {
      throw new UsageError(`Cannot use ${path}: another file is named ${name} already`);
    }
    variables[name] = defineVariable(value, { description });
  }
  return variables;
}

async function readFile(path: string): Promise<InputFile> {
  try {
    return await readInputFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot read --file ${path}: ${reason}`, { cause });
  }
}
