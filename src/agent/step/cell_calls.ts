/**
 * A cell that runs for an agent, with its calls of the host: they are approved, counted, and pass through middleware.
 *
 * @module
 */

import { CallRefusedError } from "../../inject/approval.ts";
import type { CellResult } from "../../runtime/cells/cell_result.ts";
import type { CellCall } from "../../runtime/cells/execute_options.ts";
import { NO_USAGE, type RunState } from "../record/state.ts";
import { withScope } from "../team/run_scope.ts";
import { isCellFunction } from "./cell_functions.ts";
import { JournalError } from "../record/journal_error.ts";
import { journaled, redactOf } from "./journaled.ts";
import { type HostCallRequest, MiddlewareError, wrapAction } from "./middleware.ts";
import type { StepDeps } from "./step_deps.ts";

/** A call of the host, with the function that makes it. */
interface HostCall extends HostCallRequest {
  readonly next: (args?: readonly unknown[]) => Promise<unknown>;
}

/** The calls of one cell. */
export class CellCalls {
  /** The failure of middleware or of the journal that has ended the cell. */
  fault: MiddlewareError | JournalError | undefined;
  readonly #state: RunState;
  readonly #deps: StepDeps;
  readonly #abort = new AbortController();
  readonly #make: (call: HostCall) => Promise<unknown>;

  /**
   * @param state The state.
   * @param deps The runtime, listeners.
   */
  constructor(state: RunState, deps: StepDeps) {
    this.#state = state;
    this.#deps = deps;
    this.#make = wrapAction(deps.middleware, {
      select: ({ hostCall }) => hostCall,
      base: ({ next, args }: HostCall) => withScope(deps.scope, () => next(args)),
      inputOf: (call: HostCall, [args]: [args?: readonly unknown[]]) => ({
        ...call,
        args: args ?? call.args,
      }),
    });
  }

  /** Runs the cell. */
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
    // In a runtime without a boundary, cells call objects of the host directly.
    return await withScope(this.#deps.scope, () => run(code));
  }

  async #around(
    call: CellCall,
    next: (args?: readonly unknown[]) => Promise<unknown>,
  ): Promise<unknown> {
    const { name, needsApproval, sort, signal } = call;
    if (isCellFunction(name, this.#deps.runtime)) {
      return await withScope(this.#deps.scope, () => next());
    }
    let { args } = call;
    let approval: string | undefined;
    if (needsApproval) {
      const { id, allow, input, reason } = await this.#deps.people.approval({
        name,
        args,
        sort,
        signal,
      });
      approval = id;
      if (!allow) throw new CallRefusedError(name, reason);
      args = input ?? args;
    }
    this.#count(name);
    try {
      return await journaled(this.#deps, {
        ...call,
        args,
        approval,
        make: (confirm) =>
          this.#make({
            run: this.#state.id,
            name,
            args,
            redact: redactOf(this.#deps),
            next: (given) => {
              confirm();
              return next(given === call.args ? undefined : given);
            },
          }),
      });
    } catch (error) {
      if (error instanceof MiddlewareError || error instanceof JournalError) {
        this.fault ??= error;
        this.#abort.abort(error);
      }
      throw error;
    }
  }

  #count(name: string): void {
    const { ledger, settings: { limits: { maxHostCalls } } } = this.#deps;
    const expense = { usage: NO_USAGE, cost: 0, hostCalls: 1 };
    ledger.spend(expense);
    if (this.#state.hostCalls + ledger.open.hostCalls <= maxHostCalls) return;
    throw new RangeError(
      `Cannot call ${name}: the run may make ${maxHostCalls} calls of the host at most`,
    );
  }
}
