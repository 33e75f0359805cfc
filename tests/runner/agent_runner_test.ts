/** Runs: their ends, attempts, cancellation, take-overs, and their logs. */

import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { CaveAgent } from "../../src/cave_agent.ts";
import type { Agent } from "../../src/agent/agent.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import {
  type AgentFunction,
  AgentRegistry,
  PermanentError,
} from "../../src/runner/agent_registry.ts";
import { AgentRunner, type AgentRunnerOptions } from "../../src/runner/agent_runner.ts";
import { deleteRuns, listRuns } from "../../src/runner/manage_runs.ts";
import type { RunContext } from "../../src/runner/run_context.ts";
import type { RunnerEvent } from "../../src/runner/run_record.ts";
import { type Store, StoreConflictError } from "../../src/store/store.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { onStores } from "../repositories/setup.ts";

function runnerOf(
  store: Store,
  agents: Record<string, AgentFunction>,
  options: AgentRunnerOptions = {},
) {
  const runner = new AgentRunner({ store, retryBaseMs: 0, ...options });
  for (const [key, agent] of Object.entries(agents)) runner.registry.register(key, agent);
  return runner;
}

async function eventsOf(runner: AgentRunner, id: string): Promise<RunnerEvent[]> {
  return await Array.fromAsync(runner.events(id));
}

async function typesOf(runner: AgentRunner, id: string): Promise<string[]> {
  return (await eventsOf(runner, id)).map(({ type }) => type);
}

/** Agents with the status in which their runs end, the error, and the number of attempts. */
const ENDS: readonly [string, AgentFunction, string, RegExp, number][] = [
  ["returns", ({ input }) => ({ input }), "completed", /^$/, 1],
  ["returns nothing", () => {}, "completed", /^$/, 1],
  ["throws", () => Promise.reject(new TypeError("broken")), "failed", /TypeError: broken/, 3],
  ["throws text", () => Promise.reject("broken"), "failed", /string: broken/, 3],
  ["gives up", () => Promise.reject(new PermanentError("no")), "failed", /PermanentError: no/, 1],
  ["returns a function", () => () => 1, "failed", /function/, 1],
  ["returns a date", () => new Date(), "failed", /is a Date/, 1],
  ["emits run_end", (c) => c.emit("run_end"), "failed", /the runner writes those itself/, 3],
  ["emits a function", (c) => c.emit("x", { f: (() => 1) as never }), "failed", /JSON/, 3],
  ["stores a map", (c) => c.checkpoint(new Map() as never), "failed", /is a Map/, 3],
  ["aborts by itself", () => AbortSignal.abort().throwIfAborted(), "failed", /AbortError/, 3],
];

onStores("every run ends with run_end, however it ends", async ({ store }) => {
  await using runner = runnerOf(store, Object.fromEntries(ENDS.map(([name, fn]) => [name, fn])));
  for (const [name, , status, error, attempts] of ENDS) {
    const outcome = await runner.run(name, { input: [1] });
    const text = outcome.error === undefined
      ? ""
      : `${outcome.error.type}: ${outcome.error.message}`;
    assertEquals([name, outcome.status, outcome.attempts], [name, status, attempts]);
    assertMatch(text, error, name);
    const events = await eventsOf(runner, outcome.id);
    assertEquals(events.map(({ index }) => index), events.map((_, i) => i));
    assertEquals([events[0]!.type, events.at(-1)!.type], ["run_start", "run_end"]);
    assertEquals(events.filter(({ type }) => type === "run_retry").length, attempts - 1);
    assertEquals(events.at(-1)!.data.status, status);
    assertEquals((await runner.get(outcome.id))?.status, status);
    assertEquals((await store.read(`run-events/${outcome.id}`)).ended, true);
  }
  assertEquals((await runner.run("returns", { input: [1] })).output, { input: [1] });
});

onStores("an agent that is not registered is an outcome and an event", async ({ store }) => {
  await using runner = runnerOf(store, { writer: () => 1 });
  const { id, status, error } = await runner.run("writr");
  assertEquals([status, error?.type], ["failed", "UnknownAgentError"]);
  assertMatch(error!.message, /did you mean "writer"\?/);
  assertEquals(await typesOf(runner, id), ["run_start", "run_end"]);
  assertEquals((await runner.get(id))?.status, "failed");
});

