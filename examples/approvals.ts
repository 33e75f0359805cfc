/** Approvals: a payment waits in the middle of its cell until a person decides. */

import { CaveAgent, defineFunction, DenoRuntime } from "../mod.ts";
import { printable } from "@cave/agent/terminal";
import { z } from "zod";
import { check, exampleModel, show } from "./_model.ts";

await using example = exampleModel([
  `const paid = [];
const refused = [];
for (const { to, amount } of invoices) {
  try {
    await pay(to, amount);
    paid.push(to);
  } catch (error) {
    refused.push(to);
  }
}
({ paid, refused })`,
  "=Ada and Bob are paid; the payment to Eve was refused.",
]);

const account: [to: string, amount: number][] = [];
const pay = defineFunction((to: string, amount: number) => void account.push([to, amount]), {
  description: "Pays an amount",
  input: z.tuple([z.string(), z.number().positive()]),
  // Small amounts need nobody.
  approval: (_to: string, amount: number) => amount >= 100,
});
await using runtime = new DenoRuntime({
  functions: { pay },
  variables: {
    invoices: [
      { to: "Ada", amount: 20 },
      { to: "Bob", amount: 300 },
      { to: "Eve", amount: 9_000 },
    ],
  },
});
const run = new CaveAgent({ middleware: [show], model: example.model, runtime }).stream(
  "Pay the invoices",
);
for await (const event of run) {
  if (event.type !== "approval_request") continue;
  const [to, amount] = event.args;
  const allow = Number(amount) < 1_000;
  console.log(printable(`${event.name}(${to}, ${amount}): ${allow ? "approved" : "refused"}`));
  run.approve(event.id, allow ? { allow } : { allow, reason: "Too much" });
}
console.log(printable((await run.result).content));
if (example.scripted) check(account, [["Ada", 20], ["Bob", 300]]);
