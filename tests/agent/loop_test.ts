import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { CaveAgent } from "../../src/cave_agent.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { defineFunction } from "../../src/inject/host_function.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";
import { cell, dialogues, setup, systemPrompt } from "./setup.ts";

Deno.test("CaveAgent.run() repairs an error and keeps the state when cells follow one another", async () => {
  const runtime = new DenoRuntime({
    functions: {
      price: defineFunction((item: string) => item.length, { description: "The price of an item" }),
    },
    variables: { basket: ["pear", "fig"], total: defineVariable(0, { description: "Result" }) },
  });
  await using context = setup([
    cell("const prices = await Promise.all(basket.map(price));\nprces.length", "First look.\n\n"),
    cell("total = prices[0] + prices[1];\ntotal"),
    "The total is 7.",
  ], { runtime });
  const { agent, server } = context;
  const result = await agent.run("What does it cost?");

  assertEquals(result.content, "The total is 7.");
  assertEquals(result.status, "completed");
  assertEquals([result.steps, result.maxSteps], [3, 10]);
  assertEquals(result.cells.length, 2);
  assertEquals(result.changed, [
    { name: "prices", type: "Array(2)", constant: true },
    { name: "total", type: "number" },
  ]);
  assert(result.durationMs > 0);
  assertEquals(await runtime.retrieve("total"), 7);

  const question = "user: What does it cost?";
  const first = "assistant: First look.\n\n```typescript\n" +
    "const prices = await Promise.all(basket.map(price));\nprces.length\n```";
  const failed = "user: <execution_error>\n" +
    "ReferenceError: prces is not defined\n    at cell-1.ts:2:1\n\n" +
    "2 | prces.length\n  | ^\n\nNames like prces that are defined: prices\n\n" +
    "What the cell did before that stays done.\n\nFunctions called: price x2\n\n" +
    "Defined or changed, and there for the next cells: prices: Array(2)\n</execution_error>";
  const second = "assistant: ```typescript\ntotal = prices[0] + prices[1];\ntotal\n```";
  const worked = "user: <execution_output>\nValue (number):\n7\n\n" +
    "Defined or changed, and there for the next cells: total: number\n</execution_output>";
  assertEquals(dialogues(server), [
    [question],
    [question, first, failed],
    [question, first, failed, second, worked],
  ]);
});

Deno.test("CaveAgent.run() sends the declarations and the date, and stores neither", async () => {
  const runtime = new DenoRuntime({
    functions: { price: (item: string) => item.length },
    variables: { basket: defineVariable(["pear"], { description: "What was bought" }) },
  });
  await using context = setup([cell("1"), "Done"], { runtime });
  const { agent, server } = context;
  await agent.run("Hello");

  const prompt = systemPrompt(server);
  assertStringIncludes(
    prompt,
    "<functions>\ndeclare function price(item: unknown): Promise<unknown>;\n</functions>",
  );
  assertStringIncludes(
    prompt,
    "<variables>\n/** What was bought */\ndeclare let basket: string[];\n</variables>",
  );
  assertEquals(prompt.includes("pear"), false);
  for (const { messages } of server.requests) {
    assertEquals(messages[0], server.requests[0]!.messages[0]);
    assertMatch(
      messages[0]!.content,
      /\n\n<system-reminder>It is \d{4}-\d\d-\d\d\.<\/system-reminder>$/,
    );
  }
  assertEquals(agent.messages.map(({ role }) => role), [
    "user",
    "code_execution",
    "execution_result",
    "assistant",
  ]);
  assertEquals(JSON.stringify(agent.messages).includes("system"), false);
});

Deno.test("CaveAgent.run() goes on from the history when there is one", async () => {
  await using context = setup([cell("const n = 1;"), "One", "Two"]);
  const { agent, server } = context;
  await agent.run("a");
  await agent.run("b");
  const observation = "user: <execution_output>\nNo output\n\n" +
    "Defined or changed, and there for the next cells: n: number\n</execution_output>";
  const before = ["user: a", "assistant: ```typescript\nconst n = 1;\n```", observation];
  assertEquals(dialogues(server).at(-1), [...before, "assistant: One", "user: b"]);

  await using other = setup(["Three"], { messages: JSON.parse(JSON.stringify(agent.messages)) });
  await other.agent.run("c");
  assertEquals(dialogues(other.server), [
    [...before, "assistant: One", "user: b", "assistant: Two", "user: c"],
  ]);
  assertEquals(agent.messages.length, 6);
  assertEquals(other.agent.messages.length, 8);
});

Deno.test("CaveAgent.run() makes the system prompt anew when something was injected", async () => {
  await using context = setup(["One", "Two"]);
  const { agent, server } = context;
  await agent.run("a");
  await agent.runtime.inject({ variables: { added: 1 } });
  await agent.run("b");
  assertEquals(systemPrompt(server, 0).includes("added"), false);
  assertStringIncludes(systemPrompt(server, 1), "declare let added: number;");
});

Deno.test("CaveAgent.run() ends without an answer when no steps are left", async () => {
  const script = [cell("1", "One.\n"), cell("2", "Two.\n"), "Never"];
  await using context = setup(script, { maxSteps: 2 });
  const { agent, server } = context;
  const run = agent.stream("Count");
  const result = await run.result;
  assertEquals([result.status, result.steps, result.maxSteps], ["exhausted", 2, 2]);
  assertEquals(result.content, "Two.\n");
  assertEquals(server.requests.length, 2);
  assertEquals((await Array.fromAsync(run)).at(-2)!.type, "max_steps_reached");
  assertEquals(agent.messages.at(-1)!.role, "execution_result");
});

Deno.test("CaveAgent.run() takes other limits when the call names some", async () => {
  await using context = setup([cell("1"), "Done"], { maxSteps: 5 });
  const result = await context.agent.run("Count", { maxSteps: 1 });
  assertEquals([result.status, result.maxSteps], ["exhausted", 1]);
});

Deno.test("CaveAgent.run() takes turns when two runs are started at once", async () => {
  await using context = setup([cell("const a = 1;"), "One", "Two"]);
  const { agent, server } = context;
  const [first, second] = await Promise.all([agent.run("a"), agent.run("b")]);
  assertEquals([first.content, second.content], ["One", "Two"]);
  assertEquals(dialogues(server)[2]!.length, 5);
  assertEquals(dialogues(server)[2]!.at(-1), "user: b");
});

Deno.test("CaveAgent.close() ends the runtime when the agent has made it", async () => {
  await using server = setup([]).server;
  const agent = new CaveAgent({ model: server.model() });
  assertEquals((await agent.runtime.execute("const a = 1;")).status, "ok");
  await agent.close();
  await agent.close();
  await assertClosed(agent, true);

  const runtime = new DenoRuntime();
  const guest = new CaveAgent({ model: server.model(), runtime });
  await guest.close();
  await assertClosed(guest, false);
  await runtime.close();
});

async function assertClosed(agent: CaveAgent, closed: boolean): Promise<void> {
  const outcome = await agent.runtime.execute("1").then(() => "open", () => "closed");
  assertEquals(outcome, closed ? "closed" : "open");
}
