/** Queues on BullMQ, on Redis and on PostgreSQL: the contract, schedules, rates, and servers that end. */

import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import type { Agent } from "../../src/agent/agent.ts";
import { CaveAgent } from "../../src/cave_agent.ts";
import type { Model } from "../../src/model/model.ts";
import { SessionClient } from "../../src/queue/client/session_client.ts";
import { Worker } from "../../src/queue/work/worker.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { BullmqQueue, type RateLimit, type Schedule } from "../../src/queue/bullmq/bullmq_queue.ts";
import { queueContract } from "../../src/queue/testing/queue_contract.ts";
import { unless } from "../programs.ts";
import { HINDRANCES, startPostgres, startRedis } from "../store/_servers.ts";
import { until } from "../until.ts";
import { eventOf } from "./setup.ts";

/** A model that has one answer. */
const ANSWER: Model = {
  async *stream() {
    yield { type: "text", text: "Fine" };
    yield { type: "end", finishReason: "stop" };
  },
};

const CLAIMABLE = [{ agent: "a", versions: ["1"] }];

const SCHEDULE = { agent: "a", session: "s", query: "How is it?" };

/** Schedules that are refused. */
const BAD_SCHEDULES: readonly [object, string][] = [
  [SCHEDULE, "one of cron and everyMs"],
  [{ ...SCHEDULE, cron: "* * * * *", everyMs: 1 }, "one of cron and everyMs"],
  [{ ...SCHEDULE, query: " ", everyMs: 1 }, "query is empty"],
  [{ ...SCHEDULE, agent: "a/b", everyMs: 1 }, "agent is"],
  [{ ...SCHEDULE, every: 1 }, "everyMs"],
];

/** The servers. */
const KINDS = [
  {
    name: "Redis",
    hindrance: HINDRANCES.redis,
    start: startRedis,
    open: (url: string, place: string, limit?: RateLimit) =>
      new BullmqQueue({ redis: url, prefix: `{${place}}`, limit }),
  },
  {
    name: "PostgreSQL",
    hindrance: HINDRANCES.postgres,
    start: startPostgres,
    open: (url: string, schema: string, limit?: RateLimit) =>
      new BullmqQueue({ postgres: url, schema, limit }),
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
      await t.step("asks the question of a schedule, once for each time", async () => {
        await using queue = open(server.url, "schedule");
        await using store = new MemoryStore();
        const make = () => new CaveAgent({ model: ANSWER, runtime: new LocalRuntime() }) as Agent;
        await using worker = new Worker({ queue, store, agents: [{ agent: "a", make }] });
        worker.start();
        await queue.schedule("nightly", { ...SCHEDULE, everyMs: 200 });
        const client = new SessionClient("s", { queue, store, agent: "a" });
        await until(async () => (await client.read()).runs.length >= 2);
        assertEquals([await queue.unschedule("nightly"), await queue.unschedule("x")], [
          true,
          false,
        ]);
        const [first] = (await client.read()).runs;
        assertEquals(
          (await eventOf(client.events({ run: first! }), "run_start")).query,
          "How is it?",
        );
        await queue.schedule("hourly", { ...SCHEDULE, cron: "0 * * * *", timeZone: "Europe/Oslo" });
        assertEquals(await queue.unschedule("hourly"), true);
        for (const [schedule, message] of BAD_SCHEDULES) {
          await assertRejects(() => queue.schedule("x", schedule as Schedule), TypeError, message);
        }
      });
      await t.step("claims at a limited rate", async () => {
        await using queue = open(server.url, "rate", { max: 2, durationMs: 400 });
        const agents = [{ agent: "a", versions: ["1"] }];
        for (const id of ["one", "two", "three"]) await queue.enqueue({ id, agent: "a" });
        const began = performance.now();
        for (let i = 0; i < 3; i++) await queue.claim({ worker: "w", agents, leaseMs: 60_000 });
        assert(performance.now() - began > 200);
      });
      await t.step("goes on when its server is killed and started again", async () => {
        await using queue = open(server.url, "survive");
        await using store = new MemoryStore();
        const make = () => new CaveAgent({ model: ANSWER, runtime: new LocalRuntime() }) as Agent;
        const agents = [{ agent: "a", make }];
        await using worker = new Worker({ queue, store, agents, sweepMs: 200 });
        worker.start();
        const ask = async (id: string) => {
          const client = new SessionClient(id, { queue, store, agent: "a" });
          return await (await client.prompt("?")).result;
        };
        assertEquals((await ask("before")).content, "Fine");
        await server.restart("SIGKILL");
        assertEquals((await ask("after")).content, "Fine");
      });
      await t.step(
        "works when its server comes back that was away when it was opened",
        async () => {
          await server.stop("SIGKILL");
          await using queue = open(server.url, "away");
          const claiming = queue.claim({ worker: "w", agents: CLAIMABLE, leaseMs: 60_000 });
          claiming.catch(() => {});
          // A command waits for the server, or rejects.
          const early = queue.enqueue({ id: "early", agent: "a" }).catch(() => "refused");
          await server.start();
          const isEarly = await early !== "refused";
          if (!isEarly) {
            await until(() => queue.enqueue({ id: "early", agent: "a" }).catch(() => false));
          }
          const claim = await claiming.catch(() =>
            queue.claim({ worker: "w", agents: CLAIMABLE, leaseMs: 60_000 })
          );
          assertEquals(claim.job.id, "early");
        },
      );
    },
  }));
}

/** Options that are refused. */
const REFUSED: readonly [object, RegExp][] = [
  [{}, /one of redis and postgres/],
  [{ redis: "redis://h", postgres: "postgres://h" }, /one of redis and postgres/],
  [{ redis: "http://h" }, /redis is no redis:\/\//],
  [{ postgres: "mysql://h" }, /postgres is no postgres:\/\//],
  [{ postgres: "postgres://h", schema: `a"; DROP` }, /schema is .*and not of lower-case/],
  [{ redis: "redis://h", limit: { max: 0, durationMs: 1 } }, /limit.max/],
  [{ url: "redis://h" }, /there is no option "url"/],
];

Deno.test("BullmqQueue refuses options that are wrong", () => {
  for (const [options, message] of REFUSED) {
    assertMatch((assertThrows(() => new BullmqQueue(options)) as Error).message, message);
  }
});
