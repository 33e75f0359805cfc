/** Errors: a busy server is asked again, another model stands in, and a cell that fails is repaired. */

import { CaveAgent, LocalRuntime, OpenAIModel } from "@cave/agent";
import { withFallbacks, withRetry } from "@cave/agent/model";
import { ScriptedServer } from "@cave/agent/testing";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "../_model.ts";

await using busy = new ScriptedServer({
  replies: () => ({ content: "Too busy", status: 503 }),
});
await using example = exampleModel([
  "const rows = await load('sales');\nrows.length",
  "const rows = await load('sales-2026');\nrows.length",
  "=There are two sales.",
]);
const first = new OpenAIModel({ model: "first", baseUrl: busy.url, apiKey: "x", maxRetries: 0 });
const model = withFallbacks([
  withRetry(first, { maxRetries: 1, minDelayMs: 0 }),
  example.model,
]);
await using runtime = new LocalRuntime({
  functions: {
    load: (name: string) => {
      if (name !== "sales-2026") throw new RangeError(`There is no table ${name}: say sales-2026`);
      return [{ item: "tea" }, { item: "cake" }];
    },
  },
});
const run = new CaveAgent({ middleware: [show], model, runtime }).stream(
  "How many sales are there?",
);
const seen: string[] = [];
for await (const event of run) {
  if (event.type === "retry") seen.push("retry");
  if (event.type === "execution_error") seen.push(event.error.name);
}
const { status, content } = await run.result;
console.log(printable(`${content} (${status}, after ${seen.join(", ")})`));
if (example.scripted) {
  check([status, seen.includes("retry"), seen.includes("RangeError")], ["completed", true, true]);
}
