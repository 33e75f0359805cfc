/**
 * Observations: the results of cells as the model sees them.
 *
 * @module
 */

import type { CellOutput, CellResult, HostCall } from "../../runtime/cells/cell_result.ts";
import type { MimeBundle, NamespaceEntry, Recovery } from "../../runtime/runtime.ts";
import { escapeTags } from "../../text/escape_tags.ts";
import { headOf, leftOut, tailOf, truncate } from "../../text/truncate.ts";
import { describeBundle } from "../record/display.ts";

/** An observation, with the type of the event that carries it. */
export interface Observation {
  /** The type of the event. */
  readonly type:
    | "execution_output"
    | "execution_error"
    | "execution_output_exceeded"
    | "security_error";
  /** The text for the model. */
  readonly content: string;
}

/** Words for calls that did not return. */
const ENDS = {
  error: "failed",
  pending: "not finished",
  refused: "refused by the user, not made",
} as const;

/** Maximum number of listed names and calls; a cell may make thousands. */
const MAX_LISTED = 30;

/** Maximum length of a listed name, type or reason. */
const MAX_ITEM_CHARS = 200;

/** Maximum length of a list, and of a sentence that a kernel wrote. */
const MAX_LIST_CHARS = 2_000;

/** Maximum number of names, and length of their list, in a compacted history. */
const MAX_DESCRIBED_NAMES = 500;
const MAX_NAMES_CHARS = 10_000;

/**
 * Maximum length of an observation in units of the characters of output that a model sees: output, a value or an error
 * of that length each, and as much for everything else.
 */
const MAX_SHARES = 3;

/** Options of {@linkcode observe}. */
export interface ObserveOptions {
  /** The name under which cells can read the whole output. @default none */
  readonly artifact?: string | undefined;
  /** Sentences that follow the result. @default none */
  readonly remark?: string | undefined;
}

/**
 * Whether an observation leaves out a part of the output or of the error.
 *
 * @param result The result.
 * @param maxChars Characters of output that the model sees.
 */
export function leavesOut(result: CellResult, maxChars: number): boolean {
  return result.output.length > maxChars ||
    errorOf(result).length > Math.max(maxChars, MAX_LIST_CHARS);
}

/**
 * Returns the whole text of a result, as far as the runtime has passed it on.
 *
 * @param result The result.
 */
export function wholeText(result: CellResult): string {
  const { text, tail } = result.output;
  return [text, tail, errorOf(result)].filter((part) => part !== "").join("\n");
}

function errorOf(result: CellResult): string {
  return result.status === "error" ? result.error.text : "";
}

/**
 * Turns the result of a cell into an observation.
 *
 * @param result The result.
 * @param maxChars Characters of output that the model sees. A value, an error and late output are cut at as many each,
 * other parts at fixed lengths, and the whole observation at three times as many.
 * @param options Further sentences for the model.
 */
export function observe(
  result: CellResult,
  maxChars: number,
  options: ObserveOptions = {},
): Observation {
  const { length, text, tail } = result.output;
  // A runtime that passes on less than the model may see has cut the output already.
  const shownChars = tail === "" ? maxChars : Math.min(maxChars, text.length);
  const exceeded = length > shownChars;
  const parts = [
    outputOf(result, shownChars),
    valueOf(result, maxChars),
    outcomeOf(result, maxChars),
  ];
  if (result.recovered !== undefined) {
    parts.unshift(`Before this cell: ${recoveryOf(result.recovered)}`);
  }
  parts.push(lateOf(result.output, maxChars));
  parts.push(
    displaysOf(result.displays),
    callsOf(result.hostCalls),
    unawaitedOf(result),
    changesOf(result.changed),
    options.artifact === undefined
      ? ""
      : `The whole text is kept: await readArtifact(${JSON.stringify(options.artifact)})`,
  );
  const type = result.status === "error" || result.status === "kernel_exit"
    ? "execution_error"
    : result.status === "refused"
    ? "security_error"
    : exceeded
    ? "execution_output_exceeded"
    : "execution_output";
  const content = escapeTags(parts.filter((part) => part !== "").join("\n\n"));
  const limit = MAX_SHARES * Math.max(maxChars, MAX_LIST_CHARS);
  const shown = truncate(content, limit, { mark: leftOut });
  const { remark } = options;
  return { type, content: wrap(type, remark === undefined ? shown : `${shown}\n\n${remark}`) };
}

