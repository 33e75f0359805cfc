/** A program whose runs Deno exports: a failing cell, a call of the host, an agent in a cell, a model that fails. */

import { context, propagation } from "@opentelemetry/api";
import { CaveAgent } from "../../src/cave_agent.ts";
import { defineAgent } from "../../src/agent/team/define_agent.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";
import { OpenAIModel } from "../../src/model/openai/openai_model.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { otel } from "../../src/telemetry/otel.ts";

const [baseUrl = "", contents] = Deno.args;
const model = new OpenAIModel({ model: "tiny", baseUrl, apiKey: "sk-scripted", maxRetries: 1 });
const middleware = [
  otel({ agentName: "leader", conversationId: "talk-1", contents: contents === "contents" }),
];
const inner = new LocalRuntime();
const helper = defineAgent(
  () => new CaveAgent({ model, runtime: inner, middleware: [otel({ agentName: "helper" })] }),
  { description: "Helps" },
);
/** The trace context inside a function of the host, as a queue or another service would get it. */
function whereAmI(secret: string): string {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  console.log(`inside ${carrier.traceparent} ${secret.length}`);
  return carrier.traceparent ?? "";
}
/** Repeats a key in its result, or in its error. */
function repeat(key: string, fails: boolean): string {
  if (fails) throw new Error(`${key} is refused`);
  return key;
}

await using runtime = new DenoRuntime({
  functions: { whereAmI, repeat },
  variables: { helper, key: defineVariable("sk-hidden-0123456789", { secret: true }) },
});
const agent = new CaveAgent({ model, runtime, middleware, parameters: { maxOutputTokens: 99 } });
await agent.run("The secret question");
await agent.run("Fail").catch(() => {});
await inner.close();
