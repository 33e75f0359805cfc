/**
 * The contract of queues on the order of jobs, and on which jobs there are.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { EnqueueOptions } from "../queue.ts";
import { addAll, AGENTS, type ContractClaim, take, takeId } from "./_claim.ts";

/** Jobs that are refused. */
const REFUSED: readonly unknown[] = [
  { id: "", agent: "a" },
  { id: "x".repeat(201), agent: "a" },
  { id: 1, agent: "a" },
  { id: "x", agent: "a b" },
  { id: "x", agent: "../a" },
  { id: "x", agent: "a", version: "a:b" },
  { id: "x", agent: "a", priority: -1 },
  { id: "x", agent: "a", priority: 0.5 },
  { id: "x", agent: "a", delayMs: -1 },
  { id: "x", agent: "a", delayMs: Infinity },
  { id: "x", agent: "a", attempts: 0 },
  { id: "x", agent: "a", prio: 1 },
];

/** The claims on the order. */
export const ORDER: readonly ContractClaim[] = [
  ["hands jobs out in order, and one that is handed back behind the others", async ({ open }) => {
    await using queue = await open();
    await addAll(queue, ["one", "two", "three"]);
    const first = await take(queue);
    await queue.release(first);
    const seen = [first.job.id, await takeId(queue), await takeId(queue), await takeId(queue)];
    assertEquals(seen, ["one", "two", "three", "one"]);
  }],
  ["hands out urgent jobs first, and keeps their priority", async ({ open }) => {
    await using queue = await open();
    for (const [id, priority] of [["low", 9], ["mid", 5], ["mid2", 5], ["high", 1]] as const) {
      await queue.enqueue({ id, agent: "a", priority });
    }
    const high = await take(queue);
    await queue.release(high);
    assertEquals((await queue.get("high"))?.priority, 1);
    const seen = [high.job.id];
    for (let i = 0; i < 4; i++) seen.push(await takeId(queue));
    assertEquals(seen, ["high", "high", "mid", "mid2", "low"]);
  }],
  ["holds a delayed job back, until it is requeued or due", async ({ open }) => {
    await using queue = await open();
    await queue.enqueue({ id: "later", agent: "a", delayMs: 3_600_000 });
    await queue.enqueue({ id: "soon", agent: "a", delayMs: 20 });
    assertEquals((await queue.get("later"))?.state, "delayed");
    const soon = await take(queue);
    assertEquals(soon.job.id, "soon");
    await queue.release(soon, { delayMs: 3_600_000 });
    assertEquals([await queue.requeue("later"), await queue.requeue("none")], [true, false]);
    assertEquals(await takeId(queue), "later");
    assertEquals((await queue.get("soon"))?.state, "delayed");
  }],
  ["has one job of an identifier at a time", async ({ open }) => {
    await using queue = await open();
    assertEquals(await queue.enqueue({ id: "s", agent: "a" }), true);
    assertEquals(await queue.enqueue({ id: "s", agent: "a", priority: 3 }), false);
    assertEquals((await queue.list()).map(({ id, state }) => [id, state]), [["s", "waiting"]]);
    await queue.complete(await take(queue));
    assertEquals([await queue.get("s"), await queue.list()], [undefined, []]);
    assertEquals(await queue.enqueue({ id: "s", agent: "a" }), true);
    assertEquals(await takeId(queue), "s");
  }],
  ["makes a job due again that was added while it was claimed", async ({ open }) => {
    await using queue = await open();
    await addAll(queue, ["s"]);
    const claim = await take(queue);
    assertEquals(await queue.enqueue({ id: "s", agent: "a", priority: 4 }), true);
    assertEquals(await queue.enqueue({ id: "s", agent: "a", priority: 4 }), true);
    await queue.complete(claim);
    const again = await take(queue);
    assertEquals([again.job.id, again.job.priority, again.job.attempt], ["s", 4, 1]);
    await queue.complete(again);
    assertEquals(await queue.list(), []);
  }],
  ["ignores a job with a key that was used, also when the first one is over", async ({ open }) => {
    await using queue = await open();
    const job = { agent: "a", idempotencyKey: "k" };
    assertEquals(await queue.enqueue({ id: "s", ...job }), true);
    assertEquals(await queue.enqueue({ id: "t", ...job }), false);
    await queue.complete(await take(queue));
    assertEquals(await queue.enqueue({ id: "s", ...job }), false);
    assertEquals(await queue.list(), []);
    assertEquals(await queue.enqueue({ id: "s", agent: "a", idempotencyKey: "k2" }), true);
  }],
  ["gives workers the agents and versions that they have", async ({ open }) => {
    await using queue = await open();
    await queue.enqueue({ id: "b", agent: "b" });
    await queue.enqueue({ id: "a2", agent: "a", version: "2" });
    await queue.enqueue({ id: "any", agent: "a" });
    const any = await take(queue);
    assertEquals(any.job.id, "any");
    // The rest of a run belongs to the version that has begun it.
    await queue.release(any, { version: "3" });
    const third = await take(queue, { agents: [{ agent: "a", versions: ["3", "4"] }] });
    assertEquals([third.job.id, third.job.version], ["any", "3"]);
    await queue.release(third);
    assertEquals((await queue.get("any"))?.version, "3");
    const both = [...AGENTS, { agent: "a", versions: ["2"] }, { agent: "b", versions: [] }];
    const ids = [await take(queue, { agents: both }), await take(queue, { agents: both })];
    assertEquals(ids.map(({ job }) => job.id).toSorted(), ["a2", "b"]);
  }],
  ["shows jobs with their states and progress", async ({ open }) => {
    await using queue = await open();
    await using other = await open();
    await addAll(queue, ["one", "two"]);
    await queue.enqueue({ id: "three", agent: "a", delayMs: 3_600_000 });
    const claim = await take(queue, { worker: "worker 1" });
    await queue.progress(claim, { step: 3 });
    assertEquals(await other.counts(), { waiting: 1, delayed: 1, claimed: 1, failed: 0 });
    const job = await other.get("one");
    assertEquals([job?.state, job?.worker, job?.progress], ["claimed", "worker 1", { step: 3 }]);
    const waiting = await other.list({ state: "waiting" });
    assertEquals(waiting.map(({ id, attempt, attempts }) => [id, attempt, attempts]), [[
      "two",
      1,
      5,
    ]]);
    assertEquals((await other.list({ limit: 2 })).length, 2);
    await assertRejects(() => queue.progress(claim, "x".repeat(20_000)), RangeError, "10000");
  }],
  ["keeps identifiers as they are", async ({ open }) => {
    await using queue = await open();
    const ids = ["a:b", "7", "ü/%_*", "__proto__", "x".repeat(200), "a b"];
    await addAll(queue, ids);
    for (const id of ids) assertEquals(await takeId(queue), id);
    for (const id of ids) assertEquals((await queue.get(id))?.id, id);
  }],
  ["refuses jobs of another shape", async ({ open }) => {
    await using queue = await open();
    for (const job of REFUSED as EnqueueOptions[]) {
      const error = await assertRejects(() => queue.enqueue(job)) as Error;
      assert(error instanceof TypeError || error instanceof RangeError, String(error));
      assert(error.message.startsWith("Cannot "), error.message);
    }
    await assertRejects(() => take(queue, { agents: [] }), TypeError, "no agents");
    await assertRejects(() => take(queue, { leaseMs: 0 }), RangeError, "leaseMs");
    assertEquals(await queue.list(), []);
  }],
];
