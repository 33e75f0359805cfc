import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  compactionThreshold,
  type CompactOptions,
  Compactor,
  estimateTokens,
} from "../../src/agent/compaction.ts";
import type { Message } from "../../src/agent/message.ts";
import type { Model, ModelMessage, TokenUsage } from "../../src/model/model.ts";

const namespace = "The session has these names: rows";
const cleared = "(cleared to save space; the variables are still there)";
const usage: TokenUsage = {
  inputTokens: 1,
  outputTokens: 1,
  totalTokens: 2,
  estimated: false,
};

/** A model that replies in this order, and fails when no reply is left. */
class Summarizer implements Model {
  readonly requests: (readonly ModelMessage[])[] = [];
  readonly usages: TokenUsage[] = [];
  readonly #replies: (string | undefined)[];

  constructor(...replies: (string | undefined)[]) {
    this.#replies = replies;
  }

  async *stream(messages: readonly ModelMessage[]) {
    this.requests.push(messages);
    const reply = this.#replies.shift();
    if (reply === undefined) throw new RangeError("Scripted to fail");
    yield { type: "text" as const, text: await reply };
    yield { type: "end" as const, finishReason: "stop" as const, usage };
  }

  options(maxTokens: number): CompactOptions {
    const onUsage = (usage: TokenUsage) => void this.usages.push(usage);
    return { model: this, maxTokens, namespace, signal: new AbortController().signal, onUsage };
  }
}

/** Returns a question and a number of cells with their observations, each of 40 characters. */
function history(cells: number, question = "Question"): Message[] {
  const steps = Array.from({ length: cells }, (_, i): Message[] => [
    { role: "code_execution", content: `cell ${i} `.padEnd(40, "c") },
    { role: "execution_result", content: `observation ${i} `.padEnd(40, "o") },
  ]);
  return [{ role: "user", content: question }, ...steps.flat()];
}

function text({ role, content }: Message): string {
  return `${role}: ${content}`;
}

Deno.test("compactionThreshold() leaves room for the reply", () => {
  assertEquals(compactionThreshold(128_000), 99_000);
  assertEquals(compactionThreshold(29_000), 14_500);
  assertEquals(compactionThreshold(8_000), 4_000);
});

Deno.test("estimateTokens() counts four characters as one", () => {
  assertEquals(estimateTokens([]), 0);
  assertEquals(estimateTokens([{ content: "12345" }, { content: "678" }]), 2);
  assertEquals(estimateTokens([{ content: "123456789" }]), 3);
});

Deno.test("Compactor.compact() clears old observations, and asks no model when that is enough", async () => {
  const model = new Summarizer();
  const before = history(8);
  const copy = structuredClone(before);
  const tokens = estimateTokens(before);
  const after = await new Compactor().compact(before, model.options(tokens + 100));
  assertEquals(before, copy);
  assertEquals(model.requests.length, 0);
  assertEquals(after.map(({ role }) => role), before.map(({ role }) => role));
  const changed = after.flatMap(({ content }, i) => content === before[i]!.content ? [] : [i]);
  assertEquals(changed, [2, 4]);
  assertEquals(after[2], { role: "execution_result", content: cleared });
});

Deno.test("Compactor.compact() puts a summary in place of the older half", async () => {
  const table: [string, string][] = [
    ["<summary>Short</summary>", "Short"],
    ["<analysis>Long</analysis>\n<summary>\nShort\n</summary> Bye", "Short"],
    ["<analysis>I write a <summary> now</analysis><summary>Short</summary>", "Short"],
    ["<analysis>Long <summary>Short</summary>", "Short"],
    ["<summary>Cut of", "Cut of"],
    ["<analysis>Long</analysis>Without tags", "Without tags"],
    ["Without tags", "Without tags"],
  ];
  for (const [reply, summary] of table) {
    const model = new Summarizer(reply);
    const before = history(10);
    const after = await new Compactor().compact(before, model.options(20));
    assertEquals(after.slice(0, 2).map(text), [
      `user: <summary>\n${summary}\n</summary>\n\n${namespace}`,
      "assistant: I have the summary and go on from there.",
    ]);
    assertEquals(after.slice(2), before.slice(11));
    assertEquals(model.usages, [usage]);
    const [system, transcript] = model.requests[0]!;
    assertEquals([system!.role, transcript!.role], ["system", "user"]);
    assertStringIncludes(transcript!.content, "[user]\nQuestion\n\n[code_execution]\ncell 0 ");
    assertStringIncludes(transcript!.content, "cell 4 ");
    assertEquals(transcript!.content.includes("cell 5 "), false);
    assertEquals(transcript!.content.includes("observation 0"), false);
  }
});

