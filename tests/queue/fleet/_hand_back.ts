/**
 * The rate of a queue alone: claims and releases without work between them.
 *
 * @module
 */

import { startPostgres, startRedis } from "../../store/_servers.ts";
import { type BackendKind, openBackend } from "./_backend.ts";

const JOBS = 100;
const HAND_BACKS = 2_000;

/** Returns the number of hand-backs a second, by 8 claims at a time in one process. */
export async function handBackRate(kind: BackendKind): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "cave-rate-" });
  await using server = kind === "redis"
    ? await startRedis()
    : kind === "postgres"
    ? await startPostgres()
    : undefined;
  const { queue, store } = await openBackend({ kind, url: server?.url ?? folder });
  try {
    for (let i = 0; i < JOBS; i++) await queue.enqueue({ id: `${i}`, agent: "a" });
    const agents = [{ agent: "a", versions: ["1"] }];
    let left = HAND_BACKS;
    const began = performance.now();
    await Promise.all(Array.from({ length: 8 }, async () => {
      while (left-- > 0) {
        await queue.release(await queue.claim({ worker: "w", agents, leaseMs: 60_000 }));
      }
    }));
    return HAND_BACKS / (performance.now() - began) * 1_000;
  } finally {
    await queue.close();
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}
