/** Kinds of replies: complete or not, reasoning or text, a cell or not. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CaveAgent } from "../../../src/cave_agent.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import { cell, ofType } from "../setup.ts";
import { end, say, stream, StrictServer, type WireReply } from "./_strict_server.ts";

/** Runs a question with these replies, and counts what cells do. */
async function ask(...replies: WireReply[]) {
  await using server = new StrictServer(({ index }) => replies[index] ?? "The end");
  const calls: string[] = [];
  await using runtime = new LocalRuntime({
    functions: {
      wipe: (what?: string) => void calls.push(`wipe ${what}`),
      read: () => void calls.push("read"),
    },
  });
  const agent = new CaveAgent({ model: server.model(), runtime });
  const run = agent.stream("Go");
  const result = await run.result;
  return { result, calls, agent, requests: server.requests, events: await Array.fromAsync(run) };
}

const WIPE = '```ts\nconst keep = [];\nawait wipe("all")';

Deno.test("CaveAgent.run() ends as failed, and runs nothing, when a reply is not complete", async () => {
  const reasons = [
    ...[
      "content_filter",
      "SAFETY",
      "error",
      "abort",
      "cancelled",
      "something_new",
      "function_call_filter: X",
    ],
  ];
  for (const reason of reasons) {
    const { result, calls, events } = await ask(say(WIPE, reason));
    assertEquals([result.status, calls], ["failed", []], reason);
    assertStringIncludes(result.reason!, "The reply is not complete");
    assertStringIncludes(result.reason!, JSON.stringify(reason));
    assertEquals(ofType(events, "run_failed")[0]!.reason, result.reason);
  }
  const missing = await ask(say(WIPE).slice(0, 1));
  assertEquals([missing.result.status, missing.result.steps, missing.calls], ["failed", 1, []]);
  assertStringIncludes(missing.result.content, "const keep");
});

Deno.test("CaveAgent.run() resumes when a reply was cut off, in any spelling", async () => {
  const spellings = [
    "length",
    "max_tokens",
    "MAX_TOKENS",
    "model_length",
    "max_output_tokens",
    "FINISH_REASON_MAX_TOKENS",
  ];
  for (const reason of spellings) {
    const { result, calls } = await ask(say('```ts\nwipe("a', reason), say('ll")\n```'));
    assertEquals([result.status, calls], ["completed", ["wipe all"]], reason);
  }
});

Deno.test("CaveAgent.run() joins the parts of a reply without doubling what is repeated", async () => {
  const first = 'So:\n```ts\nconst a = "one";\nconst b = [a,';
  const table: [string, string][] = [
    ["exactly", ' "two"];\nread(b)\n```'],
    ["the block again", '```ts\nconst a = "one";\nconst b = [a, "two"];\nread(b)\n```'],
    [
      "the block again, with words",
      'Sorry, again:\n\n```ts\nconst a = "one";\nconst b = [a, "two"];\nread(b)\n```',
    ],
    ["everything again", 'So:\n```ts\nconst a = "one";\nconst b = [a, "two"];\nread(b)\n```'],
    ["the last line again, in a block", '```ts\nconst b = [a, "two"];\nread(b)\n```'],
    ["the last line again", 'const b = [a, "two"];\nread(b)\n```'],
    ["the rest in a block", '```ts\n "two"];\nread(b)\n```'],
  ];
  for (const [name, rest] of table) {
    const { result } = await ask(say(first, "length"), say(rest));
    const code = 'const a = "one";\nconst b = [a, "two"];\nread(b)';
    assertEquals(result.cells, [code], name);
  }
  const thinks = await ask(
    say("```ts\nread(", "length"),
    say("<think>Where was I?</think>1)\n```"),
  );
  assertEquals(thinks.result.cells, ["read(1)"]);
  const cutInTheFirstLine = await ask(say("```ts\nread(", "length"), say("```ts\nread(1)\n```"));
  assertEquals(cutInTheFirstLine.result.cells, ["read(1)"]);
});