/** Returns the observation of an empty code block. */
export function observeEmptyCell(): Observation {
  const content = "The code block was empty, so nothing was executed. " +
    "Write code into it, or answer without a code block.";
  return { type: "execution_error", content: wrap("execution_error", content) };
}

/**
 * Returns the observation of a reply that did nothing.
 *
 * @param text The explanation.
 */
export function observeReply(text: string): string {
  return wrap("execution_error", escapeTags(text));
}

/**
 * Lists the names of a session for a model whose history is compacted.
 *
 * @param names The names.
 */
export function describeNames(names: readonly NamespaceEntry[]): string {
  const shown = names.slice(0, MAX_DESCRIBED_NAMES)
    .map(({ name, type }) => `${cut(name)}: ${cut(type)}`).join(", ");
  return "The session has these names: " +
    escapeTags(truncate(shown, MAX_NAMES_CHARS, { mark: leftOut }) || "none") +
    (names.length > MAX_DESCRIBED_NAMES ? `, and ${names.length - MAX_DESCRIBED_NAMES} more` : "");
}

function outputOf({ output, value, status }: CellResult & { value?: unknown }, maxChars: number) {
  if (output.length <= maxChars) {
    const silent = output.length === 0 && value === undefined && status === "ok";
    return silent ? "No output" : output.text.trimEnd();
  }
  // Half of what would fit: the point is to make the model print less.
  const headChars = Math.ceil(maxChars / 3);
  const tailChars = Math.floor(maxChars / 6);
  const end = output.tail === "" ? output.text : output.tail;
  return `The output has ${output.length} characters; more than ${maxChars} are not shown. ` +
    "Print a summary instead: counts, the first few items, the fields that matter.\n\n" +
    `It begins:\n${headOf(output.text, headChars)}\n...\n\nIt ends:\n...${tailOf(end, tailChars)}`;
}

/** Returns the end of the output that earlier cells printed late, a paragraph for each cell. */
function lateOf({ late, lateDropped }: CellOutput, maxChars: number): string {
  const length = late.reduce((sum, { text }) => sum + text.length, 0);
  let hidden = Math.max(0, length - maxChars);
  const dropped = lateDropped + hidden;
  const paragraphs = new Map<number, string>();
  for (const { cell, text } of late) {
    const shown = tailOf(text, text.length - hidden);
    hidden = Math.max(0, hidden - text.length);
    if (shown !== "") paragraphs.set(cell, (paragraphs.get(cell) ?? "") + shown);
  }
  const parts = [...paragraphs].map(([cell, text]) =>
    `Printed by cell ${cell} after it had ended:\n${text.trimEnd()}`
  );
  if (dropped > 0) {
    parts.unshift(
      `Of what earlier cells printed after they had ended, ${dropped} characters are not shown.`,
    );
  }
  return parts.join("\n\n");
}

function valueOf(result: CellResult, maxChars: number): string {
  if (result.status !== "ok" || result.value === undefined) return "";
  const { type, text } = result.value;
  return `Value (${truncate(type, MAX_ITEM_CHARS)}):\n${
    truncate(text, maxChars, { mark: leftOut })
  }`;
}

