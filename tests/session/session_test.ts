/** Sessions: runs, queues, events, branches, and a store that several processes share. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { z } from "zod";
import { defineFunction } from "../../src/inject/host_function.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import {
  SessionStateError,
  SessionSuspendedError,
} from "../../src/session/record/session_errors.ts";
import { StoreConflictError } from "../../src/store/store.ts";
import { ask, cell, eventOf, historyOf, world } from "./setup.ts";

/** A function that cells enter, and that returns when the test lets it. */
function gate() {
  const entered = Promise.withResolvers<void>();
  const open = Promise.withResolvers<string>();
  const enter = () => {
    entered.resolve();
    return open.promise;
  };
  return { entered: entered.promise, open: open.resolve, enter };
}

Deno.test("a session goes on with history and namespace in another process", async () => {
  await using all = world(
    [cell(`let n = 40; class P { x = 1 }; const list = [new P()]`), "noted", cell(`n + 2`), "42"],
    { runtime: (options) => new DenoRuntime(options) as Runtime },
  );
  const first = await all.open();
  assertEquals(first.status, "idle");
  assertEquals(await ask(first, "Remember 40"), "noted");
  await first.close();
  const second = await all.open();
  assertEquals([second.status, second.runs.length], ["completed", 1]);
  assertEquals(historyOf(second), historyOf(first));
  assertEquals(await ask(second, "Add 2"), "42");
  assertMatch(historyOf(second)[6]!, /42/);
  assertEquals(all.server.requests[2]!.messages.length, 6);
});

Deno.test("session.events() replays a run, follows it, and ends with run_end", async () => {
  await using all = world([cell(`console.log("hi")`), "done", "second"]);
  const session = await all.open();
  const run = await session.prompt("Say hi");
  const live: string[] = [];
  for await (const { type, index, run: id } of run) {
    assertEquals([index, id], [live.length, run.id]);
    live.push(type);
  }
  assertEquals(live[0], "run_start");
  assertEquals(live.at(-1), "run_end");
  for (const type of ["code", "output", "execution_output", "final_response", "usage"]) {
    assert(live.includes(type), type);
  }
  await ask(session, "Again");
  const other = await all.open();
  const from = live.indexOf("execution_output");
  const rest: string[] = [];
  for await (const { type } of other.events({ run: run.id, from })) rest.push(type);
  assertEquals(rest, live.slice(from));
  await assertRejects(
    async () => await other.events({ run: "none" })[Symbol.asyncIterator]().next(),
    RangeError,
    "no such run",
  );
});

Deno.test("session.prompt() takes one run at a time, and says so", async () => {
  const { entered, open, enter } = gate();
  await using all = world([cell(`await enter()`), "done"], { injects: { functions: { enter } } });
  const session = await all.open();
  await assertRejects(() => session.continue(), SessionStateError, "nothing waits");
  await assertRejects(() => session.prompt(" "), TypeError, "empty");
  await assertRejects(
    () => session.prompt("x", { maxStep: 1 } as object),
    TypeError,
    `did you mean "maxSteps"?`,
  );
  const run = await session.prompt("Go");
  await entered;
  assertEquals([session.status, session.isActive], ["running", true]);
  for (
    const other of [
      () => session.prompt("No"),
      () => session.continue(),
      () => session.checkout(null),
      () => session.fork(),
    ]
  ) {
    await assertRejects(other, SessionStateError, "a run is running already");
  }
  const elsewhere = await all.open();
  await assertRejects(
    () => elsewhere.prompt("No"),
    SessionStateError,
    "cut off, or goes on in another process",
  );
  open("");
  await run.result;
  assertEquals([session.status, session.isActive], ["completed", false]);
});

