/**
 * The options of queues on BullMQ.
 *
 * @module
 */

import { checkCount, checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { type Bull, connectPostgres, connectRedis, type RateLimit } from "./_bull.ts";

/** Options of {@linkcode BullmqQueue}: one of the two addresses, and limits. */
export interface BullmqQueueOptions {
  /** The address of Redis or Valkey: `redis://host:port`, `rediss://` for TLS. It must not evict keys. @default none */
  readonly redis?: string | undefined;
  /** The address of PostgreSQL: `postgres://user:password@host/database`. @default none */
  readonly postgres?: string | undefined;
  /** The beginning of all keys in Redis. @default "{cave-queue}" */
  readonly prefix?: string | undefined;
  /** The schema of the tables in PostgreSQL, which is made if it is not there. @default "bullmq" */
  readonly schema?: string | undefined;
  /** Maximum number of connections to PostgreSQL for each of the queues of BullMQ. @default 1 */
  readonly connections?: number | undefined;
  /** A limit on the rate of claims, for each agent and over all workers. @default none */
  readonly limit?: RateLimit | undefined;
  /** Time limit of each call but claims, in milliseconds. A call that is late may have had its effect. @default 60000 */
  readonly timeoutMs?: number | undefined;
}

const OPTIONS: OptionNames<BullmqQueueOptions> = {
  redis: true,
  postgres: true,
  prefix: true,
  schema: true,
  connections: true,
  limit: true,
  timeoutMs: true,
};

/**
 * Checks options, and connects to the server when it is used first.
 *
 * @param options The options.
 */
export function openBull(options: BullmqQueueOptions): Bull {
  const task = "open a BullMQ queue";
  checkOptions(options, { names: OPTIONS, task });
  const { redis, postgres, prefix = "{cave-queue}", limit } = options;
  const { schema = "bullmq", connections = 1 } = options;
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) {
    throw new TypeError(
      `Cannot ${task}: schema is ${
        JSON.stringify(schema)
      }, and not of lower-case letters, digits and _`,
    );
  }
  if ((redis === undefined) === (postgres === undefined)) {
    throw new TypeError(`Cannot ${task}: give it one of redis and postgres`);
  }
  if (redis !== undefined && !/^rediss?:\/\//.test(redis)) {
    throw new TypeError(`Cannot ${task}: redis is no redis:// or rediss:// address`);
  }
  if (postgres !== undefined && !/^postgres(?:ql)?:\/\//.test(postgres)) {
    throw new TypeError(`Cannot ${task}: postgres is no postgres:// address`);
  }
  if (limit !== undefined) {
    checkCount("limit.max", limit.max);
    checkLimit("limit.durationMs", limit.durationMs);
  }
  return redis !== undefined ? connectRedis(redis, prefix) : connectPostgres({
    url: postgres!,
    schema,
    connections: checkCount("connections", connections),
  });
}
