/** Runs by name: each has a record and a numbered log in a store, which other processes can read. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import { AgentRunner, listRuns } from "@cave/agent/runner";
import { MemoryStore } from "@cave/agent/store";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "../_model.ts";

await using example = exampleModel([
  "prices.tea * 2 + prices.cake",
  "=Ten euros.",
]);
await using store = new MemoryStore(); // SqliteStore keeps them
await using runner = new AgentRunner({ store });
runner.registry.register("cashier", {
  agent: () =>
    new CaveAgent({
      middleware: [show],
      model: example.model,
      runtime: new LocalRuntime({ variables: { prices: { tea: 3, cake: 4 } } }),
    }),
});
runner.registry.register("receipt", ({ input, emit }) => {
  emit("printed", { lines: 1 });
  return { receipt: `Total: ${input}` };
});

const outcome = await runner.run("cashier", { input: "Two teas and a cake", user: "ann" });
const receipt = await runner.run("receipt", { input: "10", user: "ann" });
console.log(printable(JSON.stringify([outcome.output, receipt.output])));

const runs = await listRuns(store, { user: "ann" });
const log: string[] = [];
for await (const event of runner.events(receipt.id)) log.push(event.type);
console.log(printable(`${runs.length} runs; the log of the second: ${log.join(", ")}`));
if (example.scripted) {
  check([outcome.status, receipt.output], ["completed", { receipt: "Total: 10" }]);
  check([runs.length, log], [2, ["run_start", "printed", "run_end"]]);
}
