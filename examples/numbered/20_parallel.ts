/** Many conversations at once: each has a kernel of its own from a pool, and their events come as they happen. */

import { CaveAgent, KernelPool } from "@cave/agent";
import { ScriptedServer } from "@cave/agent/testing";
import { printable } from "@cave/agent/terminal";
import { check } from "../_model.ts";

// Stands in for a model, which is asked by all of them at the same time.
await using server = new ScriptedServer({
  replies: ({ messages }) =>
    messages.length === 2 ? "~~~ts\nnumbers.reduce((a, b) => a + b)\n~~~" : "Added.",
});
await using pool = new KernelPool({ warm: 1, maxRuntimes: 2 });

/** Answers one conversation. A third one waits until a kernel is free. */
async function answer(name: string, numbers: readonly number[]): Promise<[string, unknown]> {
  await using runtime = await pool.acquire({ variables: { numbers } });
  const run = new CaveAgent({ model: server.model(), runtime }).stream("Add the numbers");
  let sum: unknown;
  for await (const event of run) {
    if (event.type === "execution_output") sum = event.result.status === "ok" && event.content;
    if (event.type !== "text") console.log(printable(`${name}: ${event.type}`));
  }
  await run.result;
  return [name, /\d+/.exec(String(sum))?.[0]];
}

const sums = await Promise.all([
  answer("first", [1, 2]),
  answer("second", [3, 4]),
  answer("third", [5, 6]),
]);
check(sums, [["first", "3"], ["second", "7"], ["third", "11"]]);
