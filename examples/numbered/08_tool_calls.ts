/** Tools without cells: the model calls functions of the host by JSON, checked by their schemas. */

import { CaveAgent, defineFunction, LocalRuntime } from "@cave/agent";
import { ScriptedServer } from "@cave/agent/testing";
import { printable } from "@cave/agent/terminal";
import { fileTools } from "@cave/agent/tools";
import { MemoryWorkspace } from "@cave/agent/workspace";
import { z } from "zod";
import { check } from "../_model.ts";

const convert = defineFunction(({ euros, to }: { euros: number; to: "USD" | "NOK" }) => {
  return { amount: euros * { USD: 1.1, NOK: 11 }[to], currency: to };
}, {
  description: "Converts euros",
  input: z.object({ euros: z.number().positive(), to: z.enum(["USD", "NOK"]) }),
  output: z.object({ amount: z.number(), currency: z.string() }),
});
const workspace = new MemoryWorkspace({ files: { "price.txt": "20" } });

// A model that calls tools; `new OpenAIModel(...)` is a real one.
function call(name: string, args: unknown) {
  return { content: "", toolCalls: [{ name, arguments: JSON.stringify(args) }] };
}

await using server = new ScriptedServer({
  replies: [
    call("read_file", { path: "price.txt" }),
    call("convert", { euros: -20, to: "NOK" }),
    call("convert", { euros: 20, to: "NOK" }),
    "It costs 220 NOK.",
  ],
});
const agent = new CaveAgent({
  model: server.model(),
  runtime: new LocalRuntime(),
  cells: "off",
  tools: { convert, ...fileTools(workspace).tools },
});
const run = agent.stream("What does it cost in Norway?");
const failures: boolean[] = [];
for await (const event of run) {
  if (event.type !== "tool_result") continue;
  failures.push(event.failed);
  console.log(printable(`${event.name}: ${event.content}`));
}
console.log(printable((await run.result).content));
check(failures, [false, true, false]);
