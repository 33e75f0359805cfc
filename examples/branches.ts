/** Branches: a conversation goes back to an earlier message, and both continuations stay. */

import { CaveAgent, DenoRuntime } from "../mod.ts";
import { openSession } from "@cave/agent/session";
import { MemoryStore } from "@cave/agent/store";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "./_model.ts";

await using example = exampleModel([
  `let price = 100`,
  "=The price is 100.",
  `price *= 0.5`,
  "=Half of it is 50.",
  `price *= 0.9`,
  "=Ten percent less is 90.",
]);
await using store = new MemoryStore();

await using session = await openSession("offer", {
  store,
  agent: () =>
    new CaveAgent({ middleware: [show], model: example.model, runtime: new DenoRuntime() }),
});

/** Asks, and prints the answer. */
async function ask(query: string): Promise<void> {
  const { content } = await (await session.prompt(query)).result;
  console.log(printable(`${query} ${content}`));
}

await ask("Set the price to 100.");
const offer = session.messages.at(-1)!.id;
await ask("Halve it.");
// Back to the offer, with the namespace of that time: the price is 100 again.
await session.checkout(offer);
await ask("Take off ten percent.");
for (const { head, length, isCurrent } of session.branches()) {
  console.log(`Branch ${head}: ${length} messages${isCurrent ? ", the present one" : ""}`);
}
if (example.scripted) {
  check(session.branches().length, 2);
  check(session.messages.length, 8);
}
