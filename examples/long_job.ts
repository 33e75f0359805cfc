/** A long job in steps: its process is stopped in the middle, and another one goes on where it was. */

import { DenoRuntime } from "../mod.ts";
import { openRepositories, repositoryVariables } from "@cave/agent/repositories";
import { AgentRunner, type RunContext, runSteps } from "@cave/agent/runner";
import { MemoryStore } from "@cave/agent/store";
import { printable } from "@cave/agent/terminal";
import { check } from "./_model.ts";

// One that both "processes" share; a `SqliteStore` is one for real processes.
await using store = new MemoryStore();
const { tasks } = openRepositories(store, { user: "ann", project: "report" });
const orders: string[] = [];

/** Fetches, computes in cells, reports. Each step is done once. */
function job(context: RunContext, halt?: () => Promise<never>) {
  return runSteps<{ rows?: number[] }>(context, [
    {
      name: "fetch",
      run: (_, state) => {
        orders.push("fetch");
        state.rows = [3, 1, 4, 1, 5];
      },
    },
    {
      name: "compute",
      retries: 2,
      timeoutMs: 60_000,
      run: async (_, { rows }) => {
        await halt?.();
        const repositories = openRepositories(store, { user: "ann", project: "report" });
        await using runtime = new DenoRuntime({
          variables: { rows, ...repositoryVariables(repositories, { names: ["memory", "tasks"] }) },
        });
        await runtime.execute(`await memory.set("sum", rows.reduce((a, b) => a + b));
          const first = await tasks.create({ name: "check" });
          await tasks.create({ name: "send", dependencies: [first.id], priority: 9 })`);
        return await repositories.memory.get("sum");
      },
    },
    { name: "report", run: ({ results }) => `The sum is ${results.compute}.` },
  ]);
}

const first = new AgentRunner({ store });
const reached = Promise.withResolvers<void>();
first.registry.register("job", (run) => job(run, () => (reached.resolve(), new Promise(() => {}))));
const { id, result } = await first.start("job");
await reached.promise;
await Promise.all([first.close(), result.catch((error) => console.log(printable(error.message)))]);

await using second = new AgentRunner({ store });
second.registry.register("job", (run) => job(run));
for (const run of await second.recover()) console.log(printable((await run.result).status));
for await (const { type, data } of second.events(id)) {
  if (type === "progress") console.log(printable(`${data.percent}% ${data.description}`));
}
check(orders, ["fetch"]);
check((await tasks.next())?.name, "check");
