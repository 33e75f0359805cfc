/**
 * The action of a step: a cell, or calls of tools.
 *
 * @module
 */

import { CallRefusedError, needsApproval } from "../../inject/approval.ts";
import { applyHostFunction, argumentsOf } from "../../inject/host_function.ts";
import type { ToolCall } from "../../model/model.ts";
import type { CellResult } from "../../runtime/cells/cell_result.ts";
import type { CellCall } from "../../runtime/cells/execute_options.ts";
import type { NamespaceEntry, Recovery } from "../../runtime/runtime.ts";
import { escapeTags } from "../../text/escape_tags.ts";
import { leftOut, truncate } from "../../text/truncate.ts";
import { injectCellFunctions, isCellFunction } from "./cell_functions.ts";
import { type HostCallRequest, MiddlewareError, wrapAction } from "./middleware.ts";
import {
  leavesOut,
  type Observation,
  observe,
  observeEmptyCell,
  wholeText,
} from "./observation.ts";
import { plainValue } from "../people/plain_value.ts";
import type { AttachmentReference } from "../record/message.ts";
import type { RunState } from "../record/state.ts";
import type { StepDeps } from "./step_deps.ts";
import { runScope } from "../team/run_scope.ts";

/** The result of an action: a state that counts it, and the observation. */
export interface Action {
  /** The state, without the messages of the action. */
  readonly state: RunState;
  /** The text for the model. */
  readonly content: string;
  /** Images for the model. @default none */
  readonly attachments?: readonly AttachmentReference[];
}

/** A failing cell that is written so often is pointed out, and ends the run. */
const REPEATS_TOLD = 3;
const REPEATS_FATAL = 6;

/**
 * Runs a cell.
 *
 * @param code The cell.
 * @param state The state.
 * @param deps The runtime, listeners.
 */
export async function runCell(code: string, state: RunState, deps: StepDeps): Promise<Action> {
  const { emit, settings: { maxObservationChars } } = deps;
  emit("code", state.step, { code });
  if (code.trim() === "") {
    const { content } = observeEmptyCell();
    const error = { name: "EmptyCell", message: "The code block was empty" };
    emit("execution_error", state.step, { content, error });
    return { state, content };
  }
  const calls = new CallsOfCell(state, deps);
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
    remembered: Object.fromEntries(
      [...deps.people.remembered].map(([name, { allow }]) => [name, allow]),
    ),
    idle: 0,
    repeated,
  });
  const artifact = await keep(result, deps);
  const observation = observe(result, maxObservationChars, {
    artifact,
    remark: remarkOn(repeated),
  });
  emitObservation(observation, { state, result, deps });
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

/** A call of the host, with the function that makes it. */
interface HostCall extends HostCallRequest {
  readonly next: (args?: readonly unknown[]) => Promise<unknown>;
}

/** The calls of one cell. */
class CallsOfCell {
  /** The failure of middleware that has ended the cell. */
  fault: MiddlewareError | undefined;
  readonly #state: RunState;
  readonly #deps: StepDeps;
  readonly #abort = new AbortController();
  readonly #make: (call: HostCall) => Promise<unknown>;

