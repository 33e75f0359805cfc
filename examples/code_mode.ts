/** The kernel as a tool inside another agent: `generateText` of the AI SDK gets a persistent, isolated code mode. Needs --allow-sys as well. */

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { cellTool } from "@cave/agent/cell-tool";
import { type ScriptedReply, ScriptedServer } from "@cave/agent/testing";
import { generateText, isStepCount } from "ai";
import { DenoRuntime } from "../mod.ts";
import { printable } from "@cave/agent/terminal";
import { check } from "./_model.ts";

function cell(code: string): ScriptedReply {
  return { content: "", toolCalls: [{ name: "run_cell", arguments: { code } }] };
}
await using server = new ScriptedServer({
  replies: [
    cell("const late = (await findOrders()).filter((order) => order.days > 3); late.length"),
    cell("late.map((order) => order.id)"),
    "Orders 2 and 3 are late.",
  ],
});
const baseURL = Deno.env.get("OPENAI_BASE_URL") || server.url;
const scripted = baseURL === server.url;
const apiKey = Deno.env.get("OPENAI_API_KEY");
const provider = createOpenAICompatible({ name: "local", baseURL, ...(apiKey && { apiKey }) });

await using runtime = new DenoRuntime({
  functions: {
    findOrders: () => [{ id: 1, days: 1 }, { id: 2, days: 4 }, { id: 3, days: 9 }],
  },
});
const run_cell = await cellTool(runtime);
const { text, steps } = await generateText({
  model: provider(Deno.env.get("OPENAI_MODEL") ?? "gpt-5-mini"),
  prompt: "Which orders are late?",
  tools: { run_cell },
  stopWhen: isStepCount(10),
});
console.log(printable(`${text} (${steps.length} steps)`));
// The session is a runtime like any other: values come out as native objects.
if (scripted) check([text, (await runtime.retrieve("late") as unknown[]).length], [text, 2]);
