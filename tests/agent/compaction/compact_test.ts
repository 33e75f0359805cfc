import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { compact, type CompactOptions } from "../../../src/agent/compaction/compact.ts";
import {
  calibrate,
  learnRefusal,
  measure,
  needsCompaction,
  roomIn,
} from "../../../src/agent/compaction/context.ts";
import { CLEARED, clearObservations } from "../../../src/agent/compaction/passes.ts";
import { NEW_CONTEXT } from "../../../src/agent/record/context_memory.ts";
import type { Message } from "../../../src/agent/record/message.ts";
import type { ModelMessage } from "../../../src/model/model.ts";

const namespace = "The session has these names: rows: Array(3)";

/** A model that replies in this order, and has nothing to say when no reply is left. */
class Summarizer {
  readonly requests: (readonly ModelMessage[])[] = [];
  readonly #replies: (string | undefined)[];

  constructor(...replies: (string | undefined)[]) {
    this.#replies = replies;
  }

  options(target: number, memory = NEW_CONTEXT): CompactOptions {
    return {
      target,
      memory,
      namespace,
      windowTokens: 16_000,
      nameFor: (index) => `text-${index + 1}`,
      summarise: (messages) => {
        this.requests.push(messages);
        return Promise.resolve(this.#replies.shift());
      },
    };
  }
}

/** Returns a question and a number of cells with their observations. */
function history(cells: number, { chars = 400, question = "Question" } = {}): Message[] {
  const steps = Array.from({ length: cells }, (_, i): Message[] => [
    { role: "code_execution", content: `cell ${i} `.padEnd(chars, "c") },
    { role: "execution_result", content: `observation ${i} `.padEnd(chars, "o") },
  ]);
  return [{ role: "user", content: question }, ...steps.flat()];
}

function run(messages: readonly Message[], options: CompactOptions) {
  return compact({ messages, question: 0 }, options);
}

Deno.test("measure() counts the tokens of scripts", () => {
  const tokens = (content: string) => measure([{ content }]) - measure([{ content: "" }]);
  assertEquals(tokens("a".repeat(400)), 100);
  assertEquals(tokens("漢".repeat(400)), 400);
  assertEquals(tokens("ж".repeat(400)), 200);
  assertEquals(tokens("😀".repeat(400)), 400);
  assertEquals(
    measure([{ content: "a".repeat(400) }], 2),
    2 * measure([{ content: "a".repeat(400) }]),
  );
});

Deno.test("calibrate() learns from the provider's numbers, and learnRefusal() from a refusal", () => {
  const messages: ModelMessage[] = [{ role: "user", content: "a".repeat(4_000) }];
  const usage = { inputTokens: 2_008, outputTokens: 1, totalTokens: 2_009, estimated: false };
  assertEquals(calibrate(NEW_CONTEXT, { messages, usage }).factor, 2);
  const estimated = { ...usage, estimated: true };
  assertEquals(calibrate(NEW_CONTEXT, { messages, usage: estimated }).factor, 1);
  const refused = { tokens: 5_000, windowTokens: 128_000 };
  assertEquals(learnRefusal(NEW_CONTEXT, { ...refused, reported: 4_096 }).windowTokens, 4_096);
  assertEquals(learnRefusal(NEW_CONTEXT, refused).windowTokens, 5_000);
  assertEquals(learnRefusal(NEW_CONTEXT, { ...refused, reported: 10_000 }).factor, 2);
});

Deno.test("roomIn() leaves room for the reply, and refuses a system prompt that fills the window", () => {
  assertEquals(roomIn(128_000, 1_000)!.limit, 98_000);
  assertEquals(roomIn(16_000, 1_000)!.limit, 7_000);
  assertEquals(roomIn(16_000, 9_000)!.limit, 3_000);
  assertEquals(roomIn(16_000, 12_000), undefined);
});

Deno.test("needsCompaction() waits for a history to grow that could not be made shorter", () => {
  const room = roomIn(16_000, 0)!;
  const memory = { ...NEW_CONTEXT, compactedTokens: 9_000 };
  assertEquals(needsCompaction(9_500, room, NEW_CONTEXT), true);
  assertEquals(needsCompaction(9_500, room, memory), false);
  assertEquals(needsCompaction(12_000, room, memory), true);
});

Deno.test("compact() clears old observations, and asks no model when that is enough", async () => {
  const model = new Summarizer();
  const before = history(8);
  const copy = structuredClone(before);
  const after = await run(before, model.options(1_600));
  assertEquals(before, copy);
  assertEquals(model.requests.length, 0);
  assertEquals(after.messages[0], { role: "summary", content: namespace });
  assertEquals(after.messages[after.question]!.content, "Question");
  const cleared = after.messages.filter(({ content }) => content === CLEARED).length;
  assertEquals(cleared, 2);
  assert(measure(after.messages) <= 1_600);
});

Deno.test("clearObservations() keeps the last observation, however long it is", () => {
  const messages = history(4, { chars: 4_000 });
  const options = { target: 100, factor: 1, nameFor: () => undefined };
  const { messages: after } = clearObservations({ messages, question: 0, kept: [] }, options);
  assertEquals(after.filter(({ content }) => content === CLEARED).length, 3);
  assertEquals(after.at(-1), messages.at(-1));
});

Deno.test("compact() puts a summary in place of the older part", async () => {
  const table: [string, string][] = [
    ["<summary>Short</summary>", "Short"],
    ["<analysis>Long</analysis>\n<summary>\nShort\n</summary> Bye", "Short"],
    ["<analysis>I write a <summary> now</analysis><summary>Short</summary>", "Short"],
    ["<summary>Cut of", "Cut of"],
    ["Without tags", "Without tags"],
  ];
  for (const [reply, summary] of table) {
    const model = new Summarizer(reply);
    const after = await run(history(10), model.options(900));
    const [first, second] = after.messages;
    assertEquals(first!.content, `<summary>\n${summary}\n</summary>\n\n${namespace}`);
    assertEquals([second!.content, after.question], ["Question", 1]);
    assertEquals(after.messages[2]!.role, "code_execution");
    assertEquals(after.messages.at(-1)!.content, history(10).at(-1)!.content);
    assert(measure(after.messages) <= 900);
    const transcript = model.requests[0]![1]!.content;
    assertStringIncludes(transcript, "cell 0 ");
    assertEquals(transcript.includes(CLEARED), false);
    assertEquals(transcript.includes("cell 9 "), false);
  }
});

Deno.test("compact() never nests summaries, and bounds them", async () => {
  const model = new Summarizer(
    "<summary>First</summary>",
    `<summary>${"x".repeat(100_000)}</summary>`,
  );
  const first = await run(history(10), model.options(900));
  const grown = [...first.messages, ...history(10).slice(1)];
  const second = await compact({ messages: grown, question: first.question }, model.options(900));
  assertStringIncludes(model.requests[1]![1]!.content, "[earlier summary]\nFirst");
  assertEquals(second.messages.filter(({ role }) => role === "summary").length, 1);
  assert(second.messages[0]!.content.length < 1_000);
  assertEquals(second.messages[second.question]!.content, "Question");
});

Deno.test("compact() keeps a long question with its end", async () => {
  const question = "q".repeat(3_600) + " Write everything in French.";
  const model = new Summarizer("<summary>Short</summary>");
  const after = await run(history(20, { question }), model.options(2_500));
  assertEquals(after.messages[after.question]!.content, question);
  const huge = "q".repeat(100_000) + " Write everything in French.";
  const shortened = await run(history(1, { question: huge }), model.options(2_500));
  const { content } = shortened.messages[shortened.question]!;
  assert(content.endsWith("Write everything in French."));
  assertStringIncludes(content, 'the whole text: await readArtifact("text-1")');
  assertEquals(shortened.kept, [{ name: "text-1", text: huge }]);
  assert(measure(shortened.messages) <= 2_500);
});

Deno.test("compact() drops the older part when there is no summary, and stops asking after three failures", async () => {
  let memory = NEW_CONTEXT;
  const model = new Summarizer(undefined, "", "<summary> </summary>", "Never asked");
  for (let i = 1; i <= 4; i++) {
    const after = await run(history(10), model.options(900, memory));
    assertEquals(after.messages[0]!.content, namespace);
    assertEquals(after.messages[after.question]!.content, "Question");
    assertEquals(after.memory.failures, Math.min(i, 3));
    assert(measure(after.messages) <= 900);
    memory = after.memory;
  }
  assertEquals(model.requests.length, 3);
});

Deno.test("compact() never separates a call from its results", async () => {
  for (let cells = 2; cells <= 12; cells++) {
    for (const target of [100, 300, 700, 1_200]) {
      const model = new Summarizer("<summary>Short</summary>");
      const { messages, question } = await run(history(cells), model.options(target));
      const rest = messages.slice(question + 1);
      assert(rest[0]!.role === "code_execution", `${cells}, ${target}`);
      assertEquals(rest.length % 2, 0);
    }
  }
});
