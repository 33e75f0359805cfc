/**
 * Both ends of the protocol, and cells, against what nobody would send: `deno task fuzz`. Ends with an exit code above 0 when
 * something is found, and says with which seed it comes again.
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

/** Steps with one seed: few enough to be run again. */
const ROUND = { host: 40, kernel: 40, cells: 40 };

/** Memory of this process that no round may need, in bytes. */
const MAX_MEMORY_BYTES = 2 ** 30;

/** How often each of the three has to do its steps. */
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
 * @param seed Chooses everything.
 * @param round How much.
 * @throws {Error} If something was found.
 */
export async function fuzzRound(seed: number, round: Round): Promise<void> {
  const recorded = await recordSession();
  const script = toScript(recorded);
  for (let step = 0; step < round.host; step++) {
    // A session can be run again without those before it.
    await locate(`host, session ${step}`, () => fuzzHost(script, seed * 1_000 + step));
  }
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
