/** The dashboard of the queue, on a real Redis. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { deadline } from "../../src/async/deadline.ts";
import { BullmqQueue } from "../../src/queue/bullmq/bullmq_queue.ts";
import { unless } from "../programs.ts";
import { HINDRANCES, startRedis } from "../store/_servers.ts";

const DASHBOARD = fileURLToPath(new URL("../../examples/dashboard.ts", import.meta.url));

Deno.test(unless(HINDRANCES.redis, {
  name: "examples/dashboard.ts shows the sessions that wait, those of a version, and changes none",
  async fn() {
    await using redis = await startRedis();
    {
      await using queue = new BullmqQueue({ redis: redis.url });
      for (const id of ["one", "two"]) await queue.enqueue({ id, agent: "support" });
      await queue.enqueue({ id: "three", agent: "support", version: "1" });
    }
    const permissions = ["--allow-net", "--allow-env", "--allow-read", "--allow-sys"];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...permissions, DASHBOARD, redis.url, "support"],
      env: { PORT: "0", NO_COLOR: "1" },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let text = "";
    const listening = Promise.withResolvers<string>();
    const drained = (async () => {
      for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
        text += piece;
        const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(text) ?? [];
        if (url !== undefined) listening.resolve(url);
      }
      listening.reject(new Error(`The dashboard has ended:\n${text}`));
    })();
    try {
      const url = await deadline(listening.promise, {
        timeoutMs: 60_000,
        onTimeout: () => new Error(`The dashboard does not listen:\n${text}`),
      });
      assertMatch(await (await fetch(url)).text(), /<title>Sessions<\/title>|bull-board/i);
      const answer = await fetch(
        `${url}/api/queues?activeQueue=agent-support&page=1&jobsPerPage=10`,
      );
      const { queues } = await answer.json();
      const counts = queues.map(
        ({ name, counts: { waiting } }: { name: string; counts: { waiting: number } }) => [
          name,
          waiting,
        ],
      );
      assertEquals(counts, [["agent-support", 2], ["agent-support@1", 1], ["agent-support@2", 0]]);
      assertEquals(
        queues[0].jobs.map(({ data }: { data: { id: string } }) => data.id).sort(),
        ["one", "two"],
      );
      const clean = await fetch(`${url}/api/queues/agent-support/empty`, { method: "PUT" });
      await clean.body?.cancel();
      assert(clean.status >= 400, `${clean.status}`);
    } finally {
      child.kill("SIGINT");
      await drained;
      await child.status;
    }
  },
}));
