/** Queues on BullMQ whose servers lose connections at bad moments. */

import { assertEquals, assertMatch } from "@std/assert";
import { BullmqQueue } from "../../src/queue/bullmq/bullmq_queue.ts";
import { unless } from "../programs.ts";
import {
  type Moment,
  MOMENTS,
  POSTGRES,
  type Protocol,
  REDIS,
  startFaultyServer,
} from "../store/_faulty_server.ts";
import { HINDRANCES, startPostgres, startRedis } from "../store/_servers.ts";
import { until } from "../until.ts";

type Open = (url: string, place: string) => BullmqQueue;

const timeoutMs = 1_000;

/** The servers. */
const KINDS = [
  {
    name: "Redis",
    hindrance: HINDRANCES.redis,
    start: startRedis,
    protocol: REDIS,
    open: (url: string, place: string) =>
      new BullmqQueue({ redis: url, prefix: `{${place}}`, timeoutMs }),
  },
  {
    name: "PostgreSQL",
    hindrance: HINDRANCES.postgres,
    start: startPostgres,
    protocol: POSTGRES,
    open: (url: string, schema: string) => new BullmqQueue({ postgres: url, schema, timeoutMs }),
  },
];

for (const { name, hindrance, start, protocol, open } of KINDS) {
  Deno.test(unless(hindrance, {
    name: `BullmqQueue on ${name} survives connections that are lost at any moment`,
    // Clients of both keep timers and sockets for a moment after they are closed.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(t) {
      await using server = await start();
      for (const moment of MOMENTS) {
        await t.step(moment, () => survive(server.url, { moment, protocol, open }));
      }
    },
  }));
}

/** Loses connections at a moment. An error that nobody listens to would end the process. */
async function survive(
  url: string,
  { moment, protocol, open }: {
    readonly moment: Moment;
    readonly protocol: Protocol;
    readonly open: Open;
  },
): Promise<void> {
  await using faulty = startFaultyServer(url, protocol);
  await using queue = open(faulty.url, moment);
  await using other = open(url, moment);
  const claim = async () => {
    const agents = [{ agent: "a", versions: ["1"] }];
    return (await queue.claim({ worker: "w", agents, leaseMs: 60_000 })).job.id;
  };
  const enqueue = () =>
    queue.enqueue({ id: "one", agent: "a" }).then(() => true, (error) => String(error));
  // A queue that is opened while the server is away works when it is back.
  await faulty.lose(moment);
  const early = enqueue();
  if (moment === "silent") assertMatch(`${await early}`, /has not answered within 1000 ms/);
  else if (moment !== "end") await until(() => faulty.lost > 0);
  await faulty.lose(undefined);
  await early;
  await until(async () => await enqueue() === true);
  assertEquals(await claim(), "one");
  // A claim that waits, on a connection of its own, goes on.
  const waiting = claim();
  const before = faulty.lost;
  await faulty.lose(moment);
  if (moment === "silent") await queue.get("one").catch(() => {});
  else await until(() => faulty.lost > before + 1);
  await faulty.lose(undefined);
  await other.enqueue({ id: "two", agent: "a" });
  assertEquals(await waiting, "two");
  await faulty.lose(moment);
}
