/**
 * State over many turns, and beyond the end of the process: the next process restores the values of cells from a
 * snapshot.
 */

import { printable } from "@cave/agent/terminal";
import { CaveAgent, DenoRuntime } from "../mod.ts";
import { check, exampleModel, show } from "./_model.ts";

await using example = exampleModel([
  `class Account {
  balance = 0;
  constructor(readonly owner: string) {}
  deposit(euros: number) { this.balance += euros; return this.balance; }
}
const accounts = new Map(["Ada", "Grace"].map((owner) => [owner, new Account(owner)]));`,
  "=Two accounts are open.",
  `accounts.get("Ada").deposit(50)`,
  "=Ada has 50 euros.",
  `accounts.get("Ada").deposit(25); const total = [...accounts.values()].reduce((sum, a) => sum + a.balance, 0);`,
  "=Together they have 75 euros.",
]);
let snapshot: Uint8Array;
let messages;
{
  await using runtime = new DenoRuntime();
  const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });
  console.log(printable((await agent.run("Open accounts for Ada and Grace")).content));
  console.log(printable((await agent.run("Ada pays in 50 euros")).content));
  snapshot = (await runtime.snapshot()).bytes;
  messages = agent.messages;
}
// Another kernel, which might be another machine.
await using runtime = new DenoRuntime({ snapshot });
const agent = new CaveAgent({ middleware: [show], model: example.model, runtime, messages });
console.log(
  printable((await agent.run("Ada pays in 25 euros more. What do they have together?")).content),
);
check(await runtime.retrieve("total"), 75);
