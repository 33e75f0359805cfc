/** Functions for one run: injected before it, taken away after it, whatever cells have made of the names. */

import { CaveAgent, defineFunction, type HostFunction, LocalRuntime } from "@cave/agent";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "../_model.ts";

await using example = exampleModel([
  "await refund('order-7')",
  "=The order is refunded.",
  "typeof refund === 'undefined' ? 'no refunds' : await refund('order-8')",
  "=I cannot refund orders.",
]);
const refunded: string[] = [];
await using runtime = new LocalRuntime();
const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });

/** Asks with functions that exist for this question alone. */
async function ask(question: string, functions: Readonly<Record<string, HostFunction>> = {}) {
  await runtime.inject({ functions });
  try {
    return (await agent.run(question)).content;
  } finally {
    await runtime.eject(Object.keys(functions));
  }
}

const refund = defineFunction((order: string) => void refunded.push(order), {
  description: "Pays an order back",
});
console.log(printable(await ask("Refund order-7", { refund })));
console.log(printable(await ask("Refund order-8 as well")));
check(refunded, ["order-7"]);
