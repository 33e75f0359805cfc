/** Sessions on workers: the same conversation as inline, on two workers that take turns after each step. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { defineAgent } from "../../src/agent/team/define_agent.ts";
import { CaveAgent } from "../../src/cave_agent.ts";
import { defineFunction } from "../../src/inject/host_function.ts";
import type { Model, ModelMessage } from "../../src/model/model.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { SessionClient, type SessionClientOptions } from "../../src/queue/client/session_client.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { openSession } from "../../src/session/open_session.ts";
import { StoreConflictError } from "../../src/store/store.ts";
import { until } from "../until.ts";
import { eventOf, type Fleet, fleet, typesOf } from "./setup.ts";

function cell(code: string): string {
  return `~~~ts\n${code}\n~~~`;
}

const STEPS = [cell("let n = 1; n"), cell("n += 1"), cell("n *= 10; console.log(n)"), "It is 20"];

Deno.test("two workers do the steps of a run in turn, with one namespace", async () => {
  await using all = fleet(STEPS, { worker: { warmSessions: 0 } });
  all.worker();
  all.worker();
  const client = all.client();
  const run = await client.prompt("Count");
  const types = await typesOf(run);
  assertEquals([types[0], types.at(-1)], ["run_start", "run_end"]);
  assertEquals((await run.result).content, "It is 20");
  assertMatch(JSON.stringify(all.server.requests.at(-1)!.messages), /20\\+n/);
  // Without warm sessions, each step makes its agent from the store.
  assertEquals([all.made.length, all.errors], [4, []]);
  const { status, runs, pending } = await client.read();
  assertEquals([status, runs, pending], ["completed", [run.id], []]);
  assertEquals(await all.store.list("work/"), []);
});

Deno.test("a worker goes on with the kernel that it has, and closes the oldest ones beyond its limit", async () => {
  await using all = fleet([...STEPS, ...STEPS, ...STEPS], { worker: { warmSessions: 2 } });
  const worker = all.worker();
  for (const id of ["one", "two", "three"]) {
    const run = await all.client(id).prompt("Count");
    assertEquals((await run.result).content, "It is 20");
  }
  assertEquals(all.made, ["one", "two", "three"]);
  await until(() => worker.load.active === 0);
  assertEquals(worker.load, { active: 0, warm: 2 });
});

Deno.test("a time slice lets a session take several steps in one turn", async () => {
  await using all = fleet(STEPS, { worker: { sliceMs: 60_000 } });
  let claims = 0;
  const claim = all.queue.claim.bind(all.queue);
  all.queue.claim = async (options) => {
    const claimed = await claim(options);
    claims++;
    return claimed;
  };
  all.worker();
  assertEquals((await (await all.client().prompt("Count")).result).content, "It is 20");
  // The first turn records the version of the run, and takes no step.
  assertEquals(claims, 2);
});

for (const others of [0, 1]) {
  Deno.test(`a session ${others ? "gives its place up" : "keeps its place"} after its time if ${others} others wait`, async () => {
    const steps: string[] = [];
    const looked = Promise.withResolvers<void>();
    const work = async (name: string) => {
      steps.push(name);
      if (name === "one 1") await looked.promise;
    };
    const replyTo = (messages: readonly ModelMessage[]) => {
      const name = messages.find(({ content }) => /^(?:one|two)$/.test(content))!.content;
      const step = messages.filter(({ role }) => role === "assistant").length + 1;
      return step > 2 ? "done" : cell(`await work("${name} ${step}")`);
    };
    const model: Model = {
      async *stream(messages) {
        yield { type: "text", text: await Promise.resolve(replyTo(messages)) };
        yield { type: "end", finishReason: "stop" };
      },
    };
    const make = () => new CaveAgent({ model, runtime: new LocalRuntime({ functions: { work } }) });
    await using all = fleet([]);
    const counts = all.queue.counts.bind(all.queue);
    all.queue.counts = async () => {
      const found = await counts();
      looked.resolve();
      return found;
    };
    const names = ["one", "two"].slice(0, 1 + others);
    const runs = await Promise.all(names.map((id) => all.client(id).prompt(id)));
    all.worker({ agents: [{ agent: "a", make }], sliceMs: 1, concurrency: 1 });
    for (const run of runs) assertEquals((await run.result).content, "done");
    if (others === 0) assertEquals(steps, ["one 1", "one 2"]);
    else assert(steps.indexOf("two 1") < steps.indexOf("one 2"), steps.join());
    const ends = await typesOf(all.client("one").events());
    // A session that goes on with the kernel that it has is not resumed.
    assertEquals([ends.includes("run_resumed"), all.errors], [false, []]);
  });
}

Deno.test("questions that wait are asked one after another, and one identifier is one question", async () => {
  await using all = fleet(["one", "two", "three"]);
  all.worker({ isIdle: true });
  const client = all.client();
  const first = await client.prompt("First", { id: "run-1" });
  assertEquals((await client.prompt("First", { id: "run-1" })).id, "run-1");
  await client.followUp("Second");
  await client.steer("By the way");
  all.worker();
  assertEquals((await first.result).content, "one");
  await until(async () => (await client.read()).runs.length === 2);
  assertEquals(await typesOf(client.events()).then((types) => types.at(-1)), "run_end");
  const asked = all.server.requests.map(({ messages }) => messages.at(-1)!.content);
  assertEquals(asked.length, 2);
  assertEquals(asked, ["First\n\nBy the way", "Second"]);
  // A question that was answered is not asked again.
  assertEquals((await (await client.prompt("First", { id: "run-1" })).result).content, "one");
  assertEquals((await client.read()).runs.length, 2);
});

/** A fleet in which payments need an approval, and the calls that were made. */
function bank(replies: string[], waitMs: number): Fleet & { readonly calls: unknown[][] } {
  const calls: unknown[][] = [];
  const pay = defineFunction((amount: number) => {
    calls.push([amount]);
    return `paid ${amount}`;
  }, { approval: true });
  const injects = { functions: { pay } };
  return Object.assign(fleet(replies, { injects, askUser: true, worker: { waitMs } }), { calls });
}

