/** Agents that call agents, and several on one runtime. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CaveAgent } from "../../../src/cave_agent.ts";
import { defineAgent } from "../../../src/agent/team/define_agent.ts";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import { ScriptedServer } from "../../../src/model/testing/scripted_server.ts";
import { cell, dialogues, eventsOf, ofType, setup } from "../setup.ts";

Deno.test("defineAgent() lets cells call an agent, whose events and totals belong to the run", async () => {
  await using server = new ScriptedServer({ replies: [cell("1 + 1"), "Two"] });
  await using inner = new LocalRuntime();
  const child = new CaveAgent({ model: server.model(), runtime: inner });
  const runtime = new DenoRuntime({
    variables: { child: defineAgent(child, { description: "Adds" }) },
  });
  await using context = setup([cell("await child.run('Add 1 and 1')"), "It is two."], { runtime });
  const run = context.agent.stream("Go");
  const result = await run.result;
  assertEquals(result.content, "It is two.");
  assertStringIncludes(dialogues(context.server)[1]!.at(-1)!, 'content: "Two"');
  assertStringIncludes(context.server.requests[0]!.messages[0]!.content, "run(task: string)");
  const events = await eventsOf(run);
  const children = ofType(events, "child_event").map(({ event }) => event);
  assertEquals(children.at(-1)!.type, "final_response");
  assert(children.every((event) => event.parent === run.id && event.run !== run.id));
  assertEquals(children.map(({ index }) => index), children.map((_, i) => i));
  assertEquals(JSON.parse(JSON.stringify(events)), events);
  const own = ofType(events, "usage").reduce((sum, { usage }) => sum + usage.totalTokens, 0);
  const theirs = children.reduce(
    (sum, event) => sum + (event.type === "usage" ? event.usage.totalTokens : 0),
    0,
  );
  assert(theirs > 0);
  assertEquals(result.usage.totalTokens, own + theirs);
});

Deno.test("defineAgent() maps tasks over agents, a limited number at once", async () => {
  let now = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  const make = () => ({
    async run(task: string) {
      most = Math.max(most, ++now);
      if (now === 2) gate.resolve();
      await gate.promise;
      now--;
      if (task === "task 3") throw new RangeError("Not that one");
      return { status: "completed", content: task } as never;
    },
  });
  const runtime = new DenoRuntime({
    variables: { child: defineAgent(make, { maxConcurrent: 2, maxTasks: 6 }) },
  });
  const code =
    "const results = await child.map(Array.from({ length: 6 }, (_, i) => `task ${i}`));\nresults.map(({ content, reason }) => content || reason).join()";
  await using context = setup([cell(code), cell("await child.map(Array(7).fill('x'))"), "Done"], {
    runtime,
  });
  await context.agent.run("Go");
  assertStringIncludes(
    dialogues(context.server)[1]!.at(-1)!,
    "task 0,task 1,task 2,Not that one,task 4,task 5",
  );
  assertStringIncludes(dialogues(context.server)[2]!.at(-1)!, "a list of at most 6 texts");
  assertEquals(most, 2);
});

Deno.test("Agents refuse to wait for themselves", async () => {
  await using server = new ScriptedServer({ replies: () => cell("(await again('x')).content") });
  const agents: CaveAgent[] = [];
  const again = (task: string) => agents[0]!.run(task);
  const runtime = new LocalRuntime({ functions: { again } });
  agents.push(new CaveAgent({ model: server.model(), runtime, maxSteps: 1 }));
  await agents[0]!.run("Go");
  assertStringIncludes(
    agents[0]!.messages.at(-1)!.content,
    "one of its own runs waits for this one",
  );
  agents.unshift(new CaveAgent({ model: server.model(), runtime, maxSteps: 1 }));
  await agents[1]!.run("Go");
  assertStringIncludes(agents[1]!.messages.at(-1)!.content, "a cell of its runtime waits for it");
  await runtime.close();
});

Deno.test("Agents refuse to wait for one another without end", async () => {
  await using server = new ScriptedServer({ replies: () => cell("await deeper()") });
  let depth = 0;
  const runtimes: LocalRuntime[] = [];
  const deeper = async (): Promise<string> => {
    depth++;
    const runtime = new LocalRuntime({ functions: { deeper } });
    runtimes.push(runtime);
    return (await new CaveAgent({ model: server.model(), runtime, maxSteps: 1 }).run("Go")).status;
  };
  await deeper();
  assertEquals(depth, 6);
  for (const runtime of runtimes) await runtime.close();
});

Deno.test("A limit of a run holds for the agents that it calls", async () => {
  await using server = new ScriptedServer({ replies: () => cell("1") });
  await using inner = new LocalRuntime();
  const child = new CaveAgent({ model: server.model(), runtime: inner, maxSteps: 30 });
  const runtime = new LocalRuntime({ variables: { child: defineAgent(child) } });
  await using context = setup(() => cell("(await child.run('x')).status"), { runtime });
  const result = await context.agent.run("Go", { maxTokens: 10_000 });
  assertEquals([result.status, result.limit], ["exhausted", "tokens"]);
  assert(server.requests.length < 100);
});

Deno.test("A run stops the agents that it calls", async () => {
  await using server = new ScriptedServer({ replies: [{ content: "Wait", stall: true }] });
  await using inner = new LocalRuntime();
  const child = new CaveAgent({ model: server.model(), runtime: inner });
  const runtime = new DenoRuntime({ variables: { child: defineAgent(child) } });
  await using context = setup([cell("await child.run('x')"), "Never"], { runtime });
  const run = context.agent.stream("Go");
  for await (const event of run) {
    if (event.type === "child_event" && event.event.type === "text") break;
  }
  await assertRejects(() => run.result, DOMException);
  const { signal } = server.requests[0]!;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
});

Deno.test("Agents on one runtime take turns with their cells, and share the namespace", async () => {
  await using runtime = new DenoRuntime();
  await using first = setup([cell("const a = 1;"), cell("a + b"), "One"], { runtime });
  await using second = setup([cell("const b = 2;"), "Two"], { runtime });
  await second.agent.run("b");
  const results = await Promise.all([first.agent.run("a")]);
  assertEquals(results[0]!.content, "One");
  assertStringIncludes(dialogues(first.server)[2]!.at(-1)!, "Value (number):\n3");
});
