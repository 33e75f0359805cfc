/** Fuzzing of the host: kernels that send malformed messages, and operations that fast-check shrinks to the fewest. */

import fc from "fast-check";
import { assertSettles, Canary } from "./canary.ts";
import { type Act, allActs, isExpected, SessionRuntime } from "./host_session.ts";
import { Random } from "./random.ts";
import { ReplayedKernel, type Script } from "./replayed_kernel.ts";

/** Maximum number of operations in a session. */
const MAX_ACTS = 8;

/** Turns of the event loop after which a kernel in memory has sent its messages. */
const TURNS = 8;

/** Maximum memory of the host process after a session, in bytes. */
const MAX_HOST_BYTES = 2 ** 30;

/** Options of {@linkcode fuzzHost}. */
export interface FuzzHostOptions {
  /** Selects operations and mutations. */
  readonly seed: number;
  /** Number of sessions. */
  readonly sessions: number;
}

/** A host and its kernels in one session. */
interface Session {
  readonly runtime: SessionRuntime;
  readonly kernels: readonly ReplayedKernel[];
}

/** One operation of a session. It is always possible, and has no expected result but an end. */
class ActCommand implements fc.AsyncCommand<object, Session> {
  readonly #act: Act;

  constructor(act: Act) {
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  async run(_: object, { runtime, kernels }: Session): Promise<void> {
    await settle(this.#act.perform(runtime), () => {
      for (const kernel of kernels) kernel.end("it does not answer");
    });
  }

  toString(): string {
    return this.#act.name;
  }
}

/**
 * Runs sessions against hosts whose kernels mutate what a real kernel has sent.
 *
 * @param script The messages of kernels.
 * @param options The seed, and the number of sessions.
 * @throws {Error} If a promise does not settle, the host has changed, or it takes too much memory; with the shortest list of
 * operations that shows it.
 */
export async function fuzzHost(script: Script, options: FuzzHostOptions): Promise<void> {
  const commands = fc.commands(allActs().map((act) => fc.constant(new ActCommand(act))), {
    maxCommands: MAX_ACTS,
  });
  const property = fc.asyncProperty(commands, fc.nat(), async (acts, mutations) => {
    const random = new Random(mutations);
    const canary = new Canary();
    const kernels: ReplayedKernel[] = [];
    const runtime = new SessionRuntime(() => {
      const kernel = new ReplayedKernel({ script, random, rarity: 6 });
      kernels.push(kernel);
      return kernel;
    });
    await fc.asyncModelRun(() => ({ model: {}, real: { runtime, kernels } }), acts);
    await assertSettles(runtime.close(), "close()");
    canary.assertAlive();
    const { rss } = Deno.memoryUsage();
    if (rss > MAX_HOST_BYTES) throw new RangeError(`The host takes ${rss} bytes`);
  });
  await fc.assert(property, { seed: options.seed, numRuns: options.sessions });
}

/** Waits for an operation. Ends a kernel that has no further messages and has not answered. */
async function settle(action: Promise<unknown>, end: () => void): Promise<void> {
  let settled = false;
  const outcome = action.then(() => undefined, (error) => error).finally(() => settled = true);
  const patience = (async () => {
    for (let turn = 1; !settled; turn++) {
      await new Promise<void>((resolve) => setTimeout(resolve));
      if (turn % TURNS === 0) end();
    }
  })();
  const error = await assertSettles(outcome, "a call").finally(() => settled = true);
  await patience;
  if (error !== undefined && !isExpected(error)) {
    throw new Error(`A call rejected with ${Deno.inspect(error)}`);
  }
}
