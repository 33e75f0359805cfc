/**
 * The contract of models: what any implementation of the port promises.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Model, ModelChunk, ModelMessage } from "../../model/model.ts";
import { ModelError } from "../../model/model_error.ts";

/** A reply that the provider behind a model is to give. */
export interface ContractReply {
  /** The text. */
  readonly text: string;
  /** The HTTP status: from 400 on, the request fails, and `text` is the message. @default 200 */
  readonly status?: number;
  /** A call of a tool behind the text. @default none */
  readonly toolCall?: {
    readonly name: string;
    readonly arguments: Readonly<Record<string, unknown>>;
  };
  /** How the reply ends: as it should, by a lost connection after its text, or never. @default "complete" */
  readonly ending?: "complete" | "broken" | "stalled";
}

/** A model, with a view of the provider behind it. */
export interface ContractModel extends AsyncDisposable {
  /** The model. It does not repeat requests. */
  readonly model: Model;
  /** Returns the number of requests that have arrived at the provider. */
  readonly requests: () => number;
  /** Settles when a client has left a reply before its end. */
  readonly left: Promise<void>;
}

/** Creates a model whose provider gives these replies, in order. */
export type MakeContractModel = (
  replies: readonly ContractReply[],
) => ContractModel | Promise<ContractModel>;

/** A promise of models, with its check. */
export type ModelPromise = readonly [
  promise: string,
  check: (make: MakeContractModel) => Promise<void>,
];

const MESSAGES: readonly ModelMessage[] = [
  { role: "system", content: "Be brief" },
  { role: "user", content: "Hello" },
];

const TOOL = {
  name: "add",
  description: "Adds",
  parameters: { type: "object", properties: { a: { type: "number" } } },
};

/**
 * The promises of models, each with a check that a test runs on an implementation. A check fails by throwing.
 *
 * @example Test a model of your own
 * ```ts
 * import { MODEL_CONTRACT, ScriptedServer } from "@cave/agent/testing";
 *
 * for (const [promise, check] of MODEL_CONTRACT.slice(0, 1)) {
 *   // In a test file: Deno.test(promise, () => check(make));
 *   await check((replies) => {
 *     const server = new ScriptedServer({ replies: replies.map(({ text }) => text) });
 *     return {
 *       model: server.model(),
 *       requests: () => server.requests.length,
 *       left: new Promise(() => {}),
 *       [Symbol.asyncDispose]: () => server.close(),
 *     };
 *   });
 * }
 * ```
 */
