/** Budgets: tokens, cost, steps, calls of the host and time, of an agent or of one run. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "../_model.ts";

const endless = "await lookUp('more')";
await using example = exampleModel([endless, endless, endless, endless, "=I have not found it."]);
await using runtime = new LocalRuntime({ functions: { lookUp: (word: string) => `No ${word}` } });
const agent = new CaveAgent({
  middleware: [show],
  model: example.model,
  runtime,
  maxHostCalls: 2,
  maxDurationMs: 60_000,
  maxCost: 1,
  prices: { inputPerMillion: 0.25, outputPerMillion: 2 },
});

const calls = agent.stream("Look until you find it");
for await (const event of calls) {
  if (event.type === "limit_reached") console.log(printable(`${event.limit}: ${event.max}`));
}
const { status, limit, cost } = await calls.result;
console.log(printable(`The first run is ${status} (${limit}) and costs ${cost}`));

// Of one run: the history goes on with the next question.
const few = await agent.run("Look again", { maxTokens: 1 });
console.log(printable(`The last run is ${few.status} (${few.limit})`));
if (example.scripted) {
  check([status, limit, few.status, few.limit], ["exhausted", "host_calls", "exhausted", "tokens"]);
}
