/** Sub-tasks on workers: the same results and events as inline, in sessions that outlive a process. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { AgentEvent } from "../../src/agent/record/event.ts";
import { CaveAgent } from "../../src/cave_agent.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { openRepositories } from "../../src/repositories/repositories.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { openSession } from "../../src/session/open_session.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { joinTools } from "../../src/tools/family/tool_family.ts";
import { type OpenSubTask, subTaskTools } from "../../src/tools/sub_tasks/sub_task_tools.ts";
import { todoTools } from "../../src/tools/todo_tools.ts";
import { until } from "../until.ts";
import { type Fleet, fleet } from "../queue/setup.ts";

function cell(code: string): string {
  return `~~~ts\n${code}\n~~~`;
}

function toolsOn(all: Fleet) {
  return subTaskTools({
    helper: { description: "Helps", session: ({ id }) => all.client(id) },
  }, { maxConcurrent: 1 });
}

const CELL = cell(`const one = await agents.run("helper", "Do it");
const many = await agents.batch("helper", ["a", "Do it"]);`);

/** Runs the same parent with sub-tasks in this process, or on two workers. */
async function outcome(isRemote: boolean) {
  const replies = [cell("6 * 7"), "first", cell("6 * 7"), "second", cell("6 * 7"), "third"];
  await using all = fleet(replies, { worker: { concurrency: 1 } });
  await using outer = new ScriptedServer({ replies: [CELL, "Done."] });
  const make = () => new CaveAgent({ model: all.server.model(), runtime: new LocalRuntime() });
  const tools = isRemote
    ? toolsOn(all)
    : subTaskTools({ helper: { description: "Helps", make } }, { maxConcurrent: 1 });
  if (isRemote) all.worker();
  await using runtime = new LocalRuntime();
  await tools.inject(runtime);
  const run = new CaveAgent({ model: outer.model(), runtime }).stream("The goal", { id: "parent" });
  const children: AgentEvent[] = [];
  for await (const event of run) if (event.type === "child_event") children.push(event.event);
  const { usage, status } = await run.result;
  assertEquals([status, tools.open.size, all.errors], ["completed", 0, []]);
  const results = [await runtime.retrieve("one"), await runtime.retrieve("many")].flat() as {
    id: string;
    status: string;
    answer: string;
  }[];
  assert(children.every(({ parent }) => parent === "parent"));
  const ids = [...new Set(children.map(({ run }) => run))];
  assertEquals(ids.sort(), results.map(({ id }) => id).sort());
  const types = ids.map((id) =>
    children.filter(({ run, type }) => run === id && type !== "text").map(({ type }) => type)
  );
  return { answers: results.map(({ status, answer }) => [status, answer]).sort(), types, usage };
}

Deno.test("agents.run and agents.batch do the same inline and on workers", async () => {
  const [inline, remote] = [await outcome(false), await outcome(true)];
  assertEquals(remote.answers, inline.answers);
  assertEquals(remote.types, inline.types);
  assertEquals(remote.usage, inline.usage);
  assertEquals(inline.answers.length, 3);
});

Deno.test("a sub-task on workers is steered by its identifier, and cancelled with its parent", async () => {
  const began = Promise.withResolvers<void>();
  const wait = ({ signal }: { signal: AbortSignal }) => {
    began.resolve();
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
  };
  const functions = { wait: () => wait({ signal: stopped.signal }) };
  const stopped = new AbortController();
  await using all = fleet([cell("await wait()")], { injects: { functions } });
  all.worker();
  await using outer = new ScriptedServer({ replies: [cell(`await agents.run("helper", "x")`)] });
  const tools = toolsOn(all);
  await using runtime = new LocalRuntime();
  await tools.inject(runtime);
  const stop = new AbortController();
  const run = new CaveAgent({ model: outer.model(), runtime })
    .stream("Work", { signal: stop.signal });
  const ended = assertRejects(() => run.result, Error, "enough");
  await began.promise;
  const [{ id, ...task }] = [...tools.open.values()] as [OpenSubTask];
  assertMatch(id, /^task-1\.helper\.[0-9a-f]{24}\.1$/);
  await task.steer("Hurry");
  stop.abort(new Error("enough"));
  await ended;
  await until(() => tools.open.size === 0);
  stopped.abort();
  const client = all.client(id);
  await until(async () => (await client.read()).status === "cancelled");
});

Deno.test("a parent that goes on in another process finds the sub-task that workers do, and no other one", async () => {
  const gate = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const functions = {
    wait: async () => {
      began.resolve();
      await gate.promise;
      return "worked";
    },
  };
  await using all = fleet([cell("await wait()"), "The result", "Another result"], {
    injects: { functions },
  });
  all.worker();
  await using outer = new ScriptedServer({
    replies: [
      cell(`await agents.run("helper", "Do it")`),
      cell(`const again = await agents.run("helper", "Do it");
const other = await agents.run("helper", "Do something else");
[again.answer, other.answer]`),
      "Done.",
    ],
  });
  await using store = new MemoryStore();
  const agent = async () => {
    const runtime = new LocalRuntime();
    await toolsOn(all).inject(runtime);
    return new CaveAgent({ model: outer.model(), runtime });
  };
  const first = await openSession("parent", { store, agent });
  const run = await first.prompt("Work");
  const ended = run.result.catch(() => {});
  await began.promise;
  await first.close();
  await ended;
  gate.resolve();
  await using second = await openSession("parent", { store, agent });
  assertEquals((await (await second.continue()).result).content, "Done.");
  assertMatch(JSON.stringify(outer.requests.at(-1)!.messages), /The result.*Another result/);
  assertEquals(new Set(all.made).size, 2);
});

Deno.test("withSummary tells the list of tasks and the latest work, and depth has a limit", async () => {
  await using all = fleet(["Done by the helper"]);
  all.worker();
  await using store = new MemoryStore();
  const todos = todoTools(openRepositories(store).tasks);
  const tools = subTaskTools({
    helper: { description: "Helps", session: ({ id }) => all.client(id) },
  }, { todos });
  await using outer = new ScriptedServer({
    replies: [
      cell(`await todos.write([{ title: "look", status: "done" }, { title: "act" }]); "noted 17"`),
      cell(`await agents.run("helper", "Act", { withSummary: true, output: "a word" })`),
      "Done.",
      cell(`await agents.run("helper", "Act")`),
      "Refused.",
    ],
  });
  await using runtime = new LocalRuntime();
  await joinTools(todos, tools).inject(runtime);
  const agent = new CaveAgent({ model: outer.model(), runtime });
  await agent.run("The goal");
  const asked = all.server.requests[0]!.messages.at(-1)!.content;
  for (const part of ["The goal", "[done] look", "[open] act", "noted 17", "Act", "a word"]) {
    assert(asked.includes(part), part);
  }
  await agent.run("Again", { id: "task-5.helper.x.1" });
  assertMatch(JSON.stringify(outer.requests.at(-1)!.messages), /more than 5 runs on workers/);
});
