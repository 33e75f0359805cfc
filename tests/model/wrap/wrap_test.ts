import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { alternate } from "../../../src/model/alternate.ts";
import type { Model, ModelChunk, ModelMessage } from "../../../src/model/model.ts";
import { ModelError, type ModelErrorKind } from "../../../src/model/model_error.ts";
import { withFallbacks } from "../../../src/model/wrap/fallbacks.ts";
import { withRetry } from "../../../src/model/wrap/retry.ts";

const messages: ModelMessage[] = [{ role: "user", content: "Hello" }];

/** A model whose attempts fail with these errors, in order; then it replies. */
function failing(
  errors: readonly ModelError[],
  before: readonly ModelChunk[] = [],
): Model & { asked: number } {
  const left = [...errors];
  return {
    asked: 0,
    async *stream() {
      this.asked++;
      const error = left.shift();
      if (error !== undefined) {
        yield* before;
        throw await Promise.resolve(error);
      }
      yield { type: "text", text: "Hello" };
      yield { type: "end", finishReason: "stop" };
    },
  };
}

function failure(kind: ModelErrorKind, retryAfterMs?: number): ModelError {
  return new ModelError(`It is ${kind}`, { kind, retryAfterMs });
}

function read(model: Model, signal?: AbortSignal): Promise<ModelChunk[]> {
  return Array.fromAsync(model.stream(messages, { signal }));
}

Deno.test("withRetry() repeats what may succeed, and nothing else", async () => {
  const table: [ModelErrorKind, boolean][] = [
    ["busy", true],
    ["unreachable", true],
    ["empty", true],
    ["refused", false],
    ["auth", false],
    ["quota", false],
    ["context_length", false],
    ["incomplete", false],
    ["wait", false],
  ];
  for (const [kind, repeats] of table) {
    const model = failing([failure(kind)]);
    const reading = read(withRetry(model, { minDelayMs: 0 }));
    if (repeats) {
      assertEquals((await reading).map(({ type }) => type), ["retry", "text", "end"], kind);
    } else await assertRejects(() => reading, ModelError, `It is ${kind}`);
    assertEquals(model.asked, repeats ? 2 : 1, kind);
  }
});

Deno.test("withRetry() does not repeat a reply that has begun, but one whose reasoning has", async () => {
  const begun = failing([failure("busy")], [{ type: "text", text: "Hel" }]);
  await assertRejects(() => read(withRetry(begun, { minDelayMs: 0 })), ModelError);
  const reasoning = failing([failure("busy")], [{ type: "reasoning", text: "Hm" }]);
  assertEquals((await read(withRetry(reasoning, { minDelayMs: 0 }))).length, 4);
});

Deno.test("withRetry() honours the wait of the server up to a limit, and says when", async () => {
  const short = failing([failure("busy", 0)]);
  const [retry] = await read(withRetry(short, { minDelayMs: 30_000 }));
  assertEquals(retry, { type: "retry", attempt: 2, attempts: 6, delayMs: 0, reason: "It is busy" });
  const long = failing([failure("busy", 277_403_000)]);
  const error = await assertRejects(
    () => read(withRetry(long)),
    ModelError,
    "asks to wait 277403 seconds, until 20",
  );
  assertEquals([error.kind, error.retryAfterMs, long.asked], ["wait", 277_403_000, 1]);
});

Deno.test("withRetry() gives up after as many attempts as it may make, and when its signal aborts", async () => {
  const model = failing(Array.from({ length: 10 }, () => failure("busy")));
  await assertRejects(
    () => read(withRetry(model, { minDelayMs: 0, maxRetries: 2 })),
    ModelError,
    "It is busy",
  );
  assertEquals(model.asked, 3);
  const controller = new AbortController();
  const waiting = withRetry(failing([failure("busy")]), {
    minDelayMs: 1_000_000,
    maxDelayMs: 1_000_000,
  })
    .stream(messages, { signal: controller.signal })[Symbol.asyncIterator]();
  assertEquals((await waiting.next()).value?.type, "retry");
  controller.abort(new RangeError("Enough"));
  await assertRejects(() => waiting.next() as Promise<unknown>, RangeError, "Enough");
  assertThrows(() => withRetry(model, { maxRetries: -1 }), RangeError, "current value is -1");
});

Deno.test("withFallbacks() asks the next model when one fails before its reply", async () => {
  const second = failing([]);
  const chunks = await read(withFallbacks([failing([failure("auth")]), second]));
  assertEquals(chunks[0], { type: "retry", attempt: 2, delayMs: 0, reason: "It is auth" });
  assertEquals(chunks.length, 3);
  await assertRejects(
    () => read(withFallbacks([failing([failure("auth")]), failing([failure("quota")])])),
    ModelError,
    "quota",
  );
  const long = failing([failure("context_length")]);
  await assertRejects(() => read(withFallbacks([long, second])), ModelError, "context_length");
  const begun = failing([failure("incomplete")], [{ type: "text", text: "Hel" }]);
  await assertRejects(() => read(withFallbacks([begun, second])), ModelError, "incomplete");
  assertEquals(second.asked, 1);
  assertThrows(() => withFallbacks([]), TypeError, "there are no models");
});

Deno.test("alternate() joins neighbours, leaves out empty messages, and begins with the user", () => {
  const of = (...list: [ModelMessage["role"], string][]) =>
    list.map(([role, content]) => ({ role, content }));
  const table: [ModelMessage[], [string, string][]][] = [
    [of(["system", "s"], ["user", "a"], ["user", "b"]), [["system", "s"], ["user", "a\n\nb"]]],
    [of(["user", "a"], ["assistant", " "], ["user", "b"]), [["user", "a\n\nb"]]],
    [of(["system", "s"], ["assistant", "a"]), [["system", "s"], [
      "user",
      "(The conversation goes on.)",
    ], ["assistant", "a"]]],
    [of(["user", "a"], ["assistant", "b"], ["assistant", "c"]), [["user", "a"], [
      "assistant",
      "b\n\nc",
    ]]],
    [of(["user", "a"], ["tool", "1"], ["tool", "2"]), [["user", "a"], ["tool", "1"], [
      "tool",
      "2",
    ]]],
  ];
  for (const [given, expected] of table) {
    assertEquals(alternate(given).map(({ role, content }) => [role, content]), expected);
  }
  const attachments = [{ mediaType: "image/png", bytes: new Uint8Array() }];
  const [joined] = alternate([{ role: "user", content: "", attachments }, {
    role: "user",
    content: "a",
  }]);
  assertEquals(joined, { role: "user", content: "a", attachments });
  assert(alternate([]).length === 0);
  assertStringIncludes(alternate(of(["assistant", "x"]))[0]!.content, "goes on");
});