const PAY = [cell("const paid = await pay(7); paid"), "done"];

for (const [name, waitMs] of [["held", 60_000], ["parked", 0]] as const) {
  Deno.test(`an approval reaches a cell that is ${name}, once`, async () => {
    await using all = bank(PAY, waitMs);
    all.worker();
    all.worker();
    const client = all.client();
    const run = await client.prompt("Pay");
    const { id } = await eventOf(run, "approval_request");
    if (waitMs === 0) await until(async () => await all.queue.get("s") === undefined);
    assertEquals((await client.read()).pending.map((request) => request.id), [id]);
    await assertRejects(() => client.approve("none", { allow: true }), RangeError, id);
    await client.approve(id, { allow: true, input: [5] });
    assertEquals((await run.result).content, "done");
    assertEquals(all.calls, [[5]]);
    const shown = JSON.stringify(all.server.requests.at(-1)!.messages);
    assertMatch(shown, waitMs === 0 ? /has happened, and returned/ : /paid 5/);
    await assertRejects(() => client.approve(id, { allow: true }), RangeError, "none");
    assertEquals([await all.store.list("work/"), all.errors], [[], []]);
  });

  Deno.test(`an answer reaches a cell that is ${name}`, async () => {
    await using all = bank([cell(`await askUser("Who?")`), "Hello Ann"], waitMs);
    all.worker();
    const client = all.client();
    const run = await client.prompt("Greet");
    await eventOf(run, "ask_user");
    if (waitMs === 0) await until(async () => await all.queue.get("s") === undefined);
    await client.answer("Ann");
    assertEquals((await run.result).content, "Hello Ann");
    assertMatch(JSON.stringify(all.server.requests.at(-1)!.messages), /Ann/);
  });

  Deno.test(`a refusal and a cancellation reach a cell that is ${name}`, async () => {
    await using all = bank([PAY[0]!, PAY[0]!], waitMs);
    all.worker();
    const client = all.client();
    const run = await client.prompt("Pay");
    const { id } = await eventOf(run, "approval_request");
    await client.approve(id, { allow: false, reason: "too much" });
    for await (const event of run) {
      if (event.type === "approval_request" && event.id !== id) break;
    }
    await client.followUp("And then?");
    await client.cancel("enough");
    const error = await assertRejects(() => run.result) as Error;
    assertMatch(error.message, /cancelled: enough/);
    assertEquals([all.calls, (await client.read()).status], [[], "cancelled"]);
    assertEquals((await client.read()).queues.followUps, []);
  });
}

