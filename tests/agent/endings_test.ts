/** Typed answers, explicit endings, and limits. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { z } from "zod";
import { CaveAgent } from "../../src/cave_agent.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { cell, dialogues, eventsOf, ofType, setup, systemPrompt } from "./setup.ts";

Deno.test("CaveAgent.run() returns a value of the schema, and tells the model what is wrong with others", async () => {
  const output = z.object({ city: z.string(), rows: z.array(z.number()) });
  await using context = setup([
    "It is Oslo.",
    cell("await finish({ city: 1, rows: [] })"),
    cell('await finish({ city: "Oslo", rows: Array.from({ length: 100_000 }, (_, i) => i) })'),
  ], { runtime: new DenoRuntime() });
  const result = await context.agent.run("Where?", { output });
  assertEquals(result.status, "completed");
  const value: { city: string; rows: number[] } | undefined = result.output;
  assertEquals([value!.city, value!.rows.length], ["Oslo", 100_000]);
  assertStringIncludes(
    systemPrompt(context.server),
    "value is of the type { city: string; rows: number[] }",
  );
  assertStringIncludes(dialogues(context.server)[1]!.at(-1)!, "This did not end the task");
  assertStringIncludes(dialogues(context.server)[2]!.at(-1)!, 'answer["city"]');
  assert(JSON.stringify(context.agent.messages).length < 4_000);
});

Deno.test("CaveAgent.run() takes any Standard Schema, and returns what it converts", async () => {
  const output = {
    "~standard": {
      version: 1,
      vendor: "own",
      validate: (value: unknown) => ({ value: `<${value}>` }),
    },
  };
  await using context = setup([cell("await finish(42)")]);
  assertEquals((await context.agent.run("Go", { output })).output, "<42>");
});

Deno.test("CaveAgent.run() goes on until finish() when a plain reply does not end the run", async () => {
  await using context = setup(["I think so.", cell('await finish("Yes")')], {
    plainReply: "continue",
  });
  const run = context.agent.stream("Sure?");
  const result = await run.result;
  assertEquals([result.status, result.content, result.steps], ["completed", "Yes", 2]);
  assertEquals(ofType(await eventsOf(run), "final_response")[0]!.content, "Yes");
  await using idle = setup(() => "Hm.", { plainReply: "continue" });
  const failed = await idle.agent.run("Sure?");
  assertEquals([failed.status, failed.steps], ["failed", 4]);
});

Deno.test("CaveAgent refuses names that it puts into cells itself", async () => {
  const model = setup([]).server;
  await using server = model;
  for (const name of ["finish", "askUser", "readArtifact"]) {
    await using runtime = new LocalRuntime({ functions: { [name]: () => 1 } });
    const options = { model: server.model(), runtime, finish: true, askUser: true };
    assertThrows(() => new CaveAgent(options), TypeError, `the runtime has a name "${name}"`);
  }
  await using runtime = new LocalRuntime({ functions: { finish: () => 1 } });
  new CaveAgent({ model: server.model(), runtime });
});

Deno.test("CaveAgent shares its functions with other agents on the same runtime", async () => {
  await using runtime = new DenoRuntime();
  await using first = setup([cell('await finish("One")')], { runtime, finish: true });
  await using second = setup([cell('await finish("Two")')], { runtime, finish: true });
  const results = await Promise.all([first.agent.run("a"), second.agent.run("b")]);
  assertEquals(results.map(({ content }) => content), ["One", "Two"]);
});

Deno.test("CaveAgent.run() ends as exhausted at each limit, and reports them alike", async () => {
  const runtime = new LocalRuntime({ functions: { ping: () => 1 } });
  const prices = { inputPerMillion: 1e6, outputPerMillion: 1e6 };
  await using context = setup(() => cell("for (let i = 0; i < 5; i++) await ping();"), {
    runtime,
    prices,
    maxSteps: 50,
  });
  const table = [
    [{ maxSteps: 2 }, "steps"],
    [{ maxTokens: 1 }, "tokens"],
    [{ maxCost: 1 }, "cost"],
    [{ maxHostCalls: 7 }, "host_calls"],
  ] as const;
  for (const [limits, limit] of table) {
    const run = context.agent.stream("Go", limits);
    const result = await run.result;
    assertEquals([result.status, result.limit], ["exhausted", limit]);
    assertStringIncludes(result.reason!, `The limit on ${limit.replace("_", " ")} is reached`);
    assertEquals(ofType(await eventsOf(run), "limit_reached")[0]!.limit, limit);
    if (limit === "host_calls") assertEquals(result.hostCalls, 8);
  }
});

Deno.test("CaveAgent.run() ends as exhausted when its time is over, be it in a cell", async () => {
  await using context = setup([cell("await new Promise(() => {})"), "Done"], {
    runtime: new DenoRuntime(),
  });
  const result = await context.agent.run("Go", { maxDurationMs: 300 });
  assertEquals([result.status, result.limit], ["exhausted", "time"]);
  assertEquals((await context.agent.run("Again")).content, "Done");
});

Deno.test("CaveAgent.resume() counts the time that the run has taken before", async () => {
  const wait = () => new Promise((resolve) => setTimeout(resolve, 5));
  await using context = setup([cell("await wait()"), cell("2"), "Done", "Done"], {
    runtime: new LocalRuntime({ functions: { wait } }) as Runtime,
  });
  const { agent } = context;
  const run = agent.stream("Go", { maxDurationMs: 60_000 });
  await run.result;
  const { elapsedMs = 0 } = run.state!;
  assert(elapsedMs >= 5, `${elapsedMs}`);
  const state = { ...run.state!, status: "running", elapsedMs: 60_000 } as const;
  const result = await agent.resume(state, { maxDurationMs: 60_000 }).result;
  assertEquals([result.status, result.limit], ["exhausted", "time"]);
});

Deno.test("CaveAgent.run() takes the smaller one of each limit and of its budget", async () => {
  await using context = setup(() => cell("1"), { maxSteps: 3 });
  for (const [maxSteps, steps] of [[2, 2], [9, 3]]) {
    const result = await context.agent.run("Go", { budget: { maxSteps } });
    assertEquals([result.status, result.steps], ["exhausted", steps]);
  }
  const wrong = { budget: { maxStep: 1 } } as object;
  assertThrows(() => context.agent.stream("Go", wrong), TypeError, "maxSteps");
});

Deno.test("CaveAgent.run() asks for a last answer when no steps are left and that is requested", async () => {
  await using context = setup([cell("1"), "So far: 1"], { maxSteps: 1, lastAnswer: true });
  const result = await context.agent.run("Go");
  assertEquals([result.status, result.limit, result.content], ["exhausted", "steps", "So far: 1"]);
  assertStringIncludes(dialogues(context.server)[1]!.at(-1)!, "No steps are left");
});

Deno.test("CaveAgent.run() notices a failing cell that is written again and again", async () => {
  await using context = setup(() => cell("missing()"), { maxSteps: 50 });
  const result = await context.agent.run("Go");
  assertEquals([result.status, result.steps], ["failed", 6]);
  assertStringIncludes(result.reason!, "The same failing cell was written 6 times in a row");
  assertEquals(dialogues(context.server)[2]!.at(-1)!.includes("in a row"), false);
  assertStringIncludes(
    dialogues(context.server)[3]!.at(-1)!,
    "You have written this same cell 3 times in a row",
  );
});

Deno.test("CaveAgent.messages is a copy", async () => {
  await using context = setup(["One", "Two"]);
  await context.agent.run("a");
  (context.agent.messages as unknown[]).length = 0;
  assertEquals(context.agent.messages.length, 2);
});

Deno.test("CaveAgent throws when the history is malformed", async () => {
  await using server = setup([]).server;
  await using runtime = new LocalRuntime();
  for (
    const [messages, reason] of [
      [[{ role: "tool", content: "x" }], 'its role is "tool"'],
      [[{ role: "system", content: "x" }], 'its role is "system"'],
      [[{ role: "user", content: null }], "its content is null"],
      [[null], "it is null"],
      ["x", "they are a string"],
    ] as const
  ) {
    const options = { model: server.model(), runtime, messages } as never;
    assertThrows(() => new CaveAgent(options), TypeError, reason);
  }
});

Deno.test("CaveAgent.run() alternates roles after a failed run, a limit and a template that throws", async () => {
  let throws = true;
  await using context = setup([cell("1"), "Two", { content: "No", status: 400 }, "Four"], {
    systemPromptTemplate: () => {
      if (throws) throw new RangeError("Not now");
      return "Be good.";
    },
  });
  const { agent, server } = context;
  await agent.run("zero").catch(() => {});
  assertEquals(agent.messages, []);
  throws = false;
  await agent.run("one", { maxSteps: 1 });
  await agent.run("two");
  await agent.run("three").catch(() => {});
  await agent.run("four");
  for (const { messages } of server.requests) {
    const roles = messages.map(({ role }) => role);
    assertEquals(
      roles,
      roles.map((_, i) => i === 0 ? "system" : i % 2 === 1 ? "user" : "assistant"),
    );
  }
});

Deno.test("CaveAgent.run() sends the parameters of the run before those of the agent", async () => {
  const parameters = { temperature: 1, stop: ["END"] };
  await using context = setup(["One", "Two"], { parameters });
  await context.agent.run("a");
  await context.agent.run("b", { parameters: { temperature: 0, effort: "low" } });
  const sent = context.server.requests.map((
    { body },
  ) => [body.temperature, body.stop, body.reasoning_effort]);
  assertEquals(sent, [[1, ["END"], undefined], [0, ["END"], "low"]]);
});

Deno.test("CaveAgent.run() shows repeated requests as events", async () => {
  await using context = setup([
    { content: "Busy", status: 503, headers: { "retry-after": "0" } },
    "Done",
  ]);
  const run = context.agent.stream("Go");
  await run.result;
  const [retry] = ofType(await eventsOf(run), "retry");
  assertEquals([retry!.attempt, retry!.delayMs], [2, 0]);
  assertStringIncludes(retry!.reason, "503 Busy");
});
