/**
 * Runs cells on a kernel, one at a time, and answers the kernel meanwhile.
 *
 * @module
 */

import { CellSyntaxError } from "../../cell/cell_syntax_error.ts";
import { compileCell, type CompiledCell } from "../../cell/compile_cell.ts";
import { parseCell, type ParsedCell } from "../../cell/parsed_cell.ts";
import type { CellPlace, Rule } from "../../security/rule.ts";
import { defaultRules } from "../../security/rule_sets.ts";
import { SecurityChecker } from "../../security/security_checker.ts";
import type { Violations } from "../../security/violation.ts";
import type { CellReport, MimeBundle, OutputStream } from "../../rpc/protocol.ts";
import { CallCounts, type CallLimits } from "./_call_limits.ts";
import { CellClock, type StopReason } from "./_cell_clock.ts";
import { LateOutputs } from "./_late_output.ts";
import { ActiveCell } from "./active_cell.ts";
import { CellErrors } from "./cell_errors.ts";
import { HostFunction } from "../../inject/host_function.ts";
import type { Kernel, KernelHost } from "../../host/kernel.ts";
import { OngoingCalls } from "./ongoing_call.ts";
import type { Recovery } from "../../host/recovery.ts";
import type { CellResult, ExecuteOptions } from "./cell_result.ts";

/** Options of {@linkcode CellRunner.run}. */
export interface CellRunOptions extends ExecuteOptions {
  /** Time limit in milliseconds. */
  readonly timeoutMs: number;
  /** Gives the kernel, which may still have to start. */
  readonly kernel: () => Promise<Kernel>;
  /** Says what the kernel has of the one before it, if that has not been told yet. */
  readonly recovered: () => Recovery | undefined;
  /** Whether calls of an injected name, or of its members, give promises. */
  readonly isAsync: (name: string) => boolean;
  /** Where the cell runs, for the rules. */
  readonly place: CellPlace;
}

/** A cell that has no guards to stop at is given this long; then its kernel is ended. */
const STOP_GRACE_MS = 1_000;

/** Limits on what cells do to the host. */
export interface CellRunnerOptions extends CallLimits {
  /** How long a call may take that says nothing else, in milliseconds. */
  readonly callTimeoutMs: number;
  /** Characters of a cell's output that are kept. */
  readonly maxOutputChars: number;
  /** What cells have to keep to. @default `defaultRules()` */
  readonly rules?: readonly Rule[] | undefined;
  /** Whether cells are shown the stacks of errors of host functions. @default false */
  readonly exposeHostStacks?: boolean | undefined;
}

/** Runs the cells of one runtime. */
export class CellRunner implements KernelHost {
  /** See {@linkcode KernelHost.exposesStacks}. */
  readonly exposesStacks: boolean;
  readonly #functionOf: (name: string) => HostFunction | undefined;
  readonly #callTimeoutMs: number;
  readonly #maxOutputChars: number;
  readonly #counts: CallCounts;
  readonly #errors = new CellErrors();
  readonly #calls = new OngoingCalls();
  #active: ActiveCell | undefined;
  #cells = 0;
  readonly #late = new LateOutputs();
  readonly #checker: SecurityChecker;
  /** Names that cells have defined, in this kernel or in one before it. */
  readonly #names = new Set<string>();
  /** Stops the cell that was asked for last, also while its kernel starts. */
  #stop: (() => void) | undefined;

  /**
   * Makes a runner.
   *
   * @param functionOf Gives the function that cells call by a name, as it is at the time of the call.
   * @param options Limits.
   */
  constructor(
    functionOf: (name: string) => HostFunction | undefined,
    options: CellRunnerOptions,
  ) {
    this.#functionOf = functionOf;
    this.exposesStacks = options.exposeHostStacks ?? false;
    this.#callTimeoutMs = options.callTimeoutMs;
    this.#maxOutputChars = options.maxOutputChars;
    this.#counts = new CallCounts(options);
    this.#checker = new SecurityChecker(options.rules ?? defaultRules());
  }

