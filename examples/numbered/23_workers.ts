/** Workers: a client asks through a store and a queue, any worker does the steps, and the client follows the events. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import { MemoryQueue, SessionClient, Worker } from "@cave/agent/queue";
import { MemoryStore } from "@cave/agent/store";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "../_model.ts";

await using example = exampleModel(["6 * 7", "=It is 42.", "7 * 7", "=It is 49."]);
// SqliteQueue and SqliteStore: processes of one machine; BullmqQueue, RedisStore, PostgresStore: many machines.
await using store = new MemoryStore();
await using queue = new MemoryQueue();
const agents = [{
  agent: "clerk",
  make: () =>
    new CaveAgent({ middleware: [show], model: example.model, runtime: new LocalRuntime() }),
}];
const workers = [1, 2].map(() => new Worker({ queue, store, agents }));
for (const worker of workers) worker.start();

const session = new SessionClient("customer-1", { queue, store, agent: "clerk" });
const answers: string[] = [];
for (const question of ["What is 6 * 7?", "And 7 * 7?"]) {
  const run = await session.prompt(question);
  for await (const event of run) {
    if (event.type === "run_end") console.log(printable(`The run is ${event.status}`));
  }
  answers.push((await run.result).content);
}
console.log(printable(answers.join("\n")));
for (const worker of workers) await worker.close();
check((await session.read()).status, "completed");
if (example.scripted) check(answers, ["It is 42.", "It is 49."]);
