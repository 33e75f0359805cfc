/**
 * The expense of a run since its state was last written.
 *
 * @module
 */

import { addUsage } from "../../model/usage.ts";
import { NO_USAGE, type RunState } from "../record/state.ts";
import type { Expense } from "./run_scope.ts";

/** Collects expenses, until they become part of a state. */
export class Ledger {
  #expense: Expense = { usage: NO_USAGE, cost: 0, hostCalls: 0 };

  /** The expense that is not part of a state yet. */
  get open(): Expense {
    return this.#expense;
  }

  /** Adds an expense. */
  spend({ usage, cost, hostCalls }: Expense): void {
    const sum = this.#expense;
    this.#expense = {
      usage: addUsage(sum.usage, usage),
      cost: sum.cost + cost,
      hostCalls: sum.hostCalls + hostCalls,
    };
  }

  /**
   * Returns a state with all expenses, and begins anew.
   *
   * @param state The state.
   * @param options Whether the expenses stay in the ledger, for a look at the sum.
   */
  book(state: RunState, { keep = false }: { readonly keep?: boolean } = {}): RunState {
    const { usage, cost, hostCalls } = this.#expense;
    if (!keep) this.#expense = { usage: NO_USAGE, cost: 0, hostCalls: 0 };
    return {
      ...state,
      usage: addUsage(state.usage, usage),
      cost: state.cost + cost,
      hostCalls: state.hostCalls + hostCalls,
    };
  }
}
