/** Random cells in a real kernel. */

import { checkCell } from "../../src/cell/check_cell.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { KernelExitError } from "../../src/host/kernel_exit.ts";
import { strictRules } from "../../src/security/rules/rule_sets.ts";
import { assertSettles, Canary } from "./canary.ts";
import { randomCell } from "./cell_grammar.ts";
import { Random } from "./random.ts";

/** Time limit of a random cell, which may loop. */
const TIMEOUT_MS = 60;

/** Time limit of the next cell, which may have to wait until the work left running is stopped. */
const NEXT_TIMEOUT_MS = 15_000;

const STATUSES = new Set(["ok", "error", "refused", "timeout", "interrupted", "ended"]);

/** Runs random cells one after another on one runtime. */
export class CellFuzz implements AsyncDisposable {
  readonly #random: Random;
  readonly #canary = new Canary();
  readonly #runtime = new DenoRuntime({
    functions: {
      echo: (value: unknown) => value,
      lend: () =>
        new (class Light {
          name = "l";
        })(),
    },
    variables: { rows: [{ n: 1 }] },
    // Refused cells would not run.
    rules: [],
    checkpoint: "never",
    processMemoryBytes: 512 * 2 ** 20,
  });

  /** @param seed Selects the cells. */
  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /**
   * Checks a cell with all rules, runs it, and runs another one after it.
   *
   * @throws {Error} If one of them does not end, or ends in a way that is not allowed.
   */
  async step(): Promise<void> {
    const cell = randomCell(this.#random);
    try {
      checkCell(cell);
      checkCell(cell, { rules: strictRules() });
      const status = await this.#run(cell, TIMEOUT_MS);
      if (!STATUSES.has(status)) throw new Error(`It ended as ${status}`);
      // The end of a kernel may end the cell that caused it, and no other.
      const next = await this.#run("(() => 6 * 7)()", NEXT_TIMEOUT_MS);
      if (next !== "ok" && status !== "ended") throw new Error(`The next cell ended as ${next}`);
      this.#canary.assertAlive();
    } catch (cause) {
      throw new Error(`${cause}\nThe cell was:\n${cell}`, { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime.close();
  }

  async #run(cell: string, timeoutMs: number): Promise<string> {
    try {
      const running = this.#runtime.execute(cell, { timeoutMs });
      return (await assertSettles(running, "the cell")).status;
    } catch (error) {
      if (error instanceof KernelExitError) return "ended";
      throw error;
    }
  }
}
