import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { ModelError } from "../../src/model/model_error.ts";
import { OpenAIModel } from "../../src/model/openai/openai_model.ts";
import { CaveAgent } from "../../src/cave_agent.ts";
import { cell, dialogues, eventsOf, setup } from "./setup.ts";

const reason = new RangeError("Stop it");

Deno.test("CaveAgent.run() rejects when the signal is aborted before", async () => {
  await using context = setup(["Done"]);
  const { agent, server } = context;
  const signal = AbortSignal.abort(reason);
  assertEquals(await assertRejects(() => agent.run("Go", { signal })), reason);
  assertEquals(await assertRejects(() => eventsOf(agent.stream("Go", { signal }))), reason);
  assertEquals([server.requests.length, agent.messages.length], [0, 0]);
  assertEquals((await agent.run("Again")).content, "Done");
});

Deno.test("CaveAgent.run() drops the request when the signal aborts during a reply", async () => {
  await using context = setup([{ content: "So far so", stall: true }, "Done"]);
  const { agent, server } = context;
  const controller = new AbortController();
  const run = agent.stream("Go", { signal: controller.signal });
  const error = await assertRejects(async () => {
    for await (const { type } of run) if (type === "text") controller.abort(reason);
  });
  assertEquals(error, reason);
  const { signal } = server.requests[0]!;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  // The history keeps the question, but not the incomplete reply.
  assertEquals(agent.messages, [{ role: "user", content: "Go" }]);
  assertEquals((await agent.run("Again")).content, "Done");
});

Deno.test("CaveAgent.run() stops the cell when the signal aborts during it", async () => {
  const started = Promise.withResolvers<void>();
  const runtime = new DenoRuntime({ functions: { started: () => started.resolve() } });
  await using context = setup([cell("await started();\nfor (;;);"), "Done"], { runtime });
  const { agent, server } = context;
  const controller = new AbortController();
  const run = agent.run("Go", { signal: controller.signal });
  await started.promise;
  controller.abort(reason);
  assertEquals(await assertRejects(() => run), reason);
  assertEquals(server.requests.length, 1);
  // The cell ran, and its observation reports how it ended.
  assertEquals(agent.messages.map(({ role }) => role), [
    "user",
    "code_execution",
    "execution_result",
  ]);
  assert(agent.messages[2]!.content.includes("The cell was stopped"));
  assertEquals((await agent.run("Again")).content, "Done");
  // The observation and the next question are both the user's.
  assertEquals(dialogues(server)[1]!.length, 3);
  assert(dialogues(server)[1]!.at(-1)!.endsWith("\n\nAgain"));
});

Deno.test("CaveAgent.run() does not mind when the signal aborts after the end", async () => {
  await using context = setup(["Done", "More"]);
  const controller = new AbortController();
  const run = context.agent.stream("Go", { signal: controller.signal });
  await run.result;
  controller.abort(reason);
  assertEquals((await run.result).content, "Done");
  assertEquals((await eventsOf(run)).at(-1)!.type, "final_response");
  assertEquals((await context.agent.run("Again")).content, "More");
});

Deno.test("CaveAgent.run() stops two runs when they share a signal", async () => {
  await using context = setup([{ content: "Wait", stall: true }, "Done"]);
  const { agent, server } = context;
  const controller = new AbortController();
  const { signal } = controller;
  const first = agent.stream("a", { signal });
  const second = agent.stream("b", { signal });
  await first[Symbol.asyncIterator]().next();
  controller.abort(reason);
  for (const run of [first, second]) assertEquals(await assertRejects(() => run.result), reason);
  assertEquals(server.requests.length, 1);
  assertEquals((await agent.run("c")).content, "Done");
  assertEquals(dialogues(server)[1], ["user: a\n\nc"]);
});

Deno.test("CaveAgent.run() leaves the line when its signal aborts before its turn", async () => {
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const runtime = new LocalRuntime({
    functions: { gate: () => (started.resolve(), gate.promise) },
  });
  await using context = setup([cell("await gate()"), "One", "Three"], { runtime });
  const controller = new AbortController();
  const first = context.agent.run("a");
  const second = context.agent.run("b", { signal: controller.signal });
  const third = context.agent.run("c");
  await started.promise;
  controller.abort(reason);
  assertEquals(await assertRejects(() => second), reason);
  gate.resolve();
  assertEquals([(await first).content, (await third).content], ["One", "Three"]);
  assertEquals(JSON.stringify(context.agent.messages).includes('"b"'), false);
});

Deno.test("CaveAgent.run() rejects with ModelError when the model fails, and can go on", async () => {
  const failures = [
    [{ content: "Unknown key", status: 401 }, 401, "Unknown key"],
    [{ content: "No such model", status: 404 }, 404, "No such model"],
  ] as const;
  for (const [failure, status, message] of failures) {
    await using context = setup([failure, cell("1"), "Done"]);
    const { agent } = context;
    const error = await assertRejects(() => agent.run("Go"), ModelError, message);
    assertEquals(error.status, status);
    assertEquals(agent.messages, [{ role: "user", content: "Go" }]);
    assertEquals((await agent.run("Again")).content, "Done");
    assertEquals(agent.messages.length, 5);
  }
});

Deno.test("CaveAgent.run() ends as failed when a reply breaks off, and can go on", async () => {
  for (const content of ["Half a reply", cell("const a = 1;")]) {
    await using context = setup([{ content, breakAfter: 14 }, cell("1"), "Done"]);
    const { agent } = context;
    const run = agent.stream("Go");
    const result = await run.result;
    assertEquals([result.status, result.cells], ["failed", []]);
    assertStringIncludes(result.reason!, "the reply was cut off");
    assertEquals((await eventsOf(run)).at(-1)!.type, "run_failed");
    assertEquals((await agent.run("Again")).content, "Done");
  }
});

Deno.test("CaveAgent.run() keeps the steps so far when the model fails later", async () => {
  await using context = setup([cell("const a = 1;"), { content: "No", status: 400 }, "Done"]);
  const run = context.agent.stream("Go");
  const types: string[] = [];
  await assertRejects(async () => {
    for await (const { type } of run) types.push(type);
  }, ModelError);
  assertEquals(types.at(-1), "run_failed");
  assertEquals(context.agent.messages.length, 3);
  assertEquals((await context.agent.run("Go on")).content, "Done");
  assertEquals(dialogues(context.server).at(-1)!.length, 3);
});

Deno.test("CaveAgent.run() rejects with ModelError when there is no server", async () => {
  await using context = setup([]);
  const { url } = context.server;
  await context.server.close();
  const model = new OpenAIModel({ model: "m", baseUrl: url, apiKey: "k", maxRetries: 0 });
  const agent = new CaveAgent({ model, runtime: context.agent.runtime });
  await assertRejects(() => agent.run("Go"), ModelError, "Cannot get a reply from m at http://");
});
