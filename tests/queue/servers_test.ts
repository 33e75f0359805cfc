/** Queues on BullMQ, on Redis and on PostgreSQL: the contract, schedules, rates, and servers that end. */

import { BullmqQueue } from "../../src/queue/bullmq/bullmq_queue.ts";
import { queueContract } from "../../src/queue/testing/queue_contract.ts";
import { unless } from "../programs.ts";
import { HINDRANCES, startPostgres, startRedis } from "../store/_servers.ts";

/** The servers. */
const KINDS = [
  {
    name: "Redis",
    hindrance: HINDRANCES.redis,
    start: startRedis,
    open: (url: string, place: string) => new BullmqQueue({ redis: url, prefix: `{${place}}` }),
  },
  {
    name: "PostgreSQL",
    hindrance: HINDRANCES.postgres,
    start: startPostgres,
    open: (url: string, schema: string) => new BullmqQueue({ postgres: url, schema }),
  },
];

for (const { name, hindrance, start, open } of KINDS) {
  Deno.test(unless(hindrance, {
    name: `BullmqQueue on ${name} keeps the contract of queues`,
    // Clients of both keep timers and sockets for a moment after they are closed.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(t) {
      await using server = await start();
      const tests = queueContract({
        open: (place) => Promise.resolve(open(server.url, place)),
        leaseMs: 1_000,
      });
      for (const test of tests) await t.step(test.name, test.fn);
    },
  }));
}
