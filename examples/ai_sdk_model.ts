/** A model of the AI SDK: Claude if ANTHROPIC_API_KEY is set, otherwise the scripted server by another package of the SDK. */

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { AiSdkModel, boundedFetch } from "@cave/agent/ai-sdk";
import { ScriptedServer } from "@cave/agent/testing";
import { CaveAgent, DenoRuntime } from "../mod.ts";
import { printable } from "@cave/agent/terminal";
import { check } from "./_model.ts";

await using server = new ScriptedServer({
  replies: [
    {
      content: "",
      toolCalls: [{ name: "run_cell", arguments: { code: "await ship(orders[0])" } }],
    },
    "Order 7 is on its way.",
  ],
});

const apiKey = Deno.env.get("ANTHROPIC_API_KEY");
// Packages read answers to their end, however long they are: `boundedFetch` ends a flood.
const fetch = boundedFetch();
const model = apiKey
  ? new AiSdkModel(createAnthropic({ apiKey, fetch })("claude-sonnet-4-5"))
  : new AiSdkModel(
    createOpenAICompatible({ name: "scripted", baseURL: server.url, includeUsage: true, fetch })(
      "m",
    ),
  );

const shipped: number[] = [];
await using runtime = new DenoRuntime({
  functions: { ship: (order: { id: number }) => void shipped.push(order.id) },
  variables: { orders: [{ id: 7 }, { id: 8 }] },
});
// The model calls a tool in place of writing fenced cells; signed reasoning goes back with each call.
const agent = new CaveAgent({ model, runtime, cells: "tool" });
const { content, usage } = await agent.run("Ship the first order");
console.log(printable(`${content} (${model.name}, ${usage.totalTokens} tokens)`));
if (!apiKey) check([content, shipped], ["Order 7 is on its way.", [7]]);