Deno.test("CaveAgent.run() tells reasoning in the text from the reply", async () => {
  const draft = "Maybe\n```ts\nwipe('draft')\n```\nNo.";
  const table: [string, string][] = [
    ...["think", "thinking", "reasoning", "analysis", "thought", "reflection", "seed:think"].map((
      tag,
    ): [string, string] => [
      tag,
      `<${tag}>${draft}</${tag}>\n\nHello`,
    ]),
    ["upper case", `<THINK>${draft}</THINK>Hello`],
    ["squares", `[THINK]${draft}[/THINK]Hello`],
    ["triangles", `◁think▷${draft}◁/think▷Hello`],
    [
      "a channel",
      `<|channel|>analysis<|message|>${draft}<|end|><|start|>assistant<|channel|>final<|message|>Hello<|return|>`,
    ],
    ["a thought", `<|begin_of_thought|>${draft}<|end_of_thought|>Hello`],
    ["a lone closing tag", "I plan.</think>\n\nHello"],
    ["a token at the end", "Hello</s>"],
    ["twice", `<think>${draft}</think><think>Once more</think>Hello`],
  ];
  for (const [name, reply] of table) {
    const pieces = [...reply].map((content) => ({ choices: [{ index: 0, delta: { content } }] }));
    for (const answer of [say(reply), [...pieces, end("stop")]]) {
      const { result, calls, agent } = await ask(answer);
      assertEquals([result.status, result.content, calls], ["completed", "Hello", []], name);
      assertEquals(agent.messages.at(-1)!.content, "Hello", name);
    }
  }
});

Deno.test("CaveAgent.run() runs the cell behind the reasoning, and leaves tags in code alone", async () => {
  const reply = "<think>```ts\nwipe('draft')\n```</think>\n```ts\nread('<think>');\n```";
  const { result, calls } = await ask(reply);
  assertEquals([result.cells, calls], [["read('<think>');"], ["read"]]);
  const mention = "Put `<think>` in front.";
  assertEquals((await ask(mention)).result.content, mention);
});

Deno.test("CaveAgent.run() runs no draft before a lone closing tag that arrives with it", async () => {
  const { calls, result } = await ask(`Maybe\n\`\`\`ts\nwipe('draft')\n\`\`\`\nNo.</think>\nHello`);
  assertEquals([calls, result.content], [[], "Hello"]);
});

Deno.test("CaveAgent.run() learns that reasoning has no opening tag", async () => {
  const reply = (text: string) => `Plan:\n\`\`\`ts\nwipe('draft')\n\`\`\`\nNo.</think>${text}`;
  const { calls, result } = await ask(
    "Plan.</think>```ts\nread()\n```",
    reply("```ts\nread()\n```"),
    reply("Hello"),
  );
  assertEquals([calls, result.content], [["read", "read"], "Hello"]);
});

Deno.test("CaveAgent.run() nudges once when a reply is empty, and fails then", async () => {
  const empty: [string, WireReply][] = [
    ["nothing", say("")],
    ["white space", say(" \n")],
    ["reasoning alone", [{ choices: [{ delta: { reasoning: "Hm" } }] }, end("stop")]],
    ["reasoning in the text alone", say("<think>Hm</think>")],
  ];
  for (const [name, reply] of empty) {
    const again = () => reply instanceof Response ? reply : reply;
    const once = await ask(again(), "Hello");
    assertEquals([once.result.status, once.result.content, once.requests.length], [
      "completed",
      "Hello",
      2,
    ], name);
    assertEquals(once.agent.messages.map(({ role }) => role), ["user", "assistant"], name);
    const twice = await ask(again(), again());
    assertEquals([twice.result.status, twice.requests.length], ["failed", 2], name);
    assertStringIncludes(twice.result.reason!, "replied with nothing");
    assertEquals(twice.agent.messages.length, 1, name);
  }
});

Deno.test("CaveAgent.run() sends no empty message when all of a reply was reasoning and was cut off", async () => {
  const reasoning = [{ choices: [{ delta: { reasoning_content: "Hm" } }] }, end("length")];
  const { result, requests } = await ask(reasoning, "Hello");
  assertEquals([result.status, result.content], ["completed", "Hello"]);
  assertStringIncludes(
    String(requests[1]!.messages.at(-1)!.content),
    "cut off by its limit before it began",
  );
  const never = await ask(reasoning, reasoning, reasoning, reasoning, reasoning);
  assertEquals([never.result.status, never.requests.length], ["failed", 4]);
});