Deno.test("a message reaches a run in the middle of a step, and the model reads it with the next one", async () => {
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const injects = {
    functions: {
      wait: async () => {
        reached.resolve();
        await go.promise;
      },
    },
  };
  await using all = fleet([cell("await wait()"), "done"], { injects });
  all.worker();
  const client = all.client();
  const run = await client.prompt("Work");
  await reached.promise;
  await client.steer("Be brief");
  await until(async () => (await client.read()).queues.steering.length > 0);
  go.resolve();
  assertEquals((await run.result).content, "done");
  assertMatch(JSON.stringify(all.server.requests.at(-1)!.messages), /Be brief/);
  assert((await typesOf(run)).includes("steered"));
});

Deno.test("a cancellation stops a run in the middle of a step, and one of the job does so too", async () => {
  for (const cancel of ["session", "job", "before"] as const) {
    const reached = Promise.withResolvers<void>();
    const injects = {
      functions: {
        wait: () => {
          reached.resolve();
          return new Promise(() => {});
        },
      },
    };
    await using all = fleet([cell("await wait()")], { injects });
    const client = all.client();
    const run = await client.prompt("Work");
    if (cancel === "before") await client.cancel("stop");
    all.worker();
    if (cancel !== "before") await reached.promise;
    if (cancel === "session") await client.cancel("stop");
    if (cancel === "job") await all.queue.cancel("s", "stop");
    const error = await assertRejects(() => run.result) as Error;
    assertMatch(error.message, cancel === "before" ? /cancelled/ : /cancelled: stop/);
    await until(async () => await all.queue.get("s") === undefined);
    assertEquals(all.errors, []);
  }
});

Deno.test("sub-agents of a cell work on a worker, and their events are in the run", async () => {
  await using inner = new ScriptedServer({ replies: ["three vowels"] });
  const counter = defineAgent(
    () => new CaveAgent({ model: inner.model(), runtime: new LocalRuntime() }),
    { description: "Counts vowels" },
  );
  const injects = { variables: { counter } };
  await using all = fleet([cell(`(await counter.run("a quiet")).content`), "3"], { injects });
  all.worker();
  const run = await all.client().prompt("Count");
  const types = await typesOf(run);
  assert(types.includes("child_event"), types.join());
  assertEquals((await run.result).content, "3");
});

Deno.test("a worker that drains hands its session over after the step, and nothing is uncertain", async () => {
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  let calls = 0;
  const injects = {
    functions: {
      wait: async () => {
        calls++;
        reached.resolve();
        await go.promise;
      },
    },
  };
  await using all = fleet([cell("let n = 1; await wait(); n"), cell("n + 1"), "2"], {
    injects,
    worker: { sliceMs: 60_000 },
  });
  const first = all.worker();
  const run = await all.client().prompt("Work");
  await reached.promise;
  const closed = first.close();
  go.resolve();
  await closed;
  assertEquals((await all.queue.get("s"))?.state, "waiting");
  all.worker();
  assertEquals((await run.result).content, "2");
  assertEquals([calls, all.made], [1, ["s", "s"]]);
  const shown = JSON.stringify(all.server.requests.at(-1)!.messages);
  assert(!shown.includes("was ended before"), shown);
});