Deno.test("session.followUp() and steer() wait for their time, in order", async () => {
  const { entered, open, enter } = gate();
  await using all = world(
    [cell(`await enter()`), "one", "two", "three", "four"],
    { injects: { functions: { enter } } },
  );
  const session = await all.open();
  await session.prompt("First");
  await entered;
  await session.followUp("Second");
  await session.followUp("Third");
  await session.steer("By the way");
  assertEquals(session.queues, { followUps: ["Second", "Third"], steering: ["By the way"] });
  const seen: string[] = [];
  open("");
  while (seen.length < 3) {
    const before = session.runs.length;
    for await (const event of session.events()) {
      if (event.type === "run_end") seen.push(event.result!.content);
    }
    while (seen.length < 3 && session.runs.length === before) {
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  assertEquals(seen, ["one", "two", "three"]);
  assertEquals(session.queues, { followUps: [], steering: [] });
  const texts = historyOf(session);
  assert(texts.indexOf("user: By the way") > 0);
  assertEquals(texts.filter((text) => text.startsWith("user: ")).length, 4);
  await session.followUp("Fourth");
  assertEquals((await (await session.continue()).result).content, "four");
  await assertRejects(() => session.followUp(""), TypeError, "empty");
});

Deno.test("session.cancel() stops the run and empties the queues, and ends one that was cut off", async () => {
  const { entered, enter } = gate();
  await using all = world(
    [cell(`let kept = 1`), cell(`await enter()`), "fine"],
    { injects: { functions: { enter } } },
  );
  const session = await all.open();
  assertEquals(await session.cancel(), false);
  const run = await session.prompt("Go");
  await entered;
  await session.followUp("Never");
  assertEquals(await session.cancel("Enough"), true);
  await assertRejects(() => run.result, DOMException, "Enough");
  const end = await eventOf(session, "run_end");
  assertEquals([end.status, end.reason], ["cancelled", "Enough"]);
  assertEquals([session.status, session.queues.followUps], ["cancelled", []]);
  assertEquals(await ask(session, "Still there?"), "fine");

  await using other = world([cell(`await enter()`), "fine"], {
    injects: { functions: { enter: gate().enter } },
  });
  const cut = await other.open();
  await cut.prompt("Go");
  await eventOf(cut, "host_call");
  await cut.close();
  const next = await other.open();
  assertEquals(next.status, "running");
  assertEquals(await next.cancel(), true);
  assertEquals([next.status, (await eventOf(next, "run_end")).status], ["cancelled", "cancelled"]);
  assertMatch(historyOf(next).at(-1)!, /enter\(\): began. Whether it has happened is not known/);
});

Deno.test("session.checkout() goes back in history and namespace, and another branch begins", async () => {
  await using all = world([
    ...[cell(`let n = 1`), "one", cell(`n = 2; const late = 1`), "two", cell(`n = 30`), "three"],
    ...[cell(`[n, typeof late]`), "same"],
  ]);
  const session = await all.open();
  await ask(session, "First");
  const fork = session.messages.at(-1)!.id;
  await ask(session, "Second");
  assertEquals(session.branches().map(({ length }) => length), [8]);
  await session.checkout(fork);
  assertEquals(historyOf(session).length, 4);
  await ask(session, "Other");
  assertEquals(session.branches().map(({ length, isCurrent }) => [length, isCurrent]), [
    [8, false],
    [8, true],
  ]);
  await session.checkout(session.branches()[0]!.head);
  await ask(session, "Which?");
  assertMatch(historyOf(session).at(-2)!, /\[ 2, "number" \]/);
  await session.checkout(null);
  assertEquals(session.messages, []);
  await assertRejects(() => session.checkout(99), RangeError, "the messages are 0 to");
});

Deno.test("session.fork() makes a session that shares nothing that changes", async () => {
  const blob = `const big = new Uint8Array(200_000).map((_, i) => i * i); let n = 1`;
  await using all = world(
    [cell(blob), "one", cell(`n = 2`), "two", cell(`[n, big.length]`), "three", cell(`n`), "four"],
  );
  const session = await all.open("origin");
  await ask(session, "First");
  const at = session.messages.at(-1)!.id;
  await ask(session, "Second");
  const before = (await all.store.listBlobs()).filter(({ size }) => size >= 200_000).length;
  const id = await session.fork({ at });
  const fork = await all.open(id);
  assertEquals(historyOf(fork), historyOf(session).slice(0, at + 1));
  await ask(fork, "Which?");
  assertMatch(historyOf(fork).at(-2)!, /\[ 1, 200000 \]/);
  await ask(session, "And here?");
  assertMatch(historyOf(session).at(-2)!, /\b2\b/);
  const after = (await all.store.listBlobs()).filter(({ size }) => size >= 200_000).length;
  assertEquals([before, after], [1, 1]);
  await assertRejects(() => session.fork({ id }), StoreConflictError);
});

Deno.test("a session that another process has taken over fails before its next effect", async () => {
  const { entered, open, enter } = gate();
  let effects = 0;
  const functions = { enter, effect: () => ++effects };
  await using all = world(
    [cell(`await enter(); await effect()`), "mine", "theirs"],
    { injects: { functions } },
  );
  const slow = await all.open();
  const run = await slow.prompt("Go");
  await entered;
  const fast = await all.open();
  const taken = await fast.continue();
  await taken.result;
  open("");
  const error = await assertRejects(() => run.result) as Error;
  assertMatch(error.message, /journal failed, Cannot write/);
  assert(error.cause instanceof StoreConflictError);
  assertEquals(effects, 0);
  assertEquals((await all.open()).status, "completed");
});

Deno.test("session.suspend() ends after the present step, and nothing is uncertain", async () => {
  const { entered, open, enter } = gate();
  await using all = world(
    [cell(`let n = 1; await enter(); n = 2`), cell(`n`), "2"],
    { injects: { functions: { enter } } },
  );
  const session = await all.open();
  const run = await session.prompt("Go");
  await entered;
  const suspending = session.suspend();
  open("");
  await suspending;
  await assertRejects(() => run.result, SessionSuspendedError);
  await assertRejects(() => session.prompt("More"), SessionStateError, "closed");
  const next = await all.open();
  assertEquals(next.status, "running");
  const resumed = await next.continue();
  assertEquals((await resumed.result).content, "2");
  assert(!historyOf(next).some((text) => text.includes("was ended before")));
  const types = [];
  for await (const { type, index } of next.events()) assertEquals(types.push(type), index + 1);
  assertEquals(types.filter((type) => type === "run_resumed").length, 1);
});

Deno.test("session.continue() needs the schema of an answer again", async () => {
  const { entered, enter } = gate();
  const output = z.object({ total: z.number() });
  await using all = world(
    [cell(`await enter()`), cell(`await finish({ total: 42 })`)],
    { injects: { functions: { enter } } },
  );
  const session = await all.open();
  await session.prompt("Sum", { output });
  await entered;
  await session.close();
  const next = await all.open();
  await assertRejects(() => next.continue(), TypeError, "needs the schema again");
  const run = await next.continue({ output });
  assertEquals((await run.result).output, { total: 42 });
});

Deno.test("a run fails with its reason in the session, and the next question is answered", async () => {
  await using all = world([{ content: "no such model", status: 400 }, "fine"]);
  const session = await all.open();
  const run = await session.prompt("Go");
  await assertRejects(() => run.result, Error, "no such model");
  assertEquals(session.status, "failed");
  assertMatch((await eventOf(session, "run_end")).reason!, /no such model/);
  assertEquals(await ask(session, "Again"), "fine");
});

Deno.test("limits of a run hold over its processes", async () => {
  const { entered, enter } = gate();
  await using all = world([cell(`1`), cell(`await enter()`), "never"], {
    injects: { functions: { enter: defineFunction(enter, { effect: "read" }) } },
  });
  const session = await all.open();
  await session.prompt("Go", { maxSteps: 2, maxTokens: Infinity });
  await entered;
  await session.close();
  const next = await all.open();
  const result = await (await next.continue()).result;
  assertEquals([result.status, result.limit, result.steps], ["exhausted", "steps", 2]);
  assertMatch(historyOf(next).at(-1)!, /It made no call of a function that can change something/);
});

Deno.test("a session goes on after calls of tools that were cut off, with a result for each", async () => {
  const { entered, enter } = gate();
  const calls: string[] = [];
  const tools = {
    note: ({ text }: { text: string }) => {
      calls.push(text);
      return "noted";
    },
    wait: enter,
  };
  const toolCalls = [
    { name: "note", arguments: { text: "a" } },
    { name: "wait", arguments: {} },
    { name: "note", arguments: { text: "b" } },
  ];
  await using all = world([{ content: "", toolCalls }, "done"], { tools, cells: "off" });
  const session = await all.open();
  await session.prompt("Go");
  await entered;
  await session.close();
  const next = await all.open();
  assertEquals((await (await next.continue()).result).content, "done");
  const results = next.messages.map(({ message }) => message)
    .filter(({ role }) => role === "tool_result").map(({ content }) => content);
  assertEquals([calls, results.length, results[0]], [["a"], 3, "noted"]);
  assertMatch(results[1]!, /note\(\{"text":"a"\}\): has happened[^]*wait\(.*\): began/);
  assertMatch(results[2]!, /Not called: the run was cut off before/);
});