  constructor(state: RunState, deps: StepDeps) {
    this.#state = state;
    this.#deps = deps;
    this.#make = wrapAction(deps.middleware, {
      select: ({ hostCall }) => hostCall,
      base: ({ next, args }: HostCall) => runScope.run(deps.scope, () => next(args)),
      inputOf: (call: HostCall, [args]: [args?: readonly unknown[]]) => ({
        ...call,
        args: args ?? call.args,
      }),
    });
  }

  async execute(code: string): Promise<CellResult> {
    const { runtime, emit, signal, settings: { timeoutMs }, middleware } = this.#deps;
    const { step } = this.#state;
    const run = wrapAction(middleware, {
      select: ({ cell }) => cell,
      base: (code: string) =>
        runtime.execute(code, {
          signal: AbortSignal.any([signal, this.#abort.signal]),
          timeoutMs,
          onOutput: (chunk) => emit("output", step, chunk),
          onDisplay: (bundle) => emit("display", step, { bundle }),
          aroundCall: (call, next) => this.#around(call, next),
        }),
      inputOf: (_code, [code]: [code: string]) => code,
    });
    return await run(code);
  }

  async #around(
    call: CellCall,
    next: (args?: readonly unknown[]) => Promise<unknown>,
  ): Promise<unknown> {
    const { name, needsApproval, signal } = call;
    if (isCellFunction(name)) return await runScope.run(this.#deps.scope, () => next());
    let { args } = call;
    if (needsApproval) {
      const { allow, input, reason } = await this.#deps.people.approval({ name, args, signal });
      if (!allow) throw new CallRefusedError(name, reason);
      args = input ?? args;
    }
    this.#count(name);
    try {
      return await this.#make({
        name,
        args,
        next: (given) => next(given === call.args ? undefined : given),
      });
    } catch (error) {
      if (error instanceof MiddlewareError) {
        this.fault ??= error;
        this.#abort.abort(error);
      }
      throw error;
    }
  }

  #count(name: string): void {
    const { ledger, settings: { limits: { maxHostCalls } } } = this.#deps;
    const expense = { usage: NO_TOKENS, cost: 0, hostCalls: 1 };
    ledger.spend(expense);
    if (this.#state.hostCalls + ledger.open.hostCalls <= maxHostCalls) return;
    throw new RangeError(
      `Cannot call ${name}: the run may make ${maxHostCalls} calls of the host at most`,
    );
  }
}

const NO_TOKENS = { inputTokens: 0, outputTokens: 0, totalTokens: 0, estimated: false };

/**
 * Calls a tool.
 *
 * @param call The call.
 * @param state The state.
 * @param deps The tools, listeners.
 */
export async function callTool(call: ToolCall, state: RunState, deps: StepDeps): Promise<Action> {
  const { emit, tools, people, signal, ledger, settings: { limits, maxObservationChars } } = deps;
  const { id, name } = call;
  emit("tool_call", state.step, { id, name, arguments: call.arguments });
  let content: string;
  let failed = false;
  try {
    const read = await tools.read(call);
    const { definition } = read;
    let { args } = read;
    if (await needsApproval(definition, args)) {
      const { allow, input, reason } = await people.approval({ name, args, signal });
      if (!allow) throw new CallRefusedError(name, reason);
      args = input === undefined ? args : await argumentsOf(definition, { name, args: input });
    }
    ledger.spend({ usage: NO_TOKENS, cost: 0, hostCalls: 1 });
    if (state.hostCalls + ledger.open.hostCalls > limits.maxHostCalls) {
      throw new RangeError(
        `Cannot call ${name}: the run may make ${limits.maxHostCalls} calls of the host at most`,
      );
    }
    const make = wrapAction(deps.middleware, {
      select: ({ hostCall }) => hostCall,
      base: ({ args }: HostCallRequest) =>
        runScope.run(
          deps.scope,
          () => applyHostFunction(definition, { name, args, context: { signal } }),
        ),
      inputOf: (request, [args]: [args?: readonly unknown[]]) => ({
        ...request,
        args: args ?? request.args,
      }),
    });
    const value = await withSignal(make({ name, args }), signal);
    content = typeof value === "string" ? value : JSON.stringify(plainValue(value) ?? null);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof MiddlewareError) {
      const next = ledger.book({ ...state, status: "failed", reason: error.message });
      return { state: next, content: error.message };
    }
    failed = true;
    content = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  content = escapeTags(truncate(content, maxObservationChars, { mark: leftOut })) || "Done";
  emit("tool_result", state.step, { id, name, content, failed });
  return { state: ledger.book({ ...state, idle: 0 }), content };
}

async function withSignal<T>(working: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([working, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Keeps what the observation leaves out, and returns the name by which cells can read it. */
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
