/** Sessions that a worker drives: a step at a time, with a lease, and with messages of other processes. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { sendMail, type SessionMail } from "../../src/session/mail/session_mail.ts";
import {
  SessionStateError,
  SessionSuspendedError,
} from "../../src/session/record/session_errors.ts";
import { SESSION_KEYS } from "../../src/session/record/session_record.ts";
import type { SessionRun } from "../../src/session/run/session_run.ts";
import { StoreConflictError } from "../../src/store/store.ts";
import { cell, historyOf, world } from "./setup.ts";

Deno.test("session.pause() stops after each step, and continue() goes on in the same namespace", async () => {
  await using all = world([cell("let n = 1; n"), cell("n += 1; n"), "2"]);
  const session = await all.open();
  let run = await session.prompt("Count");
  let pauses = 0;
  while (true) {
    void session.pause();
    const result = await run.result.catch((error) => error);
    if (!(result instanceof SessionSuspendedError)) {
      assertEquals(result.content, "2");
      break;
    }
    pauses++;
    assertEquals([session.status, session.isActive], ["running", false]);
    assert(await session.isCurrent());
    run = await session.continue();
  }
  assertEquals([pauses, all.server.requests.length], [2, 3]);
  const types = (await Array.fromAsync(session.events())).map(({ type }) => type);
  // The process and its namespace were there all the time.
  assertEquals(types.filter((type) => type === "run_resumed"), []);
  assert(historyOf(session).every((text) => !text.includes("was ended before")));
});

Deno.test("a call is not made if the lease is over right before it, and the model is shown that", async () => {
  const calls: unknown[] = [];
  const injects = { functions: { pay: (amount: number) => calls.push(amount) } };
  await using all = world([cell("await pay(1)"), cell("await pay(2)"), "done"], { injects });
  let isHeld = true;
  const session = await all.open("s", { isHeld: () => isHeld });
  isHeld = false;
  const run = await session.prompt("Pay");
  await assertRejects(() => run.result, SessionSuspendedError);
  assertEquals([calls, session.status], [[], "running"]);
  await session.close();
  const next = await all.open();
  assertEquals((await (await next.continue()).result).content, "done");
  assertEquals(calls, [2]);
  assert(historyOf(next).some((text) => /pay\(1\): has failed/.test(text)));
});

Deno.test("session.receive() takes each message once, in order, in the commit that does what it asks", async () => {
  await using all = world(["one", "two"]);
  const options = { limits: {}, hasOutput: false };
  const mails: SessionMail[] = [
    { type: "steer", text: "Be brief" },
    { type: "prompt", prompt: { id: "r1", query: "First", options } },
    { type: "prompt", prompt: { id: "r1", query: "First", options } },
    { type: "follow_up", query: "Second" },
    { type: "answer", id: "none", text: "late" },
    { type: "approve", id: "none", decision: { allow: true } },
    { type: "unknown" } as unknown as SessionMail,
  ];
  for (const mail of mails) await sendMail(all.store, mail, { session: "s" });
  const session = await all.open("s", { followUps: "manual" });
  assertEquals(await session.receive(), mails.length);
  assertEquals(await session.receive(), 0);
  assertEquals(session.queues, { followUps: ["First", "Second"], steering: ["Be brief"] });
  const run = await session.continue();
  assertEquals([run.id, (await run.result).content], ["r1", "one"]);
  // Nothing begins by itself.
  assertEquals([session.isActive, session.queues.followUps], [false, ["Second"]]);
  await session.close();
  const again = await all.open();
  assertEquals([await again.receive(), again.queues.followUps], [0, ["Second"]]);
  await sendMail(all.store, { type: "cancel", reason: "enough" }, { session: "s" });
  await again.receive();
  assertEquals(again.queues.followUps, []);
});

Deno.test("session.receive() takes messages as they come until its signal aborts", async () => {
  await using all = world([]);
  const session = await all.open();
  const stop = new AbortController();
  const receiving = session.receive({ until: stop.signal });
  await sendMail(all.store, { type: "steer", text: "one" }, { session: "s" });
  await sendMail(all.store, { type: "steer", text: "two" }, { session: "s" });
  while (session.queues.steering.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  stop.abort();
  assertEquals(await receiving, 2);
});

Deno.test("a mailbox holds a bounded number of messages that wait", async () => {
  await using all = world([]);
  const mail: SessionMail = { type: "steer", text: "more" };
  const entries = Array.from({ length: 1_000 }, () => ({ type: "steer", text: "more" }));
  await all.store.commit([{ kind: "append", log: "mail/s", at: 0, entries }]);
  await assertRejects(
    () => sendMail(all.store, mail, { session: "s" }),
    RangeError,
    "1000 messages",
  );
});

Deno.test("session.giveUp() ends a run that was cut off as failed", async () => {
  await using all = world([cell("1"), "done"]);
  const session = await all.open();
  assertEquals(await session.giveUp("no run"), false);
  const run = await session.prompt("Work");
  void session.pause();
  await run.result.catch(() => {});
  assertEquals(await session.giveUp("The worker has crashed"), true);
  assertEquals([session.status, await session.giveUp("again")], ["failed", false]);
  const last = (await Array.fromAsync(session.events())).at(-1)!;
  assertEquals(last.type === "run_end" && last.reason, "The worker has crashed");
  await assertRejects(() => session.continue(), SessionStateError, "nothing waits");
});

Deno.test("a session that was written while it was opened adds nothing to the run", async () => {
  await using all = world([cell("let n = 1; n"), cell("n += 1; n"), "2"]);
  const first = await all.open("s", { followUps: "manual" });
  const step = async (run: SessionRun) => {
    void first.pause();
    await assertRejects(() => run.result, SessionSuspendedError);
  };
  const run = await first.prompt("Count");
  await step(run);
  const read = all.store.read.bind(all.store);
  all.store.read = async (log, options) => {
    if (log === SESSION_KEYS.events("s", run.id)) {
      all.store.read = read;
      await step(await first.continue());
    }
    return await read(log, options);
  };
  const late = await all.open("s", { followUps: "manual" });
  await assertRejects(async () => await (await late.continue()).result, StoreConflictError);
  assertEquals((await (await first.continue()).result).content, "2");
  const types = (await Array.fromAsync(first.events())).map(({ type }) => type);
  assertEquals(types.filter((type) => type === "run_resumed"), []);
});
