/**
 * Assignments to objects of the host: no cell can await them, so that its end does.
 *
 * @module
 */

import { type Promise, Set } from "../rpc/builtins.ts";
import { listOfSet } from "../rpc/lists.ts";

/** Keeps the assignments that are under way, and the first failure of one. */
export class Writes {
  readonly #pending = new Set<Promise<void>>();
  readonly #cellOf: () => number | undefined;
  #failure: { readonly cell: number; readonly error: unknown } | undefined;

  /** @param cellOf Returns the cell that runs. */
  constructor(cellOf: () => number | undefined) {
    this.#cellOf = cellOf;
  }

  /** Adds an assignment. If it fails while no cell runs, that is unhandled. */
  add(writing: Promise<unknown>): void {
    const settled: Promise<void> = writing.then(
      () => void this.#pending.delete(settled),
      (error) => {
        this.#pending.delete(settled);
        const cell = this.#cellOf();
        if (cell === undefined) throw error;
        if (this.#failure?.cell !== cell) this.#failure = { cell, error };
      },
    );
    this.#pending.add(settled);
  }

  /**
   * Waits for all assignments.
   *
   * @throws What the first one threw that failed while this cell ran.
   */
  async settle(): Promise<void> {
    const pending = listOfSet(this.#pending);
    for (let i = 0; i < pending.length; i++) await pending[i];
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined && failure.cell === this.#cellOf()) throw failure.error;
  }
}