Deno.test("attempts wait longer each time, and say so; a checkpoint outlives them", async () => {
  using clock = new FakeClock();
  await using store = new MemoryStore();
  const states: unknown[] = [];
  await using runner = runnerOf(store, {
    flaky: async (context) => {
      states.push(context.state);
      const state = { attempt: context.attempt, list: [1] };
      await context.checkpoint(state);
      state.list.push(2);
      if (context.attempt < 4) throw new Error(`no. ${context.attempt}`);
      return "done";
    },
  }, {
    retryBaseMs: 2_000,
    maxAttempts: 4,
    retryMaxMs: 5_000,
    heartbeatMs: 1e9,
    leaseMs: Infinity,
  });
  const { id, result } = await runner.start("flaky");
  while (await clock.next()) { /* waits */ }
  assertEquals((await result).output, "done");
  const retries = (await eventsOf(runner, id)).filter(({ type }) => type === "run_retry");
  assertEquals(retries.map(({ data }) => data.delayMs), [2_000, 4_000, 5_000]);
  assertEquals((retries[1]!.data.error as { message: string }).message, "no. 2");
  assertEquals(states, [undefined, ...[1, 2, 3].map((attempt) => ({ attempt, list: [1] }))]);
});

Deno.test("the time limit ends an attempt that hears no signal, and its late writes are refused", async () => {
  using clock = new FakeClock();
  await using store = new MemoryStore();
  const late = Promise.withResolvers<unknown>();
  const seen: RunContext[] = [];
  await using runner = runnerOf(store, {
    deaf: (context) => {
      seen.push(context);
      return new Promise((resolve) => setTimeout(resolve, 10_000)).then(() =>
        context.emit("late").catch(late.resolve)
      );
    },
  }, { runTimeoutMs: 5_000, heartbeatMs: 2_000, leaseMs: 4_000 });
  const { id, result } = await runner.start("deaf");
  await clock.advance(5_000);
  const outcome = await result;
  assertEquals([outcome.status, outcome.limit, outcome.attempts], ["exhausted", "time", 1]);
  assertMatch(outcome.error!.message, /5000 ms/);
  assertEquals(seen[0]!.cancelled, true);
  await clock.advance(5_000);
  assertMatch(((await late.promise) as Error).message, /is over/);
  assertEquals(await typesOf(runner, id), ["run_start", "heartbeat", "heartbeat", "run_end"]);
});

/** Moments at which a run is cancelled. */
const MOMENTS: readonly [string, boolean][] = [["within an attempt", false], ["between two", true]];

for (const [moment, fails] of MOMENTS) {
  onStores(`cancel() ends a run ${moment}, and cancelled is true`, async ({ store }) => {
    const begun = Promise.withResolvers<RunContext>();
    const cleaned: boolean[] = [];
    await using runner = new AgentRunner({ store, retryBaseMs: 1e9, retryMaxMs: 1e9 });
    runner.registry.register("long", {
      run: (context: RunContext) => {
        begun.resolve(context);
        return fails ? Promise.reject(new Error("fails")) : new Promise(() => {});
      },
      cancel: ({ cancelled }) => cleaned.push(cancelled),
    });
    const { id, result } = await runner.start("long");
    const context = await begun.promise;
    assertEquals(context.cancelled, false);
    if (fails) {
      for await (const { type } of runner.events(id)) if (type === "run_retry") break;
    }
    assertEquals(await runner.cancel(id, "Not needed"), true);
    const { status, error } = await result;
    assertEquals([status, error?.message, context.cancelled], ["cancelled", "Not needed", true]);
    assertEquals(cleaned.length <= 1, true);
    assertEquals(await runner.cancel(id), false);
    assertEquals((await typesOf(runner, id)).at(-1), "run_end");
    assertEquals(await runner.cancel("none"), false);
  });
}

