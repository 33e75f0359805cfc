/**
 * Runs cells on a kernel, one at a time, and answers the kernel meanwhile.
 *
 * @module
 */

import { CellSyntaxError } from "../../cell/parse/cell_syntax_error.ts";
import { compileCell, type CompiledCell } from "../../cell/compile_cell.ts";
import { parseCell, type ParsedCell } from "../../cell/parse/parsed_cell.ts";
import type { Kernel, KernelHost } from "../../host/kernel.ts";
import { KernelExitError } from "../../host/kernel_exit.ts";
import type { Recovery } from "../../host/recovery.ts";
import type { KernelModule } from "../../inject/kernel_module.ts";
import type { RuntimeLimits } from "../../limits/runtime_limits.ts";
import type { CellReport, MimeBundle, OutputStream } from "../../rpc/protocol.ts";
import type { CellPlace, Rule } from "../../security/rule.ts";
import { defaultRules } from "../../security/rules/rule_sets.ts";
import { SecurityChecker } from "../../security/security_checker.ts";
import type { Violations } from "../../security/violation.ts";
import { CellClock, type StopReason } from "./_cell_clock.ts";
import { LateOutputs } from "./_late_output.ts";
import { stopCell } from "./_stop_cell.ts";
import { ActiveCell } from "./active_cell.ts";
import { CallDesk, type CallDeskOptions } from "./call_desk.ts";
import { CellErrors } from "./cell_errors.ts";
import type { CellResult } from "./cell_result.ts";
import type { ExecuteOptions } from "./execute_options.ts";

/** Options of {@linkcode CellRunner.run}. */
export interface CellRunOptions extends ExecuteOptions {
  /** Time limit in milliseconds. */
  readonly timeoutMs: number;
  /** Returns the kernel, which may still have to start. */
  readonly kernel: () => Promise<Kernel>;
  /** Returns the state that the kernel has of the one before it, if no result has reported it yet. */
  readonly recovered: () => Recovery | undefined;
  /** Whether calls of an injected name, or of its members, return promises. */
  readonly isAsync: (name: string) => boolean;
  /** The place where the cell runs, for the rules. */
  readonly place: CellPlace;
}

/** Options of {@linkcode CellRunner}. */
export interface CellRunnerOptions
  extends CallDeskOptions, Required<Pick<RuntimeLimits, "maxOutputChars" | "stopGraceMs">> {
  /** Rules for cells. @default `defaultRules()` */
  readonly rules?: readonly Rule[] | undefined;
  /** Whether cells see the stacks of errors of host functions. @default false */
  readonly exposeHostStacks?: boolean | undefined;
}

/** The phases of a runner. A cell is compiled while its kernel starts, and can be interrupted in either phase. */
type Phase =
  | { readonly phase: "idle" }
  | { readonly phase: "preparing"; interrupted: boolean }
  | { readonly phase: "running"; readonly active: ActiveCell; readonly clock: CellClock };

/** Longest name that is remembered: longer than any that a person or a model writes. */
const MAX_NAME_CHARS = 256;

/** Number of names that are remembered: more than any session has, and a few megabytes. */
const MAX_NAMES = 100_000;

const IDLE: Phase = { phase: "idle" };

/** Runs the cells of one runtime. */
export class CellRunner implements KernelHost {
  /** See {@linkcode KernelHost.exposesStacks}. */
  readonly exposesStacks: boolean;
  readonly #maxOutputChars: number;
  readonly #stopGraceMs: number;
  readonly #checker: SecurityChecker;
  readonly #errors = new CellErrors();
  readonly #calls: CallDesk;
  readonly #late = new LateOutputs();
  /** Names that cells have defined, in this kernel or in one before it. */
  readonly #names = new Set<string>();
  #cells = 0;
  #phase: Phase = IDLE;

