/**
 * The places in which a fleet has its queue and its store.
 *
 * @module
 */

import type { Queue } from "../../../src/queue/queue.ts";
import { SqliteQueue } from "../../../src/queue/sqlite/sqlite_queue.ts";
import { SqliteStore } from "../../../src/store/sqlite/sqlite_store.ts";
import type { Store } from "../../../src/store/store.ts";

/** The kind of a backend. */
export type BackendKind = "sqlite" | "redis" | "postgres";

/** An address that processes can be given. */
export interface BackendAddress {
  /** The kind. */
  readonly kind: BackendKind;
  /** The address of the server, or the folder. */
  readonly url: string;
}

/** Opens queue and store, as each process does. */
export async function openBackend(
  { kind, url }: BackendAddress,
): Promise<{ readonly queue: Queue; readonly store: Store }> {
  if (kind === "sqlite") {
    return {
      queue: new SqliteQueue({ path: `${url}/queue.db` }),
      store: new SqliteStore({ path: `${url}/store.db` }),
    };
  }
  const { BullmqQueue } = await import("../../../src/queue/bullmq/bullmq_queue.ts");
  if (kind === "redis") {
    const { RedisStore } = await import("../../../src/store/redis/redis_store.ts");
    return { queue: new BullmqQueue({ redis: url }), store: new RedisStore({ url }) };
  }
  const { PostgresStore } = await import("../../../src/store/postgres/postgres_store.ts");
  return { queue: new BullmqQueue({ postgres: url }), store: new PostgresStore({ url }) };
}