Deno.test("CaveAgent.run() reads text in other shapes, and mixes no choices", async () => {
  const table: [string, readonly unknown[]][] = [
    ["parts", [{
      choices: [{ delta: { content: [{ type: "text", text: "4" }, { type: "text", text: "2" }] } }],
    }]],
    ["choices[0].text", [{ choices: [{ text: "42" }] }]],
    ["a message", [{ choices: [{ message: { content: "42" } }] }]],
    ["a message without choices", [{ message: { role: "assistant", content: "42" } }]],
    ["the whole message after the pieces", [
      { choices: [{ delta: { content: "4" } }] },
      { choices: [{ delta: { content: "2" }, message: { content: "42" } }] },
      { choices: [{ delta: {}, message: { content: "42" } }] },
    ]],
    ["several choices", [
      { choices: [{ index: 0, delta: { content: "4" } }, { index: 1, delta: { content: "x" } }] },
      { choices: [{ index: 1, delta: { content: "y" } }] },
      { choices: [{ index: 0, delta: { content: "2" } }] },
    ]],
  ];
  for (const [name, events] of table) {
    const { result } = await ask([...events, end("stop")]);
    assertEquals([result.status, result.content], ["completed", "42"], name);
  }
  const whole = await ask(
    Response.json({
      choices: [{ message: { role: "assistant", content: "42" }, finish_reason: "stop" }],
    }),
  );
  assertEquals(whole.result.content, "42");
});

Deno.test("CaveAgent.run() corrects a reply that was meant to act, once", async () => {
  const replies = [
    "```python\nprint(1)\n```",
    "I look.\n```bash\nls\n```",
    "<code>\nread()\n</code>",
    '<tool_call>\n{"name": "read", "arguments": {}}\n</tool_call>',
    '{"name": "read", "arguments": {}}',
    'I call it:\n{"name": "read", "arguments": {}}',
    '```json\n{"tool": "read", "parameters": {}}\n```',
    '<function=read>{"a": 1}</function>',
    "[TOOL_CALLS] [...]",
    "Action: read\nAction Input: {}",
    "<｜tool▁calls▁begin｜>read",
    "```\nconst a = await read();\n```",
    "Use ```ts read()``` to read.",
  ];
  for (const reply of replies) {
    const { result, requests, events } = await ask(reply, cell("read()"), "Done");
    assertEquals([result.status, result.content, result.steps], ["completed", "Done", 3], reply);
    assertStringIncludes(
      String(requests[1]!.messages.at(-1)!.content),
      "nothing was executed",
      reply,
    );
    assertEquals(ofType(events, "correction").length, 1);
    const insists = await ask(reply, reply);
    assertEquals([insists.result.status, insists.result.content], ["completed", reply]);
  }
  const called = await ask(
    [{
      choices: [{
        delta: { tool_calls: [{ index: 0, id: "1", function: { name: "read", arguments: "{}" } }] },
      }],
    }, end("tool_calls")],
    "Done",
  );
  assertStringIncludes(
    String(called.requests[1]!.messages.at(-1)!.content),
    "there are no tools here",
  );
  assertEquals(called.result.content, "Done");
});

Deno.test("CaveAgent.run() takes data and prose in blocks as the answer", async () => {
  for (
    const reply of [
      '```json\n{"a": 1}\n```',
      "```\nno language\n```",
      "```markdown\n# Hi\n```",
      "The `<tool_call>` tag",
    ]
  ) {
    const { result } = await ask(reply);
    assertEquals([result.status, result.content, result.steps], ["completed", reply, 1]);
  }
});

Deno.test("CaveAgent.run() reads a stream to its end when a server sends [DONE] or nothing", async () => {
  for (const tail of [["data: [DONE]"], []]) {
    const { result } = await ask(stream([...say("Hello"), ...tail]));
    assertEquals(result.content, "Hello");
  }
  assert(true);
});