Deno.test("Compactor.compact() shortens long messages in the transcript", async () => {
  const model = new Summarizer("<summary>Short</summary>");
  const after = await new Compactor().compact(history(10, "q".repeat(9_000)), model.options(20));
  const transcript = model.requests[0]![1]!.content;
  assertStringIncludes(transcript, `[user]\n${"q".repeat(2_000)} ...\n\n`);
  assertEquals(transcript.includes("q".repeat(2_001)), false);
  assertEquals(JSON.stringify(after).includes("qqq"), false);
});

Deno.test("Compactor.compact() never separates a cell from its observation", async () => {
  for (let cells = 2; cells <= 12; cells++) {
    for (const lead of [0, 1, 2]) {
      const before = [
        ...Array<Message>(lead).fill({ role: "user", content: "x" }),
        ...history(cells),
      ];
      const model = new Summarizer("<summary>Short</summary>");
      const after = (await new Compactor().compact(before, model.options(0))).slice(2);
      assert(after.length >= 4, `${cells}, ${lead}`);
      assertEquals(after[0]!.role !== "execution_result", true, `${cells}, ${lead}`);
      assertEquals(after.at(-1), before.at(-1));
    }
  }
});

Deno.test("Compactor.compact() leaves a history alone when it has only four messages", async () => {
  const model = new Summarizer();
  const before: Message[] = ["a", "b", "c", "d"].map((content) => ({ role: "user", content }));
  assertEquals(await new Compactor().compact(before, model.options(0)), before);
  assertEquals(await new Compactor().compact([], model.options(0)), []);
  assertEquals(model.requests.length, 0);
});

Deno.test("Compactor.compact() keeps the question and the newer half when there is no summary", async () => {
  for (const reply of [undefined, "", "<summary> </summary>", "<analysis>Only this"]) {
    const model = new Summarizer(reply);
    const before = history(10);
    const after = await new Compactor().compact(before, model.options(20));
    assertEquals(after.slice(0, 2).map(text), [`user: ${namespace}`, "user: Question"]);
    assertEquals(after.slice(2), before.slice(11));
    assertEquals(model.usages.length, reply === undefined ? 0 : 1);
  }
});

Deno.test("Compactor.compact() asks for no summary when three in a row have failed", async () => {
  const good = "<summary>Short</summary>";
  const model = new Summarizer(undefined, undefined, good, undefined, "", undefined, good);
  const compactor = new Compactor();
  const first: string[] = [];
  for (let i = 0; i < 8; i++) {
    const after = await compactor.compact(history(10), model.options(20));
    first.push(after[0]!.content.startsWith("<summary>") ? "summary" : "cut");
  }
  assertEquals(first, ["cut", "cut", "summary", "cut", "cut", "cut", "cut", "cut"]);
  assertEquals(model.requests.length, 6);
});

Deno.test("Compactor.compact() rejects when the signal aborts during the summary", async () => {
  const controller = new AbortController();
  const reason = new RangeError("Stop it");
  // deno-lint-ignore require-yield -- it fails before it has anything to give
  async function* stream() {
    controller.abort(reason);
    throw await Promise.resolve(reason);
  }
  const options = { ...new Summarizer().options(20), model: { stream }, signal: controller.signal };
  assertEquals(await assertRejects(() => new Compactor().compact(history(10), options)), reason);
});
