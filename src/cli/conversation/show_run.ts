/**
 * A run at the terminal: its events as they happen, and the people that it asks.
 *
 * @module
 */

import type { RunResult } from "../../agent/record/event.ts";
import type { CellResult } from "../../runtime/cells/cell_result.ts";
import type { Session } from "../../session/session.ts";
import { isAgentEvent, type SessionEvent } from "../../session/record/session_event.ts";
import type { SessionRun } from "../../session/run/session_run.ts";
import type { CommandLine } from "../../terminal/command_line.ts";
import type { DisplayFolder } from "../../terminal/view/display_folder.ts";
import { RunView } from "../../terminal/view/run_view.ts";
import { StatusLine } from "../../terminal/view/status_line.ts";
import type { RichText } from "../../terminal/view/rich_text.ts";
import { createStyle, type Style } from "../../terminal/view/style.ts";
import {
  writeJson,
  writeLine,
  writeStyled,
  writeStyledNote,
} from "../../terminal/terminal_output.ts";

/** Options of {@linkcode showRun}. */
export interface ShowRunOptions {
  /** The command line, for the form of the output. */
  readonly command: CommandLine;
  /** The session of the run. */
  readonly session: Session;
  /** Receives what is displayed. */
  readonly folder: DisplayFolder | undefined;
  /** Receives the results of cells. @default they are only shown */
  readonly onCell?: ((result: CellResult) => void) | undefined;
  /** Asks the person at the terminal, and returns the answer; absent if there is none. */
  readonly ask?: ((prompt: string) => Promise<string | undefined>) | undefined;
}

/**
 * Shows a run to its end.
 *
 * @param run The run.
 * @param options The form of the output, and the person at the terminal.
 * @returns The result.
 * @throws The error of a model that could not be asked, or the reason for which the run was stopped.
 */
export async function showRun(run: SessionRun, options: ShowRunOptions): Promise<RunResult> {
  const { command, folder } = options;
  const output = command.quiet ? Deno.stderr : Deno.stdout;
  const isTerminal = output.isTerminal() && !command.json;
  const style = createStyle({ enabled: isTerminal && !Deno.noColor });
  const write = command.quiet ? writeStyledNote : writeStyled;
  const size = () => isTerminal ? Deno.consoleSize() : { columns: 0, rows: 0 };
  // Some terminals do not tell their size.
  const rows = () => size().rows || 24;
  const columns = () => size().columns || 80;
  using status = isTerminal ? new StatusLine({ write, style, rows }) : undefined;
  const view = new RunView({
    write: (text) => status === undefined ? write(text) : status.write(text),
    style,
    verbose: command.verbose,
    columns,
    ...(status === undefined
      ? {}
      : { preview: (lines) => status.preview(lines), rich: await loadRichText(style) }),
  });
  let failure: Extract<SessionEvent, { type: "run_failed" }> | undefined;
  for await (const event of run) {
    const result = "result" in event ? event.result : undefined;
    if (result !== undefined && "output" in result) options.onCell?.(result);
    if (event.type === "display") await folder?.save(event.bundle);
    if (command.json) {
      writeJson(event);
      continue;
    }
    if (status !== undefined) status.task = taskAfter(event, status.task);
    // The reason is shown once: here, or as the error of a model that could not be asked.
    if (event.type === "run_failed") failure = event;
    else if (isAgentEvent(event)) view.show(event);
    await answerTo(event, options);
  }
  const result = await run.result;
  if (failure !== undefined && !command.json) view.show(failure);
  if (command.json) writeJson({ type: "result", ...result });
  else view.close(result);
  if (command.quiet) writeLine(result.content);
  return result;
}

/** Loads what formats text, while the model is at work. */
async function loadRichText(style: Style): Promise<RichText> {
  const { createRichText, pictureProtocolOf } = await import(
    "../../terminal/view/rich/create_rich_text.ts"
  );
  return createRichText({ style, pictures: pictureProtocolOf((name) => Deno.env.get(name)) });
}

/** Returns the task that goes on after an event. */
function taskAfter(event: SessionEvent, before: string | undefined): string | undefined {
  switch (event.type) {
    case "run_start":
    case "run_resumed":
    case "execution_output":
    case "execution_output_exceeded":
    case "execution_error":
    case "security_error":
    case "tool_result":
    case "correction":
    case "compacted":
      return "waiting for the model";
    case "reasoning":
      return "the model is thinking";
    case "code":
    case "host_call_end":
      return "running the cell";
    case "host_call":
      return `waiting for ${event.name}`;
    case "retry":
      return "trying again";
    case "compacting":
      return "compacting the history";
    case "ask_user":
    case "approval_request":
    case "run_end":
      return undefined;
    case "text":
      return undefined;
    default:
      return before;
  }
}

/** Asks the person at the terminal what a run asks. */
async function answerTo(event: SessionEvent, { session, ask }: ShowRunOptions): Promise<void> {
  if (ask === undefined) return;
  if (event.type === "ask_user") {
    const text = await ask("Answer: ");
    if (text !== undefined) await session.answer(chosen(text, event.options), event.id);
  } else if (event.type === "approval_request") {
    const text = (await ask("Allow it? [y]es, [a]lways, or no and why: ") ?? "").trim();
    const allow = /^(?:y|yes|a|always)$/i.test(text);
    const remember = /^(?:a|always)$/i.test(text);
    const reason = text.replace(/^no?\b[\s,:]*/i, "");
    const isOpen = session.pending.some(({ id }) => id === event.id);
    if (!isOpen) return;
    await session.approve(
      event.id,
      allow ? { allow, remember } : { allow, ...(reason === "" ? {} : { reason }) },
    );
  }
}

/** Returns an answer; a number stands for an option. */
function chosen(text: string, options: readonly string[]): string {
  return options[Number(text) - 1] ?? text;
}
