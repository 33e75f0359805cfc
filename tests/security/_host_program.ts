/** A host in a process of its own: runs one cell after another, and prints how each ended. */

import { CaveAgent, DenoRuntime, type Model } from "../../mod.ts";

const cells = JSON.parse(Deno.args[0]!) as string[];
const file = "x".repeat(1_000_000);

/** A model that writes the cell, then answers. */
function modelOf(cell: string): Model {
  let asked = 0;
  return {
    async *stream() {
      yield { type: "text", text: asked++ === 0 ? `~~~~ts\n${cell}\n~~~~` : "done" };
      yield { type: "end", finishReason: "stop" };
    },
  };
}

for (const cell of cells) {
  await using runtime = new DenoRuntime({
    functions: {
      read: () => file,
      take: (value: unknown) => typeof value,
      wait: () => new Promise(() => {}),
    },
    timeoutMs: 1_000,
    stopGraceMs: 500,
    checkpoint: "never",
  });
  const agent = new CaveAgent({ model: modelOf(cell), runtime });
  const run = await agent.run("go").catch((error) => error);
  const seen = agent.messages.reduce((sum, { content }) => sum + content.length, 0);
  console.log(JSON.stringify({ status: run.status ?? run.name, seen: seen - cell.length }));
}
