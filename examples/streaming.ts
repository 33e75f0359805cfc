/** A run as a stream of events: the reply, the cell, its output, and the observation of the model. */

import { printable } from "@cave/agent/terminal";
import { CaveAgent, DenoRuntime } from "../mod.ts";
import { check, exampleModel, show } from "./_model.ts";

await using example = exampleModel([
  `for (let i = 1; i <= 3; i++) {
  console.log("step", i);
  await new Promise((resolve) => setTimeout(resolve, 50));
}`,
  "=I have counted to three.",
]);
await using runtime = new DenoRuntime();
const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });

const run = agent.stream("Count to three, slowly");
const seen = new Set<string>();
for await (const event of run) {
  seen.add(event.type);
  switch (event.type) {
    case "code":
      console.log(printable(`--- cell\n${event.code}\n---`));
      break;
    case "output":
      await Deno.stdout.write(new TextEncoder().encode(printable(`  ${event.text}`)));
      break;
    case "final_response":
      console.log(printable(event.content));
  }
}
const { steps, usage } = await run.result;
console.log(`${steps} steps, ${usage.totalTokens} tokens`);
check(
  ["code", "output", "execution_output", "final_response"].every((type) => seen.has(type)),
  true,
);
