/**
 * Queue and store of workers and servers.
 *
 * @module
 */

import type { Queue } from "../../queue/queue.ts";
import { SqliteQueue } from "../../queue/sqlite/sqlite_queue.ts";
import { SqliteStore } from "../../store/sqlite/sqlite_store.ts";
import type { Store } from "../../store/store.ts";
import { UsageError } from "../../terminal/command_line.ts";

/** Queue and store. */
export interface Places extends AsyncDisposable {
  /** The queue. */
  readonly queue: Queue;
  /** The store. */
  readonly store: Store;
}

/** The options that name queue and store. */
export interface PlaceOptions {
  /** A folder of this machine. */
  readonly sqlite?: string | boolean | undefined;
  /** The URL of Redis. */
  readonly redis?: string | boolean | undefined;
  /** The URL of PostgreSQL. */
  readonly postgres?: string | boolean | undefined;
}

/**
 * Opens queue and store. Clients of servers are loaded only if they are used.
 *
 * @param options One of the three.
 * @throws {UsageError} If there is none, or more than one.
 */
export async function openPlaces({ sqlite, redis, postgres }: PlaceOptions): Promise<Places> {
  const given = [sqlite, redis, postgres].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new UsageError("Cannot start: give one of --sqlite, --redis and --postgres");
  }
  const [url] = given as [string];
  if (sqlite !== undefined) {
    await Deno.mkdir(url, { recursive: true });
    return places(
      new SqliteQueue({ path: `${url}/queue.db` }),
      new SqliteStore({ path: `${url}/store.db` }),
    );
  }
  const { BullmqQueue } = await import("../../queue/bullmq/bullmq_queue.ts");
  if (redis !== undefined) {
    const { RedisStore } = await import("../../store/redis/redis_store.ts");
    return places(new BullmqQueue({ redis: url }), new RedisStore({ url }));
  }
  const { PostgresStore } = await import("../../store/postgres/postgres_store.ts");
  return places(new BullmqQueue({ postgres: url }), new PostgresStore({ url }));
}

function places(queue: Queue, store: Store): Places {
  return {
    queue,
    store,
    async [Symbol.asyncDispose]() {
      await queue.close();
      await store.close();
    },
  };
}
