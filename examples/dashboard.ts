/**
 * A dashboard of the sessions that wait for workers, and of those under way: bull-board on the queue of `BullmqQueue`.
 *
 *     deno run --allow-net --allow-env --allow-read --allow-sys examples/dashboard.ts redis://127.0.0.1 support research
 *
 * The arguments are the address of Redis and the names of agents. Runs that have begun are in the queue of their version.
 */

import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { HonoAdapter } from "@bull-board/hono";
import { Queue } from "bullmq";
import { Hono } from "hono";
import { serveStatic } from "hono/deno";
import { Redis } from "ioredis";

const [url = "redis://127.0.0.1", ...agents] = Deno.args;
const VERSIONS = ["", "@1", "@2"];

const connection = new Redis(url, { maxRetriesPerRequest: null });
const queues = (agents.length === 0 ? ["support"] : agents).flatMap((agent) =>
  VERSIONS.map((version) =>
    new Queue(`agent-${agent}${version}`, { connection, prefix: "{cave-queue}" })
  )
);

const board = new HonoAdapter(serveStatic);
createBullBoard({
  // The store has the truth about sessions: jobs that are removed here would be added again.
  queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
  serverAdapter: board,
  options: { uiConfig: { boardTitle: "Sessions" } },
});

// It has no accounts: put it behind something that has, before others can reach it.
const server = Deno.serve(
  {
    hostname: "127.0.0.1",
    port: Number(Deno.env.get("PORT") ?? 3000),
    onListen: ({ port }) => console.log(`The dashboard is at http://127.0.0.1:${port}`),
  },
  new Hono().route("/", board.registerPlugin()).fetch,
);

Deno.addSignalListener("SIGINT", async () => {
  await server.shutdown();
  for (const queue of queues) await queue.close();
  connection.disconnect();
  Deno.exit();
});