function outcomeOf(result: CellResult, maxChars: number): string {
  if (result.status === "ok") return "";
  // A model with little room for output still has to learn what was wrong.
  const limit = Math.max(maxChars, MAX_LIST_CHARS);
  if (result.status === "error") {
    const { changed } = result;
    return truncate(result.error.text, limit, { mark: leftOut }) +
      (changed.length > 0 ? "\n\nWhat the cell did before that stays done." : "");
  }
  if (result.status === "refused") {
    return `The cell was refused before it ran: nothing of it was done.\n\n${
      truncate(result.text, limit, { mark: leftOut })
    }\n\n` +
      "Write it again without that.";
  }
  if (result.status === "kernel_exit") {
    return result.recovery === undefined
      ? `${
        truncate(result.text, MAX_LIST_CHARS)
      }. The session is gone, and it could not be started again.`
      : `${recoveryOf(result.recovery)}\n\n` +
        "Do the work that is still needed again, with less memory or in smaller steps.";
  }
  const why = result.status === "timeout"
    ? `The cell was stopped after ${Math.round(result.durationMs)} ms, its time limit`
    : "The cell was stopped";
  if (result.stateKept) return `${why}. Variables are as the cell left them. Do less in one cell.`;
  return result.recovery === undefined
    ? `${why}, and the session with it. It could not be started again.`
    : `${why}, and its session had to be ended for that. ${
      recoveryOf(result.recovery)
    }\n\nDo less in one cell.`;
}

/** Describes which names exist after a recovery, and which do not. */
function recoveryOf({ checkpoint, restored, outdated, lost, ...recovery }: Recovery): string {
  const cause = truncate(recovery.cause, MAX_LIST_CHARS);
  const lines = [`${cause}${/[.!?]$/.test(cause) ? "" : "."} This is a new session.`];
  const old = new Set(outdated);
  const fresh = restored.filter((name) => !old.has(name));
  const when = checkpoint === undefined || checkpoint === 0 ? "" : ` after cell ${checkpoint}`;
  if (fresh.length > 0) lines.push(`Back as they were${when}: ${list(fresh)}.`);
  if (outdated.length > 0) lines.push(`There, but with an older value: ${list(outdated)}.`);
  if (lost.length > 0) {
    const reasons = lost.map(({ name, reason }) => `${cut(name)} (${cut(reason)})`);
    lines.push(`Gone: ${list(reasons)}.`);
  }
  lines.push("What was provided is there. Timers and unfinished work are gone.");
  return lines.join("\n");
}

function list(items: readonly string[]): string {
  const more = items.length > MAX_LISTED ? `, and ${items.length - MAX_LISTED} more` : "";
  // An item is a name and a type at most.
  const shown = items.slice(0, MAX_LISTED).map((item) => truncate(item, 2 * MAX_ITEM_CHARS + 20));
  return truncate(shown.join(", "), MAX_LIST_CHARS) + more;
}

function cut(item: string): string {
  return truncate(item, MAX_ITEM_CHARS);
}

/** Names the displays without showing them: a picture has no place in a history of text. */
function displaysOf(displays: readonly MimeBundle[]): string {
  if (displays.length === 0) return "";
  return `Displayed to the user: ${list(displays.map(describeBundle))}`;
}

function callsOf(calls: readonly HostCall[]): string {
  if (calls.length === 0) return "";
  const counts = new Map<string, number>();
  for (const { name, status, reason } of calls) {
    const why = reason === undefined ? "" : `: ${cut(reason)}`;
    const key = status === "ok" ? cut(name) : `${cut(name)} (${ENDS[status]}${why})`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const listed = [...counts].map(([name, count]) => count === 1 ? name : `${name} x${count}`);
  return `Functions called: ${list(listed)}`;
}

/** Lists calls without await, which models forget most often, with their lines. */
function unawaitedOf({ unawaited, changed }: CellResult): string {
  const calls = unawaited.map(({ name, line }) => `${cut(name)} in line ${line}`);
  const names = changed.filter(({ type }) => type === "Promise").map(({ name }) => name);
  return [
    calls.length === 0
      ? ""
      : `Called without await, so that what it returns is lost: ${
        list(calls)
      }. Write \`await\` before it.`,
    names.length === 0
      ? ""
      : `Promises, not values: ${list(names)}. Use \`await\` to get the values.`,
  ].filter((part) => part !== "").join("\n");
}

function changesOf(changed: readonly NamespaceEntry[]): string {
  if (changed.length === 0) return "";
  const listed = list(changed.map(({ name, type }) => `${cut(name)}: ${cut(type)}`));
  return `Defined or changed, and there for the next cells: ${listed}`;
}

function wrap(type: Observation["type"], content: string): string {
  return `<${type}>\n${content}\n</${type}>`;
}
