/**
 * Answers calls from cells: looks the function up, counts the call, and holds it to its limits.
 *
 * @module
 */

import { CallRefusedError, needsApproval, sortOf } from "../../inject/approval.ts";
import { UNKNOWN_EFFECTS } from "../../inject/effect.ts";
import {
  applyHostFunction,
  argumentsOf,
  callHostFunction,
  type HostFunction,
} from "../../inject/host_function.ts";
import { currentWaiting, runWaiting, type Waiting } from "../../async/waiting.ts";
import type { RuntimeLimits } from "../../limits/runtime_limits.ts";
import type { AroundCall } from "./execute_options.ts";
import { CallCounts, type CallLimits } from "./_call_limits.ts";
import { type CallRequest, OngoingCalls } from "./ongoing_calls.ts";

/** Options of {@linkcode CallDesk}. */
export interface CallDeskOptions
  extends CallLimits, Required<Pick<RuntimeLimits, "callTimeoutMs">> {
  /** Returns the function that cells call by a name, as it is at the time of the call. */
  readonly functionOf: (name: string) => HostFunction | undefined;
  /** Returns the wrapper of the calls of a cell. @default none */
  readonly aroundOf?: ((cell: number) => AroundCall | undefined) | undefined;
  /** The runtime, which waits for the calls of the cell that it runs. */
  readonly owner: object;
}

/** Records a call that is admitted, and makes it. */
export type TrackCall = (
  cell: number,
  call: { readonly name: string; readonly make: () => Promise<unknown> },
) => Promise<unknown>;

/** Makes the calls of the cells of one runtime. */
export class CallDesk {
  readonly #options: CallDeskOptions;
  readonly #track: TrackCall;
  readonly #counts: CallCounts;
  readonly #ongoing = new OngoingCalls();
  /** Number of calls under way. One that is wrapped is two ongoing calls. */
  #pending = 0;
  /** The cell that runs, and what waits for it. */
  #running: { readonly cell: number; readonly outer: Waiting | undefined } | undefined;

  /**
   * @param options The functions, and limits.
   * @param track Records the calls that are admitted.
   */
  constructor(options: CallDeskOptions, track: TrackCall) {
    this.#options = options;
    this.#track = track;
    this.#counts = new CallCounts(options);
  }

  /** Opens the account of a cell. */
  startCell(cell: number): void {
    this.#counts.start(cell);
    this.#running = { cell, outer: currentWaiting() };
  }

  /** Records that the cell has ended. What it has left behind may go on calling. */
  endCell(): void {
    this.#running = undefined;
  }

  /**
   * Calls a host function.
   *
   * @param cell The cell that calls.
   * @param call The name of the function, and the arguments.
   * @throws {TypeError} If there is no such function; {RangeError} if a limit is reached; otherwise the error of the call.
   */
  async call(
    cell: number,
    { name: given, args }: { readonly name: string; readonly args: readonly unknown[] },
  ): Promise<unknown> {
    const { functionOf, callTimeoutMs } = this.#options;
    const definition = functionOf(given);
    if (definition === undefined) {
      throw new TypeError(`Cannot call ${JSON.stringify(given)}: there is no such function`);
    }
    // The name in the text of the cell.
    const name = definition.path ?? given;
    const limitMs = definition.timeoutMs ?? callTimeoutMs;
    const around = this.#options.aroundOf?.(cell);
    if (around === undefined && definition.approval === undefined) {
      const action: CallRequest["action"] = (context) =>
        callHostFunction(definition, { name, args, context });
      return await this.#run({ cell, name, limitMs, action });
    }
    // The time limit is that of the call alone: a person may take longer to approve it.
    const action: CallRequest["action"] = async ({ signal }) => {
      const checked = await argumentsOf(definition, { name, args });
      const need = await needsApproval(definition, checked);
      const make = (given: readonly unknown[]) =>
        this.#ongoing.run({
          cell,
          name,
          limitMs,
          action: (context) => applyHostFunction(definition, { name, args: given, context }),
        });
      if (around === undefined) {
        if (need !== false) {
          throw new CallRefusedError(name, "it needs an approval, and nobody can give it");
        }
        return await make(checked);
      }
      return await around(
        {
          name,
          args: checked,
          needsApproval: need !== false,
          sort: sortOf(need),
          signal,
          ...definition.effects,
        },
        async (given) =>
          await make(
            given === undefined ? checked : await argumentsOf(definition, { name, args: given }),
          ),
      );
    };
    return await this.#run({ cell, name, limitMs: Infinity, action });
  }

  /**
   * Uses an object of the host: calls a method, or reads a member.
   *
   * @param cell The cell that uses it.
   * @param use The member, for errors, and the action.
   * @throws {RangeError} If a limit is reached; otherwise the error of the action.
   */
  async use(
    cell: number,
    { name, action }: { readonly name: string; readonly action: () => Promise<unknown> },
  ): Promise<unknown> {
    const limitMs = this.#options.callTimeoutMs;
    const around = this.#options.aroundOf?.(cell);
    if (around === undefined) return await this.#run({ cell, name, limitMs, action });
    return await this.#run({
      cell,
      name,
      limitMs: Infinity,
      action: ({ signal }) =>
        around(
          { name, args: [], needsApproval: false, signal, ...UNKNOWN_EFFECTS },
          () => this.#ongoing.run({ cell, name, limitMs, action }),
        ),
    });
  }

  /**
   * Aborts calls that are under way.
   *
   * @param reason The reason.
   * @param cell The cell whose calls are aborted. @default all
   */
  abort(reason: unknown, cell?: number): void {
    this.#ongoing.abort(reason, cell);
  }

  async #run(request: CallRequest): Promise<unknown> {
    const { cell, name } = request;
    const refusal = this.#counts.add(cell, { name, pending: this.#pending });
    if (refusal !== undefined) throw refusal;
    this.#pending++;
    try {
      return await this.#track(cell, { name, make: () => this.#awaited(request) });
    } finally {
      this.#pending--;
    }
  }

  /** Makes a call for which the cell that runs may wait. */
  async #awaited(request: CallRequest): Promise<unknown> {
    const running = this.#running;
    if (running?.cell !== request.cell) return await this.#ongoing.run(request);
    let pending = true;
    const waiting: Waiting = {
      owner: this.#options.owner,
      what: `the cell that uses ${request.name}`,
      isWaiting: () => pending && this.#running === running,
      outer: running.outer,
    };
    try {
      return await runWaiting(waiting, () => this.#ongoing.run(request));
    } finally {
      pending = false;
    }
  }
}
