/**
 * Fuzzing of both ends of the protocol, and of cells: `deno task fuzz`. Exits with a code above 0 if something is
 * found, and prints the seed that reproduces it.
 *
 * ```sh
 * deno task fuzz --seconds 600 --seed 7
 * ```
 *
 * @module
 */

import { parseArgs } from "node:util";
import { CellFuzz } from "./cell_fuzz.ts";
import { fuzzHost } from "./host_fuzz.ts";
import { KernelFuzz } from "./kernel_fuzz.ts";
import { recordSession, toScript } from "./recording.ts";

/** Number of steps with one seed: few enough to be repeated. */
const ROUND = { host: 40, kernel: 40, cells: 40 };

/** Maximum memory of this process in a round, in bytes. */
const MAX_MEMORY_BYTES = 2 ** 30;

/** The number of steps of each kind. */
export interface Round {
  /** Sessions against a host. */
  readonly host: number;
  /** Messages to a kernel. */
  readonly kernel: number;
  /** Cells. */
  readonly cells: number;
}

/**
 * Runs one round.
 *
 * @param seed Selects everything.
 * @param round The number of steps.
 * @throws {Error} If something is found.
 */
export async function fuzzRound(seed: number, round: Round): Promise<void> {
  const recorded = await recordSession();
  const script = toScript(recorded);
  await locate("host", () => fuzzHost(script, { seed, sessions: round.host }));
  const sent = recorded.filter(({ fromHost }) => fromHost).map(({ message }) => message);
  await using kernel = new KernelFuzz(sent, seed);
  for (let step = 0; step < round.kernel; step++) {
    await locate(`kernel, message ${step}`, () => kernel.step());
  }
  await using cells = new CellFuzz(seed);
  for (let step = 0; step < round.cells; step++) {
    await locate(`cells, cell ${step}`, () => cells.step());
  }

  async function locate(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (cause) {
      throw new Error(`Seed ${seed}, ${what}: ${cause}`, { cause });
    }
  }
}

if (import.meta.main) await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: `${Date.now() % 1_000_000}` },
    },
  });
  const end = performance.now() + Number(values.seconds) * 1_000;
  let seed = Number(values.seed);
  addEventListener("unhandledrejection", ({ reason }) => {
    console.error(`Seed ${seed}: a rejection that nobody handles`, reason);
    Deno.exit(1);
  });
  let rounds = 0;
  for (; performance.now() < end; seed++, rounds++) {
    await fuzzRound(seed, ROUND);
    const { rss } = Deno.memoryUsage();
    if (rss > MAX_MEMORY_BYTES) throw new Error(`Seed ${seed}: the host takes ${rss} bytes`);
  }
  const { host, kernel, cells } = ROUND;
  console.log(
    `${rounds} rounds from seed ${values.seed}: ${rounds * host} sessions, ` +
      `${rounds * kernel} messages, ${rounds * cells} cells; ` +
      `${(Deno.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`,
  );
}
