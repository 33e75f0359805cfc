/**
 * The contract of queues on claims: leases, attempts, cancellation, waits.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Claim, ClaimLostError, type Queue } from "../queue.ts";
import { aborted, addAll, type ContractClaim, take, takeId } from "./_claim.ts";

/** The claims on claims. */
export const CLAIMS: readonly ContractClaim[] = [
  ["hands a job out again whose worker is silent, and refuses the first one", async (context) => {
    await using one = await context.open();
    await using two = await context.open();
    await addAll(one, ["s"]);
    const lost = await take(one, { worker: "one", leaseMs: context.leaseMs });
    const next = await take(two, { worker: "two", leaseMs: 60_000 });
    assertEquals([next.job.id, next.job.attempt, next.worker], ["s", 2, "two"]);
    const actions: readonly ((claim: Claim) => Promise<unknown>)[] = [
      (claim) => one.heartbeat(claim),
      (claim) => one.release(claim),
      (claim) => one.complete(claim),
      (claim) => one.fail(claim, { error: "late" }),
      (claim) => one.progress(claim, 1),
    ];
    for (const action of actions) await assertRejects(() => action(lost), ClaimLostError);
    assert((await aborted(lost.signal)) instanceof ClaimLostError);
    assertEquals((await two.get("s"))?.worker, "two");
    await two.complete(next);
    await assertRejects(() => two.complete(next), ClaimLostError);
    assertEquals(await one.list(), []);
  }],
  ["leaves a job to a worker that sends heartbeats", async ({ open, leaseMs }) => {
    await using one = await open();
    await using two = await open();
    await addAll(one, ["s"]);
    const claim = await take(one, { leaseMs });
    const over = AbortSignal.timeout(2 * leaseMs);
    const other = take(two, { signal: over });
    const beats = setInterval(() => void one.heartbeat(claim), leaseMs / 5);
    await assertRejects(() => other, DOMException);
    clearInterval(beats);
    await one.heartbeat(claim);
    await one.complete(claim);
  }],
  ["counts attempts that fail, and keeps a job that has none left", async ({ open }) => {
    await using queue = await open();
    await queue.enqueue({ id: "s", agent: "a", attempts: 2 });
    assertEquals(await queue.fail(await take(queue), { error: "no model" }), true);
    const failed = await queue.get("s");
    assertEquals([failed?.state, failed?.attempt, failed?.error], ["delayed", 2, "no model"]);
    assertEquals(await queue.requeue("s"), true);
    // A job that a person requeues begins anew.
    const fresh = await take(queue);
    assertEquals(fresh.job.attempt, 1);
    assertEquals(await queue.fail(fresh, { error: "bad", final: true }), false);
    const { state, error } = (await queue.get("s"))!;
    assertEquals([state, error, (await queue.counts()).failed], ["failed", "bad", 1]);
    assertEquals(await queue.enqueue({ id: "s", agent: "a", attempts: 1 }), true);
    assertEquals(await queue.fail(await take(queue), { error: "again" }), false);
    assertEquals(await queue.requeue("s"), true);
    await queue.complete(await take(queue));
    assertEquals(await queue.list(), []);
  }],
  ["tries a job again after a while", async ({ open }) => {
    await using queue = await open();
    await addAll(queue, ["s"]);
    await queue.fail(await take(queue), { error: "first" });
    const second = await take(queue);
    assertEquals([second.job.attempt, second.job.error], [2, "first"]);
    await queue.release(second);
    const third = await take(queue);
    assertEquals([third.job.attempt, third.job.error], [1, undefined]);
  }],
  ["cancels a job that is claimed, and one that waits", async ({ open }) => {
    await using one = await open();
    await using two = await open();
    await addAll(one, ["held", "waits"]);
    const held = await take(one);
    assertEquals(await two.cancel("none"), false);
    assertEquals(await two.cancel("held", "enough"), true);
    await one.heartbeat(held);
    assertEquals((await aborted(held.signal) as Error).message, "enough");
    assertEquals(await two.cancel("waits"), true);
    const waits = await take(one);
    assertEquals((await aborted(waits.signal) as Error).message, "The job was cancelled");
    await one.complete(held);
    await one.complete(waits);
    assertEquals(await two.list(), []);
    await addAll(one, ["held"]);
    assertEquals((await take(one)).signal.aborted, false);
  }],
  ["wakes those who wait, one for each job", async ({ open }) => {
    await using one = await open();
    await using two = await open();
    const waits = [take(one), take(two), take(one)].map((claim) => claim.then(({ job }) => job.id));
    await addAll(two, ["x"]);
    const first = await Promise.any(waits);
    await addAll(one, ["y", "z"]);
    assertEquals([first, (await Promise.all(waits)).toSorted()], ["x", ["x", "y", "z"]]);
  }],
  ["ends a wait with the signal's reason, and takes no job then", async ({ open }) => {
    await using queue = await open();
    await assertRejects(
      () => take(queue, { signal: AbortSignal.abort(new Error("early")) }),
      Error,
      "early",
    );
    const abort = new AbortController();
    const { signal } = abort;
    const waits = [take(queue, { signal }), take(queue, { signal })];
    abort.abort(new Error("midway"));
    for (const wait of waits) await assertRejects(() => wait, Error, "midway");
    await addAll(queue, ["s"]);
    const after = new AbortController();
    const claim = await take(queue, { signal: after.signal });
    after.abort();
    await queue.heartbeat(claim);
  }],
  ["gives each job to one worker at a time, whatever workers do", async ({ open }) => {
    const rounds = 5;
    const queues = await Promise.all([open(), open(), open()]);
    const ids = Array.from({ length: 12 }, (_, i) => `s${i}`);
    const left = new Map(ids.map((id) => [id, rounds]));
    const held = new Set<string>();
    await addAll(queues[0]!, ids);
    const done = new AbortController();
    const work = async (queue: Queue) => {
      while (left.size > 0) {
        const claim = await take(queue, { signal: done.signal }).catch(() => undefined);
        if (claim === undefined) return;
        const { id } = claim.job;
        assert(!held.has(id), `${id} is held twice`);
        held.add(id);
        await queue.heartbeat(claim);
        held.delete(id);
        const more = left.get(id)! - 1;
        left.set(id, more);
        if (more > 0) await queue.release(claim);
        else {
          left.delete(id);
          await queue.complete(claim);
        }
      }
      done.abort();
    };
    await Promise.all([...queues, ...queues].map(work));
    assertEquals([left.size, await queues[0]!.list()], [0, []]);
    for (const queue of queues) await queue.close();
  }],
  ["leaves no call without an answer when it is closed", async ({ open }) => {
    const queue = await open();
    await addAll(queue, ["s"]);
    const calls = () => [
      queue.enqueue({ id: "t", agent: "a" }),
      queue.get("s"),
      queue.list(),
      queue.counts(),
      queue.cancel("t"),
      queue.requeue("t"),
    ];
    const begun = calls();
    const closing = queue.close();
    const late = calls();
    for (const ended of await Promise.allSettled([...begun, ...late])) {
      if (ended.status === "rejected") assertMatch(ended.reason.message, /closed/);
    }
    await closing;
  }],
  ["throws when it is closed, and can be closed twice", async ({ open }) => {
    const queue = await open();
    await addAll(queue, ["s"]);
    assertEquals(await takeId(queue), "s");
    const wait = take(queue);
    wait.catch(() => {});
    await queue.close();
    await queue.close();
    await assertRejects(() => wait, TypeError, "closed");
    for (
      const action of [
        () => queue.enqueue({ id: "s", agent: "a" }),
        () => take(queue),
        () => queue.get("s"),
        () => queue.list(),
        () => queue.counts(),
        () => queue.cancel("s"),
        () => queue.requeue("s"),
      ]
    ) await assertRejects(action, TypeError, "closed");
  }],
];