Deno.test("a run goes on with the version that has begun it", async () => {
  await using all = fleet([STEPS[0]!, "other", ...STEPS.slice(1)]);
  const make = (version: string) => {
    const made: string[] = [];
    const agents = [{
      agent: "a",
      version,
      make: ({ session }: { session: string }) => {
        made.push(session);
        const runtime = new LocalRuntime();
        return new CaveAgent({ model: all.server.model(), runtime });
      },
    }];
    return { made, agents };
  };
  const [one, two, both] = [make("1"), make("2"), make("2")];
  const first = all.worker({ agents: one.agents, isIdle: true });
  const client = all.client();
  const run = await client.prompt("Count");
  // The first worker takes one step, and goes.
  const release = all.queue.release.bind(all.queue);
  const released = Promise.withResolvers<void>();
  all.queue.release = async (claim, options) => {
    await release(claim, options);
    if (claim.job.version === undefined) return;
    all.queue.release = release;
    released.resolve();
    void first.close();
  };
  first.start();
  await released.promise;
  await first.close();
  const second = all.worker({ agents: two.agents });
  assertEquals((await all.queue.get("s"))?.version, "1");
  const other = await all.client("other").prompt("Count");
  assertEquals((await other.result).content, "other");
  await second.close();
  assertEquals(two.made, ["other"]);
  all.worker({ agents: [{ ...both.agents[0]!, accepts: ["1"] }] });
  assertEquals((await run.result).content, "It is 20");
  assertEquals([one.made, both.made], [["s"], ["s"]]);
});

Deno.test("a session that the queue has lost is found again", async () => {
  await using all = fleet(["found"]);
  const client = all.client();
  const enqueue = all.queue.enqueue.bind(all.queue);
  all.queue.enqueue = () => Promise.resolve(true);
  const run = await client.prompt("Are you there?");
  assertEquals(await all.queue.list(), []);
  all.queue.enqueue = enqueue;
  all.worker({ sweepMs: 5 });
  assertEquals((await run.result).content, "found");
});

Deno.test("a session that another process writes meanwhile is opened again", async () => {
  await using all = fleet(STEPS);
  all.worker();
  const client = all.client();
  const run = await client.prompt("Count");
  await eventOf(run, "execution_output");
  await run.result;
  // The warm session of the worker is out of date now.
  await using other = await openSession("s", { store: all.store, agent: () => Promise.reject() });
  await other.followUp("More");
  await other.clearQueues();
  await client.followUp("Again");
  await until(async () => (await client.read()).runs.length === 2);
  await typesOf(client.events());
  assertEquals(all.made.length, 2);
  assertEquals(all.errors.filter((error) => !(error instanceof StoreConflictError)), []);
});

Deno.test("SessionClient refuses what is wrong", async () => {
  await using all = fleet(["one"]);
  const { store, queue } = all;
  const client = all.client();
  await assertRejects(() => client.prompt(" "), TypeError, "empty");
  await assertRejects(() => client.prompt("x", { maxStep: 1 } as never), TypeError, "maxSteps");
  await assertRejects(() => client.prompt("x", { maxSteps: 0 }), RangeError, "maxSteps");
  await assertRejects(() => client.prompt("x", { id: "" }), TypeError, "id is");
  await assertRejects(
    () => client.prompt("x", { budget: { maxToken: 1 } as never }),
    TypeError,
    "maxTokens",
  );
  await assertRejects(() => client.prompt("x", { budget: { maxCost: 0 } }), RangeError, "maxCost");
  await assertRejects(() => client.answer("x"), RangeError, "no open request");
  await assertRejects(() => client.approve("x", {} as never), TypeError, "allow");
  await assertRejects(
    () => client.approve("x", { allow: true, input: [() => 1] }),
    TypeError,
    "functions",
  );
  await assertRejects(() => Array.fromAsync(client.events()), RangeError, "none yet");
  for (
    const [id, options] of [
      ["", { store, queue, agent: "a" }],
      ["x".repeat(101), { store, queue, agent: "a" }],
      ["x", { store, queue, agent: "a/b" }],
      ["x", { store, queue, agent: "a", agents: [] }],
    ] as [string, SessionClientOptions][]
  ) {
    await assertRejects(
      () => Promise.try(() => new SessionClient(id, options)),
      TypeError,
      "Cannot ",
    );
  }
  assertEquals(await store.list(""), []);
});
