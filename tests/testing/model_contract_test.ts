/** The contract of models, checked for each of them. */

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { assertRejects } from "@std/assert";
import { AiSdkModel } from "../../src/model/ai_sdk/ai_sdk_model.ts";
import type { Model } from "../../src/model/model.ts";
import { OpenAIModel } from "../../src/model/openai/openai_model.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { withEndpoints } from "../../src/model/wrap/endpoints.ts";
import {
  type MakeContractModel,
  MODEL_CONTRACT,
} from "../../src/testing/model_contract/model_contract.ts";

/** Creates models behind a scripted server. */
function behindServer(create: (baseUrl: string) => Model): MakeContractModel {
  return (replies) => {
    const left = Promise.withResolvers<void>();
    const server = new ScriptedServer({
      replies: replies.map(({ text, status, toolCall, ending }) => ({
        content: text,
        ...(status === undefined ? {} : { status }),
        ...(toolCall === undefined ? {} : { toolCalls: [toolCall] }),
        ...(ending === "broken" ? { breakAfter: text.length } : {}),
        stall: ending === "stalled",
        when: ({ signal }) => {
          signal.addEventListener("abort", () => left.resolve());
          return true;
        },
      })),
    });
    return {
      model: create(server.url),
      requests: () => server.requests.length,
      left: left.promise,
      [Symbol.asyncDispose]: () => server.close(),
    };
  };
}

function openai(baseUrl: string): OpenAIModel {
  return new OpenAIModel({ model: "m", baseUrl, apiKey: "sk-scripted", maxRetries: 0 });
}

const MODELS: [name: string, make: MakeContractModel][] = [
  ["OpenAIModel", behindServer(openai)],
  [
    "AiSdkModel",
    behindServer((baseURL) =>
      new AiSdkModel(createOpenAICompatible({ name: "local", baseURL })("m"), { maxRetries: 0 })
    ),
  ],
  ["withEndpoints()", behindServer((url) => withEndpoints([openai(url)], { attempts: 1 }))],
];

for (const [name, make] of MODELS) {
  for (const [promise, check] of MODEL_CONTRACT) {
    Deno.test(`${name}: ${promise}`, () => check(make));
  }
}

Deno.test("MODEL_CONTRACT finds models that break it", async () => {
  const faults: [name: string, model: Model][] = [
    ["no end", { async *stream() {} }],
    [
      "an empty piece",
      {
        async *stream() {
          yield { type: "text", text: "" };
          yield { type: "end", finishReason: "stop" };
        },
      },
    ],
    [
      "no obedience",
      {
        async *stream() {
          yield { type: "text", text: "Hello, Ada: é \u{1F600}" };
          yield { type: "end", finishReason: "stop" };
        },
      },
    ],
  ];
  for (const [name, model] of faults) {
    const make: MakeContractModel = () => ({
      model,
      requests: () => 0,
      left: Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
    const all = async () => {
      for (const [, check] of MODEL_CONTRACT) await check(make);
    };
    await assertRejects(all, Error, "", name);
  }
});
