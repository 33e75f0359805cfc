/** A session: a question of the model waits for its user, a second question for its turn, and all events can be read again. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import { openSession } from "@cave/agent/session";
import { MemoryStore } from "@cave/agent/store";
import { printable } from "@cave/agent/terminal";
import { askTools } from "@cave/agent/tools";
import { check, exampleModel, show } from "../_model.ts";

await using example = exampleModel([
  `const size = await user.ask("Which size?", { options: ["small", "large"], other: false });
console.log("chosen:", size);`,
  "=A large coffee is on its way.",
  `size`,
  "=You ordered a large one.",
]);
await using store = new MemoryStore();
async function makeAgent() {
  const runtime = new LocalRuntime();
  await askTools().inject(runtime);
  return new CaveAgent({ middleware: [show], model: example.model, runtime });
}

await using session = await openSession("order-1", {
  store,
  agent: await makeAgent(),
  followUps: "manual",
});
const run = await session.prompt("A coffee, please");
await session.followUp("Which size did I order?"); // recorded now, asked by continue()
for await (const event of session.events({ run: run.id })) {
  if (event.type !== "ask_user") continue;
  console.log(printable(`${event.question} ${event.options.join(" or ")}?`));
  // The tool repeats its question until the answer is on the list.
  await session.answer(event.question.includes("choose") ? "large" : "medium", event.id);
}
console.log(printable((await run.result).content));
const next = await session.continue();
console.log(printable((await next.result).content));

const log = (await Array.fromAsync(session.events({ run: run.id }))).map(({ type }) => type);
console.log(printable(`The log of the first run: ${log.join(", ")}`));
if (example.scripted) {
  check((await next.result).content, "You ordered a large one.");
  check(log.filter((type) => type === "ask_user" || type === "answer").length, 4);
}
