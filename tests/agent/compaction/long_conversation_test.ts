/** Conversations that outgrow the window of the model. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CaveAgent } from "../../../src/cave_agent.ts";
import { ModelError } from "../../../src/model/model_error.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import { cell, ofType } from "../setup.ts";
import { StrictServer, tokensOf, type WireRequest } from "../reply/_strict_server.ts";

function isSummary({ messages }: WireRequest): boolean {
  return String(messages[0]!.content).includes("<summary> tags");
}

/** Writes a cell that prints and counts, until it has counted far enough. */
function counting(steps: number, text: string) {
  let step = 0;
  return (request: WireRequest) => {
    if (isSummary(request)) return `<summary>${"Counting goes on. ".repeat(100)}</summary>`;
    if (step === steps) return "The end";
    step++;
    return cell(
      `total += ${step};\nconsole.log(${JSON.stringify(text)}.repeat(${300 + 40 * (step % 100)}));`,
    );
  };
}

Deno.test("CaveAgent.run() takes 200 steps in a window of 16,000 tokens", async () => {
  const windowTokens = 16_000;
  await using server = new StrictServer(counting(200, "word "), { windowTokens });
  await using runtime = new LocalRuntime({ variables: { total: 0 } });
  const agent = new CaveAgent({
    model: server.model(),
    runtime,
    contextWindowTokens: windowTokens,
    maxSteps: 300,
  });
  const question = `${"Count carefully. ".repeat(200)}Add up all numbers to 200.`;
  const run = agent.stream(question);
  const result = await run.result;
  assertEquals([result.status, result.content, result.steps], ["completed", "The end", 201]);
  assertEquals(await runtime.retrieve("total"), 20_100);
  for (const { messages } of server.requests) assert(tokensOf(messages) < windowTokens);
  const steps = server.requests.filter((request) => !isSummary(request));
  for (const { messages } of steps) {
    assert(JSON.stringify(messages).includes("Add up all numbers to 200."));
  }
  const events = await Array.fromAsync(run);
  const compactions = ofType(events, "compacted").length;
  assert(compactions > 0 && compactions < 50, `${compactions} compactions`);
  assert(
    server.requests.length - steps.length < 25,
    `${server.requests.length - steps.length} summaries`,
  );
  assertStringIncludes(JSON.stringify(agent.messages[0]), "total: number");
});

Deno.test("CaveAgent.run() compacts when the server refuses the length, and tries again once", async () => {
  const windowTokens = 5_000;
  for (const text of ["漢字", "word "]) {
    await using server = new StrictServer(counting(12, text), { windowTokens });
    await using runtime = new LocalRuntime({ variables: { total: 0 } });
    const agent = new CaveAgent({ model: server.model(), runtime, maxSteps: 100 });
    assertEquals((await agent.run("Count to 12")).content, "The end");
    assertEquals(await runtime.retrieve("total"), 78);
    const refused = server.requests.filter(({ messages }) =>
      tokensOf(messages) > windowTokens
    ).length;
    assert(refused >= 1 && refused <= 4, `${refused} refusals`);
  }
});

Deno.test("CaveAgent.run() fails when the window that the server reports has no room", async () => {
  await using server = new StrictServer(() => "Never", { windowTokens: 300 });
  await using runtime = new LocalRuntime();
  const agent = new CaveAgent({ model: server.model(), runtime });
  const { status, reason } = await agent.run("Go");
  assertEquals([status, server.requests.length], ["failed", 1]);
  assertStringIncludes(reason!, "of the 300 tokens of its context window");
});

Deno.test("CaveAgent.run() rejects when nothing can be left out of what is refused", async () => {
  const refusal = { error: { message: "prompt is too long", type: "exceed_context_size_error" } };
  await using server = new StrictServer(() => Response.json(refusal, { status: 400 }));
  await using runtime = new LocalRuntime();
  const agent = new CaveAgent({ model: server.model(), runtime });
  await assertRejects(() => agent.run("Go"), ModelError, "prompt is too long");
  assertEquals(server.requests.length, 1);
});

Deno.test("CaveAgent.run() fails when the system prompt fills the window", async () => {
  await using server = new StrictServer(() => "Never");
  await using runtime = new LocalRuntime();
  const agent = new CaveAgent({
    model: server.model(),
    runtime,
    contextWindowTokens: 4_000,
    instructions: "Be good. ".repeat(2_000),
  });
  const { status, reason } = await agent.run("Go");
  assertEquals(status, "failed");
  assertStringIncludes(reason!, "the system prompt takes about");
  assertEquals(server.requests.length, 0);
});

Deno.test("CaveAgent.run() shortens a question that is too long, and keeps it for cells", async () => {
  const question = `${"data ".repeat(40_000)}How many words are there?`;
  await using server = new StrictServer(
    ({ index }) => [cell('(await readArtifact("text-1")).split(" ").length'), "40004"][index]!,
    { windowTokens: 16_000 },
  );
  await using runtime = new LocalRuntime();
  const agent = new CaveAgent({ model: server.model(), runtime, contextWindowTokens: 16_000 });
  assertEquals((await agent.run(question)).content, "40004");
  assertStringIncludes(
    String(server.requests[1]!.messages.at(-1)!.content),
    "Value (number):\n40005",
  );
  assertStringIncludes(
    String(server.requests[0]!.messages.at(-1)!.content),
    "How many words are there?",
  );
});

Deno.test("CaveAgent.run() keeps output that is too long where cells can read it", async () => {
  await using server = new StrictServer(({ index }) =>
    [
      cell('console.log("line\\n".repeat(5_000) + "END")'),
      cell('(await readArtifact("output-1")).length'),
      cell('await readArtifact("none")'),
      "Done",
    ][index]!
  );
  await using runtime = new LocalRuntime();
  const agent = new CaveAgent({ model: server.model(), runtime });
  assertEquals((await agent.run("Go")).content, "Done");
  const seen = (request: number) => String(server.requests[request]!.messages.at(-1)!.content);
  assertStringIncludes(seen(1), 'The whole text is kept: await readArtifact("output-1")');
  assertStringIncludes(seen(2), "25004");
  assertStringIncludes(seen(3), 'Cannot read "none": the kept texts are output-1');
});

Deno.test("CaveAgent.run() does not use a summary that the provider withheld", async () => {
  await using server = new StrictServer((request) => {
    if (!isSummary(request)) return counting(1, "x")(request);
    return [{ choices: [{ delta: { content: "<summary>The user wants to del" } }] }, {
      choices: [{ delta: {}, finish_reason: "content_filter" }],
    }];
  });
  await using runtime = new LocalRuntime({ variables: { total: 0 } });
  const messages = Array.from({ length: 60 }, (_, i) => ({
    role: i % 2 === 0 ? "user" as const : "assistant" as const,
    content: `${i} `.padEnd(2_000, "x"),
  }));
  const agent = new CaveAgent({
    model: server.model(),
    runtime,
    messages,
    contextWindowTokens: 16_000,
    maxSteps: 1,
  });
  await agent.run("Go");
  assert(server.requests.some(isSummary));
  assertEquals(JSON.stringify(agent.messages).includes("wants to del"), false);
});
