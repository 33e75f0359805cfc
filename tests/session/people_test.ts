/** Requests to people that outlive the process that made them. */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { defineFunction } from "../../src/inject/host_function.ts";
import type { ApprovalDecision } from "../../src/agent/record/pending_request.ts";
import { cell, eventOf, historyOf, type World, world } from "./setup.ts";

const PAY = cell(`let before = 1; const paid = await pay(7, new Date(0)); before = 2; paid`);

/** A world in which payments need an approval. */
function bank(replies: string[], calls: unknown[][]): World {
  const pay = defineFunction((amount: number, day: Date) => {
    calls.push([amount, day.getTime()]);
    return `paid ${amount}`;
  }, { approval: true });
  return world(replies, { injects: { functions: { pay } }, askUser: true });
}

Deno.test("session.approve() decides a call of a run that is under way", async () => {
  const calls: unknown[][] = [];
  await using all = bank([PAY, "done"], calls);
  const session = await all.open();
  const run = await session.prompt("Pay");
  const { id, name } = await eventOf(session, "approval_request");
  assertEquals([session.status, name, session.pending.length], ["waiting", "pay", 1]);
  await assertRejects(() => session.approve("none", { allow: true }), RangeError, id);
  await assertRejects(() => session.approve(id, {} as ApprovalDecision), TypeError, "allow");
  await session.approve(id, { allow: true });
  assertEquals((await run.result).content, "done");
  assertEquals([calls, session.pending], [[[7, 0]], []]);
  await assertRejects(() => session.approve(id, { allow: true }), RangeError, "none");
});

/** Decisions on a call whose process is gone, the calls that follow, and what the model is shown. */
const DECISIONS: readonly [ApprovalDecision, unknown[][], RegExp][] = [
  [
    { allow: true },
    [[7, 0]],
    /pay\(7,"1970.*: has happened, and returned "paid 7"|pay\(7, "1970.*: has happened, and returned "paid 7"/,
  ],
  [{ allow: true, input: [5, new Date(1)] }, [[5, 1]], /has happened, and returned "paid 5"/],
  [{ allow: false, reason: "too much" }, [], /The call of pay was refused by the user: "too much"/],
];

for (const [decision, expected, shown] of DECISIONS) {
  for (const when of ["before", "after"] as const) {
    Deno.test(`a call is made once if ${JSON.stringify(decision)} comes when its process is gone, ${when} the session goes on`, async () => {
      const calls: unknown[][] = [];
      await using all = bank([PAY, cell(`before`), "done"], calls);
      const session = await all.open();
      await session.prompt("Pay");
      const { id } = await eventOf(session, "approval_request");
      await session.close();
      const next = await all.open();
      assertEquals([next.status, next.pending.map((request) => request.id)], ["waiting", [id]]);
      if (when === "before") await next.approve(id, decision);
      const run = await next.continue();
      if (when === "after") await next.approve(id, decision);
      assertEquals((await run.result).content, "done");
      assertEquals(calls, expected);
      const texts = historyOf(next);
      assertMatch(texts[2]!, shown);
      // The rest of the cell did not run: its name is not there.
      assertMatch(texts[4]!, /before is not defined/);
    });
  }
}

Deno.test("a call that was approved is made once, even if the process dies right after the approval", async () => {
  const calls: unknown[][] = [];
  await using all = bank([PAY, "done"], calls);
  const session = await all.open();
  await session.prompt("Pay");
  const { id } = await eventOf(session, "approval_request");
  await session.close();
  const next = await all.open();
  await next.approve(id, { allow: true });
  await next.close();
  const third = await all.open();
  assertEquals([third.status, third.pending], ["running", []]);
  await (await third.continue()).result;
  assertEquals(calls, [[7, 0]]);
});

Deno.test("a question of a cell is answered when its process is gone", async () => {
  await using all = bank([
    cell(`const name = await askUser("Who?", { options: ["Ann", "Bob"] }); name`),
    "Hello Ann",
  ], []);
  const session = await all.open();
  await session.prompt("Greet");
  await eventOf(session, "ask_user");
  await session.close();
  const next = await all.open();
  assertEquals(next.pending.map(({ kind }) => kind), ["question"]);
  const run = await next.continue();
  await next.answer("Ann");
  assertEquals((await run.result).content, "Hello Ann");
  assertMatch(historyOf(next)[2]!, /It asked the user "Who\?", and the answer is "Ann"/);
});

Deno.test("a plain reply that waits is answered when its process is gone", async () => {
  await using all = world(["Which city?", "It rains in Oslo"], { plainReply: "wait" });
  const session = await all.open();
  await session.prompt("How is the weather?");
  await eventOf(session, "ask_user");
  assertEquals(session.status, "waiting");
  await session.close();
  const next = await all.open();
  const run = await next.continue();
  await next.answer("Oslo");
  await eventOf(next, "ask_user");
  assertEquals(historyOf(next).slice(0, 3), [
    "user: How is the weather?",
    "assistant: Which city?",
    "user: Oslo",
  ]);
  await next.cancel();
  await run.result.catch(() => {});
});
