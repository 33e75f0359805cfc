/** Fuzzing of the host: kernels that send malformed messages. */

import { assertSettles, Canary } from "./canary.ts";
import { type Act, isExpected, randomAct, SessionRuntime } from "./host_session.ts";
import { Random } from "./random.ts";
import { ReplayedKernel, type Script } from "./replayed_kernel.ts";

/** Number of operations in a session. */
const ACTS = 8;

/** Turns of the event loop after which a kernel in memory has sent its messages. */
const TURNS = 8;

/**
 * Runs one session.
 *
 * @param script The messages of kernels.
 * @param seed Selects the mutations and the operations.
 * @throws {Error} If a promise does not settle, or the host has changed.
 */
export async function fuzzHost(script: Script, seed: number): Promise<void> {
  const random = new Random(seed);
  const canary = new Canary();
  const kernels: ReplayedKernel[] = [];
  const runtime = new SessionRuntime(() => {
    const kernel = new ReplayedKernel({ script, random, rarity: 6 });
    kernels.push(kernel);
    return kernel;
  });
  const acts: Act[] = [];
  try {
    for (let i = 0; i < ACTS; i++) {
      const act = randomAct(random);
      acts.push(act);
      await settle(act.perform(runtime), () => {
        for (const kernel of kernels) kernel.end("it does not answer");
      });
    }
    await assertSettles(runtime.close(), "close()");
    canary.assertAlive();
  } catch (cause) {
    const said = kernels.map(({ said }) => said.map((bytes) => new TextDecoder().decode(bytes)));
    const story = { acts: acts.map(({ name }) => name), said: said.map((one) => one.slice(-20)) };
    throw new Error(`${cause}\n${JSON.stringify(story, null, 1).slice(0, 20_000)}`, { cause });
  }
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
