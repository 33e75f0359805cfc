/** Long conversations: the model shortens its history, and its note comes back word for word. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import type { AgentMiddleware } from "@cave/agent/agent";
import { printable } from "@cave/agent/terminal";
import { compressTools } from "@cave/agent/tools";
import { check, exampleModel, show } from "../_model.ts";

const table = `for (let i = 0; i < 40; i++) console.log("line", i, "of a long table ".repeat(4));`;
await using example = exampleModel([
  ...[table, table, table],
  "=The tables have 40 lines each; the key is tulip.",
  `await history.compress("The table has 40 lines; the key is tulip.")`,
  "=It has 40 lines.",
]);
await using summaries = exampleModel(["=A table was printed."]);

const sizes: number[][] = [];
/** Watches compactions; it could change what is left as well. */
const watch: AgentMiddleware = {
  name: "watch",
  compaction: async (messages, next) => {
    const after = await next(messages);
    const length = (list: typeof messages) =>
      list.reduce((n, { content }) => n + content.length, 0);
    sizes.push([length(messages), length(after)]);
    return after;
  },
};
await using runtime = new LocalRuntime();
await compressTools().inject(runtime);
const agent = new CaveAgent({
  middleware: [show, watch],
  model: example.model,
  summaryModel: summaries.model,
  runtime,
});
await agent.run("Print three tables");
const run = agent.stream("Forget the tables, and say how long they are");
const types: string[] = [];
for await (const { type } of run) if (type.startsWith("compact")) types.push(type);
console.log(printable((await run.result).content));
for (const [before, after] of sizes) {
  console.log(printable(`The history had ${before} characters, and has ${after}`));
}
if (example.scripted) {
  check(types, ["compacting", "compacted"]);
  check(agent.messages.some(({ content }) => content.includes("the key is tulip")), true);
  check(sizes.every(([before, after]) => after! < before!), true);
}
