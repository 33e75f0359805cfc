import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Sampler, type SamplingParams } from "../../src/mcp/sampling.ts";
import type { Model, ModelMessage, ModelParameters } from "../../src/model/model.ts";

const { signal } = new AbortController();
const PARAMS: SamplingParams = {
  systemPrompt: "Be short",
  messages: [
    { role: "user", content: { type: "text", text: "Hi" } },
    { role: "assistant", content: [{ type: "text", text: "a" }, { type: "text", text: "b" }] },
  ],
  maxTokens: 1_000_000,
  temperature: 0.5,
  stopSequences: ["."],
};

/** A model that records what it is asked. */
function recorder() {
  const asked: { messages: readonly ModelMessage[]; parameters: ModelParameters | undefined }[] =
    [];
  const model: Model = {
    name: "recorder",
    async *stream(messages, { parameters } = {}) {
      asked.push({ messages, parameters });
      yield { type: "reasoning", text: "hm" };
      yield { type: "text", text: "Hello" };
      yield { type: "end", finishReason: "length" };
    },
  };
  return { asked, model };
}

Deno.test("Sampler asks the model, within its limits", async () => {
  const { asked, model } = recorder();
  const sampler = new Sampler("web", { model, maxTokens: 20, maxRequests: 2 });
  assertEquals(await sampler.sample(PARAMS, signal), {
    model: "recorder",
    role: "assistant",
    content: { type: "text", text: "Hello" },
    stopReason: "maxTokens",
  });
  assertEquals(asked, [{
    messages: [
      { role: "system", content: "Be short" },
      { role: "user", content: "Hi" },
      { role: "assistant", content: "a\nb" },
    ],
    parameters: { maxOutputTokens: 20, temperature: 0.5, stop: ["."] },
  }]);
  await sampler.sample(PARAMS, signal);
  await assertRejects(
    () => sampler.sample(PARAMS, signal),
    RangeError,
    "web: it may ask the model 2 times",
  );
});

Deno.test("Sampler refuses what the host refuses, and what is no text", async () => {
  const { asked, model } = recorder();
  const sampler = new Sampler("web", { model, approve: ({ messages }) => messages.length > 5 });
  await assertRejects(() => sampler.sample(PARAMS, signal), TypeError, "the request was refused");
  const image = { messages: [{ role: "user", content: { type: "image", data: "AQID" } }] };
  await assertRejects(() => sampler.sample(image, signal), TypeError, "its message has image");
  assertEquals(asked, []);
  assertThrows(() => new Sampler("web", { model: {} as Model }), TypeError, "no stream method");
  assertThrows(() => new Sampler("web", { model, maxTokens: 0 }), RangeError, "maxTokens 0");
});
