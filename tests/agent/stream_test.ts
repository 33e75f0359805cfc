import { assert, assertEquals, assertRejects } from "@std/assert";
import type { AgentEvent } from "../../src/agent/record/event.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import type { ScriptedReply } from "../../src/model/testing/scripted_server.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { addUsage, estimateUsage } from "../../src/model/usage.ts";
import { cell, eventsOf, ofType, setup, typesOf } from "./setup.ts";

function script(): ScriptedReply[] {
  return [
    { content: cell('console.log("printed");\nconst n = 1; n', "Look.\n"), reasoning: "Hm." },
    cell("missing"),
    cell('console.log("x".repeat(100)); 1'),
    cell(""),
    "Done.",
  ];
}

Deno.test("CaveAgent.stream() gives every type of event, numbered and as plain data", async () => {
  await using context = setup(script(), { runtime: new DenoRuntime(), maxObservationChars: 50 });
  const run = context.agent.stream("Go");
  const events = await eventsOf(run);
  const step = ["usage", "code"];
  assertEquals(typesOf(events), [
    ...["reasoning", "text", ...step, "output", "execution_output"],
    ...[...step, "execution_error"],
    ...[...step, "output", "execution_output_exceeded"],
    ...[...step, "execution_error"],
    ...["text", "usage", "final_response"],
  ]);
  assertEquals(events.map(({ index }) => index), events.map((_, i) => i));
  const steps = events.map(({ step }) => step);
  assertEquals(steps, steps.toSorted((a, b) => a - b));
  assertEquals([...new Set(steps)], [1, 2, 3, 4, 5]);
  assertEquals(JSON.parse(JSON.stringify(events)), events);

  const text = (from: AgentEvent[]) => ofType(from, "text").map(({ text }) => text).join("");
  assertEquals(text(events.filter(({ step }) => step === 1)), "Look.\n");
  assertEquals(text(events.filter(({ step }) => step === 5)), "Done.");
  assertEquals(ofType(events, "code").map(({ code }) => code).slice(1), [
    "missing",
    'console.log("x".repeat(100)); 1',
    "",
  ]);
  assertEquals(ofType(events, "output")[0], {
    ...ofType(events, "output")[0]!,
    stream: "stdout",
    text: "printed\n",
  });
  assertEquals(ofType(events, "execution_error").map(({ error }) => error.name), [
    "ReferenceError",
    "EmptyCell",
  ]);
  const ended = events.filter((event) => "content" in event && event.type !== "final_response");
  const observations = context.agent.messages.filter(({ role }) => role === "execution_result");
  assertEquals(
    ended.map((event) => "content" in event && event.content),
    observations.map(({ content }) => content),
  );
  assertEquals(ofType(events, "final_response")[0]!.content, "Done.");
});

Deno.test("CaveAgent.stream() gives the result that run() gives when the script is the same", async () => {
  await using streamed = setup(script());
  await using ran = setup(script());
  const run = streamed.agent.stream("Go");
  const events = await eventsOf(run);
  const [a, b] = [await run.result, await ran.agent.run("Go")];
  assertEquals({ ...a, durationMs: 0, id: "" }, { ...b, durationMs: 0, id: "" });
  assertEquals(streamed.agent.messages, ran.agent.messages);
  assertEquals(ofType(events, "usage").map(({ usage }) => usage).reduce(addUsage), a.usage);
});

Deno.test("AgentRun replays all events when an iterator comes late", async () => {
  await using context = setup(script());
  const run = context.agent.stream("Go");
  const iterators = [eventsOf(run), eventsOf(run)];
  await run.result;
  const [first, second, late] = await Promise.all([...iterators, eventsOf(run)]);
  assertEquals(first, second);
  assertEquals(first, late);
});

Deno.test("CaveAgent.stream() gives output while the cell runs", async () => {
  const printed = Promise.withResolvers<void>();
  const runtime = new DenoRuntime({ functions: { gate: () => printed.promise } });
  await using context = setup([cell('console.log("before");\nawait gate();'), "Done"], { runtime });
  const types: string[] = [];
  for await (const event of context.agent.stream("Go")) {
    types.push(event.type);
    // The cell waits for this, so that output sent only after its end would never come.
    if (event.type === "output") printed.resolve();
  }
  assert(types.indexOf("output") < types.indexOf("execution_output"));
});

Deno.test("CaveAgent.run() reports exact usage when the provider does, and estimates when a reply is cut", async () => {
  const code = cell("1");
  const long = "Ignored. ".repeat(400);
  await using context = setup([code + long, "Done", { content: "More", usage: false }]);
  const { agent, server } = context;
  const usages = async (query: string) =>
    ofType(await eventsOf(agent.stream(query)), "usage").map(({ usage }) => usage);

  const [cut, whole] = await usages("Go");
  const messages = (request: number) => server.requests[request]!.messages;
  assertEquals(cut!.estimated, true);
  assertEquals(cut!.inputTokens, estimateUsage(messages(0), "").inputTokens);
  assert(cut!.outputTokens < code.length / 4 + 8);
  assertEquals(whole, { ...estimateUsage(messages(1), "Done"), estimated: false });
  assertEquals(await usages("Again"), [estimateUsage(messages(2), "More")]);
});

Deno.test("CaveAgent.run() drops the request when the cell is complete", async () => {
  await using context = setup([{ content: cell("1") + "more", stall: true }, "Done"]);
  const result = await context.agent.run("Go");
  assertEquals(result.content, "Done");
  const { signal } = context.server.requests[0]!;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  assertEquals(context.server.requests.map(({ signal }) => signal.aborted), [true, false]);
});

Deno.test("CaveAgent.stream() stops the run when the loop over it is left", async () => {
  const called = Promise.withResolvers<void>();
  const runtime = new LocalRuntime({
    functions: { hang: () => (called.resolve(), new Promise(() => {})) },
  });
  const endless = cell(`console.log("begun"); await hang()`);
  await using context = setup([endless, "Never", "Next"], { runtime });
  const run = context.agent.stream("Go");
  for await (const event of run) if (event.type === "output") break;
  const error = await assertRejects(() => run.result, DOMException);
  assertEquals(error.name, "AbortError");
  await called.promise;
  assertEquals(context.server.requests.length, 1);
  assertEquals((await context.agent.run("Again")).content, "Never");
});

Deno.test("AgentRun.abort() stops the run with its reason, and does nothing after the end", async () => {
  await using context = setup([{ content: "Wait", stall: true }, "Done"]);
  const run = context.agent.stream("Go");
  const reason = new RangeError("Enough");
  const iterator = run[Symbol.asyncIterator]();
  assertEquals((await iterator.next()).value?.type, "text");
  run.abort(reason);
  run.abort(new Error("Too late"));
  assertEquals(await assertRejects(() => run.result), reason);
  assertEquals((await iterator.next()).value?.type, "run_cancelled");
  assertEquals(await assertRejects(() => iterator.next()), reason);
  assertEquals(run.status, "cancelled");
  assertEquals(await assertRejects(() => eventsOf(run)), reason);

  const next = context.agent.stream("Again");
  assertEquals((await next.result).content, "Done");
  next.abort(reason);
  assertEquals((await next.result).content, "Done");
  assertEquals((await eventsOf(next)).at(-1)!.type, "final_response");
});