Deno.test("the signal of the caller cancels: before, midway, after, and two runs at once", async () => {
  await using store = new MemoryStore();
  let begun = Promise.withResolvers<void>();
  await using runner = runnerOf(store, {
    long: ({ signal }) => {
      begun.resolve();
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    },
    short: () => 1,
  });
  assertEquals((await runner.run("long", { signal: AbortSignal.abort() })).status, "cancelled");
  const midway = new AbortController();
  begun = Promise.withResolvers();
  const both = [1, 2].map(() => runner.run("long", { signal: midway.signal }));
  await begun.promise;
  midway.abort(new Error("enough"));
  for (const { status, error } of await Promise.all(both)) {
    assertEquals([status, error?.message], ["cancelled", "enough"]);
  }
  const after = new AbortController();
  const { status } = await runner.run("short", { signal: after.signal });
  after.abort();
  assertEquals(status, "completed");
});

onStores(
  "another process cancels a run, which sees it at its next write",
  async ({ store, open }) => {
    const go = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await using one = runnerOf(store, {
      long: async (context) => {
        begun.resolve();
        await go.promise;
        await context.emit("note");
        return await new Promise(() => {});
      },
    });
    await using two = runnerOf(open(), {});
    const { id, result } = await one.start("long");
    await begun.promise;
    assertEquals(await two.cancel(id, "from elsewhere"), true);
    go.resolve();
    const { status, error } = await result;
    assertEquals([status, error?.message], ["cancelled", "from elsewhere"]);
  },
);

onStores(
  "a run whose process is gone is taken over from its checkpoint, by one",
  async ({ store, open }) => {
    const agents: Record<string, AgentFunction> = {
      long: async (context) => {
        if (context.state !== undefined) return { from: context.state };
        await context.checkpoint({ row: 7 });
        await context.emit("stored");
        return await new Promise(() => {});
      },
    };
    const one = runnerOf(store, agents);
    const { id, result } = await one.start("long");
    for await (const { type } of one.events(id)) if (type === "stored") break;
    await assertRejects(
      () => runnerOf(store, agents).resume(id),
      RangeError,
      "a process has it until",
    );
    const closed = assertRejects(() => result, Error, "The runner was closed");
    await one.close();
    await closed;
    await assertRejects(() => one.start("long"), TypeError, "the runner is closed");

    const others = [runnerOf(store, agents), runnerOf(open(), agents)];
    const taken = (await Promise.all(others.map((runner) => runner.recover()))).flat();
    assertEquals(taken.length, 1);
    const outcome = await taken[0]!.result;
    assertEquals([outcome.status, outcome.output], ["completed", { from: { row: 7 } }]);
    const types = await typesOf(others[0]!, id);
    assertEquals(types, ["run_start", "checkpoint", "stored", "run_resumed", "run_end"]);
    await assertRejects(() => others[0]!.resume(id), RangeError, "it is completed");
    await assertRejects(() => others[0]!.resume("none"), RangeError, "no such run");
    for (const runner of others) await runner.close();
  },
);

onStores(
  "a run that was taken over, or deleted, is lost to its first process",
  async ({ store, open }) => {
    for (const loss of ["taken", "deleted"] as const) {
      const go = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      let first = true;
      const agents: Record<string, AgentFunction> = {
        long: async (context) => {
          if (!first) return "second";
          first = false;
          begun.resolve();
          await go.promise;
          await context.emit("too late");
          return "first";
        },
      };
      await using one = runnerOf(store, agents, { heartbeatMs: 1, leaseMs: 2 });
      await using two = runnerOf(open(), agents);
      // A process that is stopped by the machine gives no sign of life.
      using clock = new FakeClock();
      const { id, result } = await one.start("long");
      await begun.promise;
      const lost = assertRejects(
        () => result,
        Error,
        loss === "taken" ? "taken it over" : "deleted",
      );
      const later = Date.now() + 10;
      if (loss === "deleted") assertEquals(await deleteRuns(store, { status: "running" }), 1);
      else {
        clock[Symbol.dispose]();
        using _later = new FakeClock({ now: later });
        assertEquals((await (await two.resume(id)).result).output, "second");
      }
      go.resolve();
      await lost;
      await deleteRuns(store, {});
    }
  },
);

