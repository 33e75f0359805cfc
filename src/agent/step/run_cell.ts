/**
 * A cell of a reply: it runs, and becomes an observation.
 *
 * @module
 */

import type { CellResult } from "../../runtime/cells/cell_result.ts";
import type { NamespaceEntry, Recovery } from "../../runtime/runtime.ts";
import { escapeTags } from "../../text/escape_tags.ts";
import { JournalError } from "../record/journal_error.ts";
import type { RunState } from "../record/state.ts";
import type { Action } from "./action.ts";
import { CellCalls } from "./cell_calls.ts";
import { injectCellFunctions } from "./cell_functions.ts";
import { MiddlewareError } from "./middleware.ts";
import {
  leavesOut,
  type Observation,
  observe,
  observeEmptyCell,
  wholeText,
} from "./observation.ts";
import { rememberedBy } from "../people/desk.ts";
import type { StepDeps } from "./step_deps.ts";

/** A failing cell that is written so often is pointed out, and ends the run. */
const REPEATS_TOLD = 3;
const REPEATS_FATAL = 6;

/**
 * Runs a cell.
 *
 * @param code The cell.
 * @param options The state, the runtime, listeners.
 */
export async function runCell(
  code: string,
  { state, deps }: { readonly state: RunState; readonly deps: StepDeps },
): Promise<Action> {
  const { emit, settings: { maxObservationChars } } = deps;
  emit("code", state.step, { code });
  if (code.trim() === "") {
    const { content } = observeEmptyCell();
    const error = { name: "EmptyCell", message: "The code block was empty" };
    emit("execution_error", state.step, { content, error });
    return { state, content };
  }
  const calls = new CellCalls(state, deps);
  let result: CellResult;
  try {
    result = await calls.execute(code);
  } catch (error) {
    if (!(error instanceof MiddlewareError)) throw error;
    const failed = deps.ledger.book({ ...state, cells: [...state.cells, code] });
    const reason = error.message;
    return { state: { ...failed, status: "failed", reason }, content: wrapped(reason) };
  }
  const repeated = repeatOf(code, { state, result });
  const next = deps.ledger.book({
    ...state,
    cells: [...state.cells, code],
    changed: changesAfter(state.changed, result),
    remembered: rememberedBy(deps.people),
    idle: 0,
    repeated,
  });
  const artifact = await keep(result, deps);
  const observation = observe(result, maxObservationChars, {
    artifact,
    remark: remarkOn(repeated),
  });
  emitObservation(observation, { state, result, deps });
  if (calls.fault instanceof JournalError) throw calls.fault;
  if (calls.fault !== undefined) {
    return {
      state: { ...next, status: "failed", reason: calls.fault.message },
      content: observation.content,
    };
  }
  if (repeated !== undefined && repeated.count >= REPEATS_FATAL) {
    const reason = `The same failing cell was written ${repeated.count} times in a row`;
    return { state: { ...next, status: "failed", reason }, content: observation.content };
  }
  const { attachments, settings: { seesDisplays } } = deps;
  const images = seesDisplays ? attachments.addDisplays(result.displays) : [];
  return {
    state: next,
    content: observation.content,
    ...(images.length === 0 ? {} : { attachments: images }),
  };
}

/** Keeps text that the observation leaves out, and returns the name by which cells can read it. */
async function keep(result: CellResult, deps: StepDeps): Promise<string | undefined> {
  const { settings: { maxObservationChars, keepsArtifacts }, runtime, artifacts } = deps;
  if (!keepsArtifacts || !leavesOut(result, maxObservationChars)) return undefined;
  const name = `output-${result.cell}`;
  try {
    await injectCellFunctions(runtime, ["readArtifact"]);
  } catch {
    // The runtime has another function of that name, or is closed: the host still has the result.
    return undefined;
  }
  artifacts.keep(name, wholeText(result));
  return name;
}

function repeatOf(
  code: string,
  { state, result }: { readonly state: RunState; readonly result: CellResult },
): RunState["repeated"] {
  if (result.status === "ok") return undefined;
  const { repeated } = state;
  return { code, count: repeated?.code === code ? repeated.count + 1 : 1 };
}

function remarkOn(repeated: RunState["repeated"]): string | undefined {
  if (repeated === undefined || repeated.count < REPEATS_TOLD) return undefined;
  return `You have written this same cell ${repeated.count} times in a row, and it failed each time. ` +
    "Do something else: look at the values, take a smaller step, or say what hinders you.";
}

function changesAfter(
  before: readonly NamespaceEntry[],
  result: CellResult,
): readonly NamespaceEntry[] {
  const changed = new Map(before.map((entry) => [entry.name, entry]));
  const forget = (recovery: Recovery | undefined) => {
    for (const { name } of recovery?.lost ?? []) changed.delete(name);
  };
  forget(result.recovered);
  for (const entry of result.changed) changed.set(entry.name, entry);
  if ("recovery" in result) forget(result.recovery);
  return [...changed.values()];
}

function emitObservation(
  { type, content }: Observation,
  { state: { step }, result, deps: { emit } }: {
    readonly state: RunState;
    readonly result: CellResult;
    readonly deps: StepDeps;
  },
): void {
  if (result.status === "error") {
    const { name, message } = result.error;
    emit("execution_error", step, { content, error: { name, message }, result });
  } else if (result.status === "kernel_exit") {
    const error = { name: "KernelExitError", message: result.text };
    emit("execution_error", step, { content, error, result });
  } else if (result.status === "refused") {
    emit("security_error", step, { content, violations: result.violations, result });
  } else if (type === "execution_output_exceeded") emit(type, step, { content, result });
  else emit("execution_output", step, { content, result });
}

function wrapped(reason: string): string {
  return `<execution_error>\n${escapeTags(reason)}\n</execution_error>`;
}