  /** See {@linkcode KernelHost.output}. */
  output(cell: number, chunk: { stream: OutputStream; text: string }): void {
    if (this.#active?.cell === cell) this.#active.write(chunk.stream, chunk.text);
    else this.#late.add(cell, chunk);
  }

  /** See {@linkcode KernelHost.display}. */
  display(cell: number, bundle: MimeBundle): void {
    if (this.#active?.cell === cell) return this.#active.display(bundle);
    const text = `[displayed: ${Object.keys(bundle).join(", ")}]\n`;
    this.#late.add(cell, { stream: "stdout", text });
  }

  /** See {@linkcode KernelHost.call}. */
  call(cell: number, { name, args }: { name: string; args: readonly unknown[] }): Promise<unknown> {
    const definition = this.#functionOf(name);
    if (definition === undefined) {
      return Promise.reject(new TypeError(`Cannot call ${JSON.stringify(name)}: no such function`));
    }
    return this.#call(definition, { cell, name, args });
  }

  /** See {@linkcode KernelHost.use}. */
  use(cell: number, { name, action }: { name: string; action: () => Promise<unknown> }) {
    return this.#call(new HostFunction(action), { cell, name, args: [] });
  }

  #call(
    definition: HostFunction,
    { cell, name, args }: { cell: number; name: string; args: readonly unknown[] },
  ): Promise<unknown> {
    const refusal = this.#counts.add(cell, { name, pending: this.#calls.size });
    if (refusal !== undefined) return Promise.reject(refusal);
    const limitMs = definition.timeoutMs ?? this.#callTimeoutMs;
    const call = () => this.#calls.run(definition, { name, args, limitMs, cell });
    return this.#active?.cell === cell ? this.#active.track(name, call) : call();
  }

  /** Cells so far. */
  get cells(): number {
    return this.#cells;
  }

  /** Stops the cell that runs, if there is one. */
  interrupt(): void {
    this.#stop?.();
  }

  /** Takes note that a kernel has ended. */
  kernelEnded(): void {
    this.#calls.abort(new DOMException("The kernel has ended", "AbortError"));
  }

  /** Takes note that somebody wants to begin again. */
  forget(): void {
    this.#names.clear();
    this.#late.take();
  }

  /**
   * Runs a cell.
   *
   * @param source TypeScript.
   * @param options The kernel, limits, listener.
   */
  async run(source: string, options: CellRunOptions): Promise<CellResult> {
    const cell = ++this.#cells;
    this.#counts.start(cell);
    this.#errors.add(cell, source);
    let interrupted = false;
    this.#stop = () => {
      interrupted = true;
    };
    // The kernel starts while the cell is compiled.
    const starting = options.kernel();
    starting.catch(() => {});
    let compiled: CompiledCell;
    try {
      const parsed = parseCell(source);
      const found = this.#check(parsed, options.place);
      if (found.violations.length > 0) {
        const base = this.#base(new ActiveCell(cell, { source }));
        return { status: "refused", ...this.#errors.ofViolations(cell, found), ...base };
      }
      compiled = compileCell(parsed, { isAsync: options.isAsync });
    } catch (error) {
      if (!(error instanceof CellSyntaxError)) throw error;
      const base = this.#base(new ActiveCell(cell, { source }));
      return { status: "error", error: this.#errors.ofSyntax(cell, error), ...base };
    }
    const kernel = await starting;
    const recovered = options.recovered();
    for (const name of recovered?.restored ?? []) this.#names.add(name);
    for (const { name } of compiled.declarations) this.#names.add(name);
    using clock = new CellClock(options.timeoutMs, options.signal);
    this.#stop = () => clock.stop("interrupted");
    const { onOutput, onDisplay, timeoutMs } = options;
    const active = new ActiveCell(cell, {
      source,
      maxOutputChars: this.#maxOutputChars,
      clock,
      onOutput,
      onDisplay,
      recovered,
      unawaited: compiled.unawaited,
    });
    this.#active = active;
    try {
      // A cell that has not begun leaves nothing half done.
      if (interrupted || options.signal?.aborted) {
        return { status: "interrupted", stateKept: true, ...this.#base(active) };
      }
      return await this.#execute(kernel, compiled, { active, clock, timeoutMs });
    } finally {
      this.#active = undefined;
      this.#stop = undefined;
    }
  }

  /** A name that somebody has defined is theirs, whatever else has that name elsewhere. */
  #check(cell: ParsedCell, place: CellPlace): Violations {
    const isDefined = (name: string) => this.#names.has(name) || place.isDefined?.(name) === true;
    return this.#checker.check(cell, { ...place, isDefined });
  }

  async #execute(
    kernel: Kernel,
    { code, helper, map }: CompiledCell,
    { active, clock, timeoutMs }: { active: ActiveCell; clock: CellClock; timeoutMs: number },
  ): Promise<CellResult> {
    const { cell } = active;
    const limit = Number.isFinite(timeoutMs) ? { timeoutMs } : {};
    const running = kernel.execute({ cell, code, helper, map: [...map], ...limit });
    const outcome = await Promise.race([running, clock.stopped]);
    if (typeof outcome !== "string") return this.#result(active, outcome, "timeout");
    active.stopped = true;
    const report = await stop(kernel, running);
    // Only now: what a rejected call sets going could hold up the stopping.
    this.#calls.abort(new DOMException("The cell was stopped", "AbortError"), cell);
    return report === undefined
      ? { status: outcome, stateKept: false, ...this.#base(active) }
      : this.#result(active, report, outcome);
  }

  #result(active: ActiveCell, report: CellReport, reason: StopReason): CellResult {
    const base = this.#base(active, report);
    // A cell that was told to stop and came to its end all the same has ended.
    if (report.stopped) return { status: reason, stateKept: true, ...base };
    return report.error === undefined ? { status: "ok", value: report.value, ...base } : {
      status: "error",
      error: this.#errors.ofReport(report.error, report.names ?? []),
      ...base,
    };
  }

  /** What every result has. What is told with it is not told again. */
  #base(active: ActiveCell, report?: CellReport) {
    const base = {
      ...active.account(report?.output, this.#late.take()),
      changed: report?.changed ?? [],
    };
    for (const { name } of base.changed) this.#names.add(name);
    return base;
  }
}

/** Stops a cell; gives nothing if the kernel had to be ended for it. */
async function stop(
  kernel: Kernel,
  running: Promise<CellReport>,
): Promise<CellReport | undefined> {
  kernel.interrupt();
  const { promise: grace, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), STOP_GRACE_MS);
  try {
    const report = await Promise.race([running, grace]);
    if (report !== undefined) return report;
  } catch {
    // It ended rather than answer.
  } finally {
    clearTimeout(timer);
  }
  running.catch(() => {});
  await kernel.close(`it did not stop within ${STOP_GRACE_MS} ms`);
  return undefined;
}