export const MODEL_CONTRACT: readonly ModelPromise[] = [
  ["stream() gives the text in pieces, and one end behind them", async (make) => {
    await using subject = await make([{ text: "Hello, Ada: é \u{1F600}" }]);
    const chunks = await Array.fromAsync(subject.model.stream(MESSAGES));
    assertEquals(textOf(chunks), "Hello, Ada: é \u{1F600}");
    assertEquals(chunks.map(({ type }) => type).indexOf("end"), chunks.length - 1);
    const end = chunks.at(-1)!;
    assert(end.type === "end" && end.finishReason === "stop", JSON.stringify(end));
    for (const chunk of chunks) {
      assert(chunk.type !== "text" || chunk.text !== "", "a piece is empty");
    }
    checkUsage(chunks);
  }],

  ["stream() sends nothing before its first chunk is requested", async (make) => {
    await using subject = await make([{ text: "Hello" }]);
    const reply = subject.model.stream(MESSAGES)[Symbol.asyncIterator]();
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    assertEquals(subject.requests(), 0);
    await reply.next();
    assertEquals(subject.requests(), 1);
    await reply.return?.();
  }],

  ["stream() gives calls of tools whole, behind the text", async (make) => {
    const toolCall = { name: "add", arguments: { a: 1, text: 'a"b' } };
    await using subject = await make([{ text: "Let me add", toolCall }]);
    const chunks = await Array.fromAsync(subject.model.stream(MESSAGES, { tools: [TOOL] }));
    const calls = chunks.filter((chunk) => chunk.type === "tool_call");
    assertEquals(calls.map(({ name, arguments: args }) => [name, JSON.parse(args)]), [
      ["add", toolCall.arguments],
    ]);
    assert(calls[0]!.id !== "", "the call has no identifier");
    const end = chunks.at(-1)!;
    assert(end.type === "end" && end.finishReason === "tool_calls", JSON.stringify(end));
  }],

  ["stream() takes a whole conversation, with calls and their answers", async (make) => {
    await using subject = await make([{ text: "It is 3" }]);
    const toolCalls = [{ id: "call_1", name: "add", arguments: '{"a":1}' }];
    const chunks = await Array.fromAsync(subject.model.stream([
      ...MESSAGES,
      { role: "assistant", content: "", toolCalls },
      { role: "tool", content: "3", toolCallId: "call_1" },
      { role: "assistant", content: "Three" },
      { role: "user", content: "Half of a pair: \ud800" },
    ], { tools: [TOOL] }));
    assertEquals(textOf(chunks), "It is 3");
  }],

  ["stream() serves several replies at a time", async (make) => {
    await using subject = await make([{ text: "One" }, { text: "Two" }]);
    const replies = await Promise.all(
      [1, 2].map(() => Array.fromAsync(subject.model.stream(MESSAGES))),
    );
    assertEquals(replies.map(textOf).sort(), ["One", "Two"]);
  }],

  [
    "stream() throws the reason of a signal that is aborted before, and sends nothing",
    async (make) => {
      await using subject = await make([{ text: "Hello" }]);
      const signal = AbortSignal.abort(new Error("Enough"));
      await assertRejects(
        () => Array.fromAsync(subject.model.stream(MESSAGES, { signal })),
        Error,
        "Enough",
      );
      assertEquals(subject.requests(), 0);
    },
  ],

  [
    "stream() throws the reason of a signal that aborts midway, and leaves the provider",
    async (make) => {
      await using subject = await make([{ text: "Hello", ending: "stalled" }]);
      const abort = new AbortController();
      const reading = (async () => {
        for await (const chunk of subject.model.stream(MESSAGES, { signal: abort.signal })) {
          if (chunk.type === "text") abort.abort(new Error("Enough"));
        }
      })();
      await assertRejects(() => reading, Error, "Enough");
      await subject.left;
    },
  ],

  ["stream() is not disturbed by a signal that aborts after its end", async (make) => {
    await using subject = await make([{ text: "Hello" }]);
    const abort = new AbortController();
    const chunks = await Array.fromAsync(subject.model.stream(MESSAGES, { signal: abort.signal }));
    abort.abort(new Error("Late"));
    assertEquals(textOf(chunks), "Hello");
  }],

  ["stream() leaves the provider when its reader leaves", async (make) => {
    await using subject = await make([{ text: "Hello", ending: "stalled" }]);
    for await (const chunk of subject.model.stream(MESSAGES)) {
      if (chunk.type === "text") break;
    }
    await subject.left;
  }],

  ["stream() throws a ModelError of the kind incomplete when a reply breaks off", async (make) => {
    await using subject = await make([{ text: "Hello", ending: "broken" }]);
    const chunks: ModelChunk[] = [];
    const error = await assertRejects(async () => {
      for await (const chunk of subject.model.stream(MESSAGES)) chunks.push(chunk);
    }, ModelError);
    assertEquals((error as ModelError).kind, "incomplete");
    assert(textOf(chunks) !== "" && chunks.every(({ type }) => type !== "end"));
  }],

  ["stream() throws a ModelError whose kind tells whether to try again", async (make) => {
    const table: [status: number, transient: boolean][] = [
      [400, false],
      [401, false],
      [404, false],
      [429, true],
      [500, true],
      [503, true],
    ];
    for (const [status, transient] of table) {
      await using subject = await make([{ text: "It does not work", status }]);
      const error = await assertRejects(
        () => Array.fromAsync(subject.model.stream(MESSAGES)),
        ModelError,
      ) as ModelError;
      assertEquals([error.transient, error.status], [transient, status], `${status}`);
      assertEquals(subject.requests(), 1);
    }
  }],
];

function textOf(chunks: readonly ModelChunk[]): string {
  return chunks.map((chunk) => chunk.type === "text" ? chunk.text : "").join("");
}

/** Usage may be left out; what is reported has to add up. */
function checkUsage(chunks: readonly ModelChunk[]): void {
  const end = chunks.at(-1);
  if (end?.type !== "end" || end.usage === undefined) return;
  const { inputTokens, outputTokens, totalTokens } = end.usage;
  for (const count of [inputTokens, outputTokens]) assert(count >= 0, `${count} tokens`);
  assert(totalTokens >= inputTokens + outputTokens, "the total is less than its parts");
}
