import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ScriptedReply } from "../../../src/model/testing/scripted_server.ts";
import { cell, dialogues, eventsOf, ofType, setup } from "../setup.ts";

Deno.test("CaveAgent.run() finds the cell in a reply, or none", async () => {
  const done = "Done";
  const table: [string, string, string[], string][] = [
    ["a block", cell("1", "So:\n"), ["1"], "So:\n"],
    ["text behind the block", cell("1") + "It prints 2.", ["1"], ""],
    ["two blocks", cell("1", "So:\n") + "And then:\n" + cell("2"), ["1"], "So:\n"],
    ["ts", "```ts\n1\n```", ["1"], ""],
    ["js", "```js\n1\n```", ["1"], ""],
    ["an unclosed block", "```typescript\n1 + 1\n2", ["1 + 1\n2"], ""],
    ["a fence inside the code", "````ts\nconst s = `\n```\n`;\n````", ["const s = `\n```\n`;"], ""],
    ["a block in a list", "- So:\n  ```ts\n  1\n  ```", ["1"], "- So:\n"],
    ["a block in a quote", "> So:\n> ```ts\n> 1\n> ```", ["1"], "> So:\n"],
    ["a fence behind words", "So: ```ts\n1\n```", ["1"], "So: "],
    ["a fence behind code", "```ts\n1```", ["1"], ""],
    ["a fence with a stop token", "```ts\n1\n```<end_code>\n", ["1"], ""],
  ];
  for (const [name, reply, codes, text] of table) {
    await using context = setup([reply, done]);
    const { agent, server } = context;
    const run = agent.stream("Go");
    const result = await run.result;
    assertEquals(result.cells, codes, name);
    assertEquals(result.content, done, name);
    const fence = codes[0]!.includes("```") ? "````" : "```";
    const written = `${text}${fence}typescript\n${codes[0]}\n${fence}`;
    assertEquals(agent.messages[1], { role: "code_execution", content: written }, name);
    assertEquals(dialogues(server)[1]![1], `assistant: ${written}`, name);
    const texts = ofType(await eventsOf(run), "text").filter(({ step }) => step === 1);
    assertEquals(texts.map(({ text }) => text).join(""), text, name);
  }
});

Deno.test("CaveAgent.run() ends with the text when no block is a cell", async () => {
  const replies = [
    "Plain",
    "As JSON:\n```json\n{}\n```\nThat is it.",
    "```\nno language\n```",
    "The tag `<tool_call>` begins a call",
  ];
  for (const reply of replies) {
    await using context = setup([reply]);
    const result = await context.agent.run("Go");
    assertEquals(result.content, reply);
    assertEquals([result.status, result.steps, result.cells], ["completed", 1, []]);
    assertEquals(context.agent.messages.at(-1), { role: "assistant", content: reply });
  }
});

Deno.test("CaveAgent.run() tells the model when a block is empty", async () => {
  for (const code of ["", " \n\t"]) {
    await using context = setup([cell(code), "Done"]);
    const result = await context.agent.run("Go");
    assertEquals([result.content, result.steps, result.cells], ["Done", 2, []]);
    assertStringIncludes(dialogues(context.server)[1]![2]!, "The code block was empty");
  }
});

function cut(content: string): ScriptedReply {
  return { content, finishReason: "length" };
}

Deno.test("CaveAgent.run() joins the parts when a reply was cut off by its length", async () => {
  const table: [string, string[], string[], string[], string][] = [
    ["text", ["One ", "two ", "three "], ["four"], [], "One two three four"],
    ["a word", ["He"], ["llo"], [], "Hello"],
    [
      "a block",
      ["So:\n```ts\nconst a", " = 1;\na + 1\n"],
      ["```\n", "Done"],
      ["const a = 1;\na + 1"],
      "Done",
    ],
    ["a fence", ["So:\n``", "`ts\n1\n``"], ["`\nmore", "Done"], ["1"], "Done"],
    ["an unclosed block", ["```ts\n1 +"], [" 1", "Done"], ["1 + 1"], "Done"],
    ["a complete block", ["```ts\n1\n```\nmore"], ["Done"], ["1"], "Done"],
  ];
  for (const [name, parts, whole, codes, content] of table) {
    await using context = setup([...parts.map(cut), ...whole]);
    const result = await context.agent.run("Go");
    assertEquals(result.cells, codes, name);
    assertEquals(result.content, content, name);
    assertEquals(result.steps, codes.length + 1, name);
    assertEquals(context.agent.messages.length, codes.length * 2 + 2, name);
  }
});

Deno.test("CaveAgent.run() asks for the rest when a reply was cut off, and does not keep that", async () => {
  await using context = setup([cut("One "), cut("two "), "three"]);
  const { agent, server } = context;
  const run = agent.stream("Go");
  await run.result;
  const resume = dialogues(server)[1]![2]!;
  assertStringIncludes(resume, "user: Your reply was cut off");
  assertEquals(dialogues(server), [
    ["user: Go"],
    ["user: Go", "assistant: One ", resume],
    ["user: Go", "assistant: One ", resume, "assistant: two ", resume],
  ]);
  assertEquals(agent.messages, [
    { role: "user", content: "Go" },
    { role: "assistant", content: "One two three" },
  ]);
  const usages = ofType(await eventsOf(run), "usage");
  assertEquals(usages.length, 1);
  assertEquals(usages[0]!.usage, (await run.result).usage);
});

Deno.test("CaveAgent.run() never executes a cut block, however often it was cut", async () => {
  const parts = ["So:\n```ts\nconst a = 1;\n", "const b = 2;\n", "const c = 3;\n", "remove("];
  await using context = setup([...parts.map(cut), "Never asked"]);
  const result = await context.agent.run("Go");
  assertEquals(context.server.requests.length, 4);
  assertEquals(result.cells, []);
  assertEquals([result.status, result.steps], ["failed", 1]);
  assertStringIncludes(result.reason!, 'finish reason "length"');
  assertStringIncludes(result.content, "const a = 1;\nconst b = 2;\nconst c = 3;\nremove(");
  assertEquals(await context.agent.runtime.names(), []);
});
