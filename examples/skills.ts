/** Agent Skills: one in a folder, with functions that the host trusts, and one in code. */

import { CaveAgent, DenoRuntime } from "../mod.ts";
import { defineSkill, SkillRegistry } from "../src/skills/exports.ts";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "./_model.ts";

await using example = exampleModel([
  `console.log(await activateSkill("data-analysis"))`,
  `const byCity = await groupBy(orders, "city", "amount");
display.table(byCity.map(({ key, count, mean }) => ({ city: key, count, mean })));`,
  "=The mean order is 15 in Oslo, and 40 in Rome.",
  `console.log(await activateSkill("house-style"))`,
  "=Rome: 40 EUR. Oslo: 15 EUR.",
]);

const registry = new SkillRegistry([
  defineSkill({
    name: "house-style",
    description: "The style of reports. Use before you write one.",
    instructions: "Begin with the largest number. Write amounts with EUR.",
  }),
]);
// The functions of injection.ts run in this process, so the host has to trust their code.
const path = new URL("../skills/data-analysis", import.meta.url).pathname;
for (const { message } of await registry.discover([{ path, trust: "code" }])) {
  console.log(printable(message));
}
console.log(printable(registry.describe()));

const orders = [
  { city: "Oslo", amount: 10 },
  { city: "Oslo", amount: 20 },
  { city: "Rome", amount: 40 },
];
await using runtime = new DenoRuntime({ variables: { orders } });
const agent = new CaveAgent({
  middleware: [show],
  model: example.model,
  runtime,
  skills: registry,
});

console.log(printable((await agent.run("What is the mean order of each city?")).content));
const run = agent.stream("Write that as a report in our style");
console.log(printable((await run.result).content));
if (example.scripted) {
  check(run.state?.skills, ["data-analysis", "house-style"]);
  check(await runtime.call("summarize", [[1, 2, 3]]).then((s) => (s as { mean: number }).mean), 2);
  // Names of a skill that is removed are gone.
  await registry.remove("data-analysis");
  check((await runtime.names()).some(({ name }) => name === "groupBy"), false);
}