  /** @param options The functions of the host, rules, and limits. */
  constructor(options: CellRunnerOptions) {
    this.exposesStacks = options.exposeHostStacks ?? false;
    this.#maxOutputChars = options.maxOutputChars;
    this.#stopGraceMs = options.stopGraceMs;
    const aroundOf = (cell: number) => this.#activeCell(cell)?.aroundCall;
    this.#calls = new CallDesk({ ...options, aroundOf }, (cell, { name, make }) => {
      const active = this.#activeCell(cell);
      return active === undefined ? make() : active.track(name, make);
    });
    this.#checker = new SecurityChecker(options.rules ?? defaultRules());
  }

  /** Number of cells so far. */
  get cells(): number {
    return this.#cells;
  }

  /** See {@linkcode KernelHost.output}. */
  output(cell: number, chunk: { stream: OutputStream; text: string }): void {
    const active = this.#activeCell(cell);
    if (active !== undefined) active.write(chunk.stream, chunk.text);
    else this.#late.add(cell, chunk);
  }

  /** See {@linkcode KernelHost.display}. */
  display(cell: number, bundle: MimeBundle): void {
    const active = this.#activeCell(cell);
    if (active !== undefined) return active.display(bundle);
    const text = `[displayed: ${Object.keys(bundle).join(", ")}]\n`;
    this.#late.add(cell, { stream: "stdout", text });
  }

  /** See {@linkcode KernelHost.call}. */
  call(cell: number, call: { name: string; args: readonly unknown[] }): Promise<unknown> {
    return this.#calls.call(cell, call);
  }

  /** See {@linkcode KernelHost.use}. */
  use(cell: number, use: { name: string; action: () => Promise<unknown> }): Promise<unknown> {
    return this.#calls.use(cell, use);
  }

  /** Returns a cell if it is the one that runs. */
  #activeCell(cell: number): ActiveCell | undefined {
    const at = this.#phase;
    return at.phase === "running" && at.active.cell === cell ? at.active : undefined;
  }

  /** Stops the cell that runs or is about to, if there is one. */
  interrupt(): void {
    const at = this.#phase;
    if (at.phase === "preparing") at.interrupted = true;
    if (at.phase === "running") at.clock.stop("interrupted");
  }

  /** Aborts all calls, because the kernel that made them has ended. */
  kernelEnded(): void {
    if (this.#phase.phase === "running") this.#phase.active.stopped = true;
    this.#calls.abort(new DOMException("The kernel has ended", "AbortError"));
  }

  /** Forgets the names and the late output of cells, because the namespace is a new one. */
  forget(): void {
    this.#names.clear();
    this.#late.take();
  }

  /**
   * Runs a cell.
   *
   * @param source TypeScript.
   * @param options The kernel, limits, listeners.
   * @returns The result. If the kernel ended under the cell, or had to be ended, its `recovery` is still missing.
   * @throws {KernelExitError} If no kernel could be started.
   */
  async run(source: string, options: CellRunOptions): Promise<CellResult> {
    const cell = ++this.#cells;
    this.#calls.startCell(cell);
    this.#errors.add(cell, source);
    const preparing = { phase: "preparing" as const, interrupted: false };
    this.#phase = preparing;
    try {
      // The kernel starts while the cell is compiled.
      const starting = options.kernel();
      starting.catch(() => {});
      const compiled = this.#compile(cell, { source, options });
      if ("status" in compiled) return compiled;
      const kernel = await starting;
      return await this.#begin(compiled, { cell, source, kernel, preparing, options });
    } finally {
      this.#phase = IDLE;
      this.#calls.endCell();
    }
  }

  /** Compiles a cell, or returns the result of one that is refused or is not valid. */
  #compile(
    cell: number,
    { source, options }: { source: string; options: CellRunOptions },
  ): CompiledCell | CellResult {
    const base = () => this.#base(new ActiveCell(cell, { source }));
    try {
      const parsed = parseCell(source);
      const found = this.#check(parsed, options.place);
      if (found.violations.length > 0) {
        return { status: "refused", ...this.#errors.ofViolations(cell, found), ...base() };
      }
      return compileCell(parsed, { isAsync: options.isAsync });
    } catch (error) {
      if (!(error instanceof CellSyntaxError)) throw error;
      return { status: "error", error: this.#errors.ofSyntax(cell, error), ...base() };
    }
  }

  /**
   * Checks a module that is to run in the kernel, by the rules for cells.
   *
   * @param module The module.
   * @param place The place where it is to run.
   * @throws {TypeError} If it breaks a rule.
   */
  checkModule({ name, cell }: KernelModule, place: CellPlace): void {
    const { violations: [first] } = this.#check(parseCell(cell), place);
    if (first === undefined) return;
    throw new TypeError(`Cannot inject the module ${name}: line ${first.line}: ${first.message}`);
  }

  /** Remembers a name for the rules. Names that nobody writes by hand are not worth the memory of the host. */
  #remember(name: string): void {
    if (name.length <= MAX_NAME_CHARS && this.#names.size < MAX_NAMES) this.#names.add(name);
  }

  /** Checks a cell against the rules. A name that cells or the host have defined is theirs, whatever else has it. */
  #check(cell: ParsedCell, place: CellPlace): Violations {
    const isDefined = (name: string) => this.#names.has(name) || place.isDefined?.(name) === true;
    return this.#checker.check(cell, { ...place, isDefined });
  }

  async #begin(
    compiled: CompiledCell,
    { cell, source, kernel, preparing, options }: {
      cell: number;
      source: string;
      kernel: Kernel;
      preparing: { readonly interrupted: boolean };
      options: CellRunOptions;
    },
  ): Promise<CellResult> {
    const { onOutput, onDisplay, aroundCall, timeoutMs, signal } = options;
    const recovered = options.recovered();
    for (const name of recovered?.restored ?? []) this.#remember(name);
    for (const { name } of compiled.declarations) this.#remember(name);
    using clock = new CellClock(timeoutMs, signal);
    const { unawaited } = compiled;
    const active = new ActiveCell(cell, {
      source,
      maxOutputChars: this.#maxOutputChars,
      clock,
      onOutput,
      onDisplay,
      aroundCall,
      recovered,
      unawaited,
    });
    // A cell that has not begun leaves nothing half done.
    if (preparing.interrupted || signal?.aborted) {
      return { status: "interrupted", stateKept: true, ...this.#base(active) };
    }
    this.#phase = { phase: "running", active, clock };
    try {
      const result = await this.#execute(compiled, { kernel, active, clock, timeoutMs });
      active.checkListeners();
      return result;
    } catch (error) {
      // A kernel that never started has not begun the cell.
      if (!(error instanceof KernelExitError) || !error.started) throw error;
      const { exit, message } = error;
      const base = this.#base(active);
      return { status: "kernel_exit", exit, stateKept: false, text: message, ...base };
    }
  }

  async #execute(
    { code, helper, map, assignments: { now, later, any } }: CompiledCell,
    { kernel, active, clock, timeoutMs }: {
      kernel: Kernel;
      active: ActiveCell;
      clock: CellClock;
      timeoutMs: number;
    },
  ): Promise<CellResult> {
    const { cell } = active;
    const limit = Number.isFinite(timeoutMs) ? { timeoutMs } : {};
    const assignments = { now: [...now], later: [...later], any };
    const running = kernel.execute({ cell, code, helper, map: [...map], ...limit, assignments });
    const outcome = await Promise.race([running, clock.stopped]);
    if (typeof outcome !== "string") return this.#result(active, outcome, "timeout");
    active.stopped = true;
    const report = await stopCell(kernel, { running, graceMs: this.#stopGraceMs });
    // Only now: code that continues after a rejected call could delay the stop.
    this.#calls.abort(new DOMException("The cell was stopped", "AbortError"), cell);
    return report === undefined
      ? { status: outcome, stateKept: false, ...this.#base(active) }
      : this.#result(active, report, outcome);
  }

  #result(active: ActiveCell, report: CellReport, reason: StopReason): CellResult {
    const base = this.#base(active, report);
    // A cell that was asked to stop and reached its end all the same has ended by itself.
    if (report.stopped) return { status: reason, stateKept: true, ...base };
    if (report.error === undefined) return { status: "ok", value: report.value, ...base };
    const error = this.#errors.ofReport(report.error, report.names ?? []);
    return { status: "error", error, ...base };
  }

  /** Returns the common part of results. Late output is taken with it, and so appears in one result only. */
  #base(active: ActiveCell, report?: CellReport) {
    const base = {
      ...active.account(report?.output, this.#late.take()),
      changed: report?.changed ?? [],
    };
    for (const { name } of base.changed) this.#remember(name);
    return base;
  }
}
