/** Sub-agents: a cell maps tasks over agents, which belong to its run. */

import { defineAgent } from "@cave/agent/agent";
import { CaveAgent, DenoRuntime, LocalRuntime } from "../mod.ts";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "./_model.ts";

await using leading = exampleModel([
  `const results = await counter.map(texts.map((text) => "How many vowels are in: " + text));
results.map(({ content }) => content)`,
  "=The texts have 3 and 5 vowels.",
]);
await using counting = exampleModel(["=3", "=5"]);

const inner = new LocalRuntime();
const counter = defineAgent(
  () =>
    new CaveAgent({
      middleware: [show],
      model: counting.model,
      runtime: inner,
      instructions: "You count letters.",
    }),
  { description: "Counts letters", maxConcurrent: 1 },
);
await using runtime = new DenoRuntime({
  variables: { counter, texts: ["a quiet", "an easy one"] },
});
const run = new CaveAgent({ middleware: [show], model: leading.model, runtime }).stream(
  "Count the vowels",
  {
    maxTokens: 100_000,
  },
);
let children = 0;
for await (const event of run) {
  if (event.type === "child_event" && event.event.type === "final_response") children++;
}
const { content, usage } = await run.result;
console.log(printable(`${content} (${children} sub-agents, ${usage.totalTokens} tokens in all)`));
await inner.close();
if (leading.scripted) check([content, children], ["The texts have 3 and 5 vowels.", 2]);
