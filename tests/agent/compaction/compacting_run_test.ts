import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { addUsage } from "../../../src/model/usage.ts";
import type { Message } from "../../../src/agent/record/message.ts";
import { cell, dialogues, eventsOf, ofType, setup, systemPrompt, typesOf } from "../setup.ts";

/** The history may take half of this: 200 tokens, or 800 characters. */
const contextWindowTokens = 400;
function systemPromptTemplate(): string {
  return "Be short.";
}

const messages: Message[] = Array.from({ length: 10 }, (_, i) => ({
  role: i % 2 === 0 ? "user" : "assistant",
  content: `${i} `.padEnd(100, "x"),
}));

Deno.test("CaveAgent.run() compacts the history when it gets too long, and goes on", async () => {
  const script = [
    "<analysis>Hm</analysis><summary>All of it</summary>",
    cell("const rows = [1];"),
    "Done",
  ];
  await using context = setup(script, { contextWindowTokens, systemPromptTemplate, messages });
  const { agent, server } = context;
  await agent.runtime.execute("const before = 1;");
  const run = agent.stream("Go");
  const result = await run.result;
  const events = await eventsOf(run);
  assertEquals([result.content, result.steps], ["Done", 2]);
  assertEquals(typesOf(events).slice(0, 4), ["compacting", "usage", "compacted", "usage"]);
  assert(ofType(events, "compacting")[0]!.tokens > contextWindowTokens / 2);
  const usages = ofType(events, "usage").map(({ usage }) => usage);
  assertEquals(usages.length, 3);
  assertEquals(result.usage, usages.reduce(addUsage));

  assertStringIncludes(systemPrompt(server, 0), "<summary>");
  for (const request of [1, 2]) assertEquals(systemPrompt(server, request), "Be short.");
  const [first, ...rest] = dialogues(server)[1]!;
  assert(first!.startsWith(
    "user: <summary>\nAll of it\n</summary>\n\nThe session has these names: before: number",
  ));
  assert([first, ...rest].at(-1)!.endsWith("Go"));
  assertEquals(agent.messages[0]!.role, "summary");
});

Deno.test("CaveAgent.run() goes on with the newer half when the summary fails", async () => {
  const script = [{ content: "No", status: 400 }, "Done"];
  await using context = setup(script, { contextWindowTokens, systemPromptTemplate, messages });
  const { agent, server } = context;
  assertEquals((await agent.run("Go")).content, "Done");
  const request = dialogues(server)[1]!;
  assert(request[0]!.startsWith("user: The session has these names: none"));
  assert(request.at(-1)!.endsWith("Go"));
  assertEquals(request.join().includes("user: 0 "), false);
});

Deno.test("CaveAgent.run() compacts between the steps of a run", async () => {
  const long = (name: string) => cell(`const ${name} = 1;`, `${"y".repeat(150)}\n`);
  const script = [long("a"), long("b"), long("c"), "<summary>So far</summary>", "Done"];
  await using context = setup(script, { contextWindowTokens, systemPromptTemplate });
  const run = context.agent.stream("Go");
  const result = await run.result;
  assertEquals([result.content, result.steps, result.cells.length], ["Done", 4, 3]);
  const compacted = ofType(await eventsOf(run), "compacted");
  assertEquals(compacted.map(({ step }) => step), [4]);
  assertStringIncludes(dialogues(context.server)[4]![0]!, "a: number, b: number, c: number");
});

Deno.test("CaveAgent.run() compacts nothing when the history fits", async () => {
  await using context = setup(["Done"], { messages });
  assertEquals(typesOf(await eventsOf(context.agent.stream("Go"))), [
    "text",
    "usage",
    "final_response",
  ]);
});
