import { assert, assertEquals, assertThrows } from "@std/assert";
import type { AgentEvent } from "../../src/agent/record/event.ts";
import { CaveAgent } from "../../src/cave_agent.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { listSessions } from "../../src/session/manage_sessions.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { subTaskTools } from "../../src/tools/sub_tasks/sub_task_tools.ts";

function cell(code: string): string {
  return `~~~ts\n${code}\n~~~`;
}

for (const isKept of [false, true]) {
  Deno.test(`agents.batch returns results in order, each of ${isKept ? "a session" : "a run"} of its own`, async () => {
    await using store = new MemoryStore();
    await using inner = new ScriptedServer({ replies: ["first", "second", "third"] });
    await using outer = new ScriptedServer({
      replies: [
        cell(`const one = await agents.run("helper", "Do it", { output: "a word", withGoal: true });
const many = await agents.batch("helper", ["a", "b"]);
let unknown;
try { await agents.run("stranger", "x"); } catch (error) { unknown = error.name; }`),
        "Done.",
      ],
    });
    const made: string[] = [];
    const tools = subTaskTools({
      helper: {
        description: "Helps",
        make: ({ id }) => {
          made.push(id);
          return new CaveAgent({ model: inner.model(), runtime: new LocalRuntime() });
        },
      },
    }, isKept ? { store, maxConcurrent: 1 } : { maxConcurrent: 1 });
    await using runtime = new LocalRuntime();
    await tools.inject(runtime);
    const agent = new CaveAgent({ model: outer.model(), runtime });
    const run = agent.stream("The goal", { id: "parent" });
    const events: AgentEvent[] = [];
    for await (const event of run) events.push(event);
    const result = await run.result;
    assertEquals(result.status, "completed");
    const ids = ["parent.helper.1", "parent.helper.2", "parent.helper.3"];
    assertEquals(made, ids);
    const expected = ["first", "second", "third"].map((answer, i) => ({
      id: ids[i],
      agent: "helper",
      status: "completed",
      answer,
    }));
    assertEquals(await runtime.retrieve("one"), expected[0]);
    assertEquals(await runtime.retrieve("many"), expected.slice(1));
    assertEquals(await runtime.retrieve("unknown"), "TypeError");
    const first = JSON.stringify(inner.requests[0]);
    assert(first.includes("The goal") && first.includes("The answer has to be: a word"));
    const children = events.filter((event) => event.type === "child_event");
    assert(children.length > 0 && children.every(({ event }) => event.parent === "parent"));
    assertEquals(tools.open.size, 0);
    if (!isKept) return;
    const sessions = await listSessions(store);
    assertEquals(sessions.map(({ id }) => id).sort(), ids);
  });
}

Deno.test("agents.run can be steered and cancelled from outside, and stops with its parent", async () => {
  const began: PromiseWithResolvers<void>[] = [0, 1].map(() => Promise.withResolvers<void>());
  let count = 0;
  const waiting = () => {
    began[count++]?.resolve();
    return new Promise<void>((_, reject) =>
      stopped.signal.addEventListener("abort", () => reject(new Error("x")))
    );
  };
  const stopped = new AbortController();
  await using inner = new ScriptedServer({
    replies: [cell("await waiting()"), cell("await waiting()")],
  });
  await using outer = new ScriptedServer({
    replies: [
      cell(`const first = await agents.run("helper", "x");`),
      cell(`const second = await agents.run("helper", "x");`),
    ],
  });
  const tools = subTaskTools({
    helper: {
      description: "Helps",
      make: () =>
        new CaveAgent({
          model: inner.model(),
          runtime: new LocalRuntime({ functions: { waiting } }),
        }),
    },
  });
  await using runtime = new LocalRuntime();
  await tools.inject(runtime);
  const stop = new AbortController();
  const agent = new CaveAgent({ model: outer.model(), runtime });
  const run = agent.stream("Work", { id: "p", signal: stop.signal });
  await began[0]!.promise;
  const task = tools.open.get("p.helper.1")!;
  await task.steer("Hurry");
  task.cancel("Not needed");
  await began[1]!.promise;
  assertEquals(await runtime.retrieve("first"), {
    id: "p.helper.1",
    agent: "helper",
    status: "cancelled",
    answer: "",
    reason: "Not needed",
  });
  stop.abort(new Error("enough"));
  let message = "";
  await run.result.catch((error) => message = error.message);
  assertEquals(message, "enough");
  stopped.abort();
  while (tools.open.size > 0) await new Promise((resolve) => setTimeout(resolve, 0));
});

Deno.test("agents.handOff makes the answer of another agent that of the run", async () => {
  await using inner = new ScriptedServer({ replies: ["The other's answer"] });
  await using outer = new ScriptedServer({
    replies: [cell(`await agents.handOff("expert", "Take over")`)],
  });
  const tools = subTaskTools({
    expert: {
      description: "Knows",
      make: () => new CaveAgent({ model: inner.model(), runtime: new LocalRuntime() }),
    },
  });
  await using runtime = new LocalRuntime();
  await tools.inject(runtime);
  const { status, content } = await new CaveAgent({ model: outer.model(), runtime }).run("Work");
  assertEquals([status, content], ["completed", "The other's answer"]);
});

Deno.test("subTaskTools() refuses agents that make no sense", () => {
  const make = () => new CaveAgent({ model: undefined as never });
  for (
    const agents of [{}, { "a b": { description: "x", make } }, { a: { make } }, {
      a: { description: "x" },
    }]
  ) {
    assertThrows(() => subTaskTools(agents as never), TypeError);
  }
});