Deno.test("CaveAgents run as agents: their events, their statuses, a factory", async () => {
  await using store = new MemoryStore();
  await using server = new ScriptedServer({
    replies: ["~~~ts\n6 * 7\n~~~", "42", "~~~ts\n1\n~~~", "~~~ts\n2\n~~~"],
  });
  const made: Runtime[] = [];
  const make = (maxSteps: number) => {
    const runtime = new LocalRuntime() as Runtime;
    made.push(runtime);
    return new CaveAgent<Runtime>({ model: server.model(), runtime, maxSteps }) as Agent;
  };
  await using runner = new AgentRunner({ store });
  const agent = make(5);
  runner.registry.register("one", agent);
  runner.registry.register("factory", { agent: () => make(2) });
  const first = await runner.run("one", { input: { messages: [{ role: "user", content: "?" }] } });
  assertEquals([first.status, first.output], ["completed", "42"]);
  const events = await eventsOf(runner, first.id);
  const types = events.map(({ data }) => (data.event as { type?: string } | undefined)?.type);
  assert(types.includes("code") && types.includes("final_response"), types.join());
  const second = await runner.run("factory", { input: "?" });
  assertEquals([second.status, second.limit], ["exhausted", "steps"]);
  await assertRejects(() => made[1]!.execute("1"), TypeError, "closed");
  assertEquals((await runner.run("one", { input: 7 })).error?.type, "PermanentError");
  await agent.runtime.close();
});

Deno.test("runs are listed and deleted by user, agent and status", async () => {
  await using store = new MemoryStore();
  await using runner = runnerOf(store, {
    a: () => 1,
    b: () => Promise.reject(new PermanentError("")),
  });
  for (const user of ["ann", "bob"]) {
    for (const agent of ["a", "b"]) {
      await runner.run(agent, { id: `${user}/${agent}`, user, conversation: "c" });
    }
  }
  const ids = async (filter: Parameters<typeof listRuns>[1]) =>
    (await listRuns(store, filter)).map(({ id }) => id).sort();
  assertEquals(await ids({ user: "ann" }), ["ann/a", "ann/b"]);
  assertEquals(await ids({ status: "failed" }), ["ann/b", "bob/b"]);
  assertEquals(await ids({ agent: "a", conversation: "c", before: Date.now() + 1 }), [
    "ann/a",
    "bob/a",
  ]);
  assertEquals(await deleteRuns(store, { user: "ann" }), 2);
  assertEquals(await ids({}), ["bob/a", "bob/b"]);
  assertEquals((await store.read("run-events/ann%2Fa")).entries, []);
});

Deno.test("start() and the registry refuse what is wrong", async () => {
  await using store = new MemoryStore();
  await using runner = runnerOf(store, { a: () => 1 });
  await runner.run("a", { id: "x" });
  await assertRejects(() => runner.start("a", { id: "x" }), StoreConflictError);
  await assertRejects(() => runner.start("a", { id: "" }), TypeError, "0 characters");
  await assertRejects(() => runner.start("a", { inptu: 1 } as never), TypeError, "inptu");
  await assertRejects(() => runner.start(7 as never), TypeError, "no name");
  await assertRejects(() => eventsOf(runner, "none"), RangeError, "no such run");
  assertThrows(() => new AgentRunner({ maxAttempt: 1 } as never), TypeError, `"maxAttempts"`);
  await store.commit([{ kind: "set", key: "runs/y", value: { format: 2, id: "y", events: 0 } }]);
  await assertRejects(() => runner.get("y"), RangeError, "format 2");
  await store.commit([{ kind: "set", key: "runs/y", value: "text" }]);
  await assertRejects(() => runner.get("y"), TypeError, "something else");
  const registry = new AgentRegistry();
  assertThrows(() => registry.register("", () => 1), TypeError, "empty");
  assertThrows(() => registry.register("a", {} as never), TypeError, "neither");
  registry.register("a", () => 1);
  registry.clear();
  assertEquals(registry.list(), []);
  assertThrows(() => registry.get("constructor"), RangeError, "the agents are none");
});
