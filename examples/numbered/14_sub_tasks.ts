/** Sub-tasks: a batch of tasks for a named agent, two at a time, and the rest of the work for another one. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import { printable } from "@cave/agent/terminal";
import { fileTools, joinTools, subTaskTools } from "@cave/agent/tools";
import { MemoryWorkspace, WorkspaceView } from "@cave/agent/workspace";
import { check, exampleModel, show } from "../_model.ts";

await using leading = exampleModel([
  `const results = await agents.batch("reader", ["a.md", "b.md"].map((name) => "Sum up " + name));
const summary = results.map(({ answer }) => answer).join("\\n");`,
  `await agents.handOff("writer", "Write a headline for: " + summary, { withGoal: true })`,
]);
await using reading = exampleModel(["=It is about tea.", "=It is about cake."]);
await using writing = exampleModel(["=Tea and cake: a summary"]);

const workspace = new MemoryWorkspace({ files: { "texts/a.md": "Tea", "texts/b.md": "Cake" } });
const tasks = subTaskTools({
  reader: {
    description: "Reads a file and sums it up",
    make: async () => {
      const runtime = new LocalRuntime();
      // Readers see one folder, and change nothing.
      await fileTools(new WorkspaceView(workspace, { path: "texts", readOnly: true }))
        .inject(runtime);
      return new CaveAgent({ middleware: [show], model: reading.model, runtime, maxSteps: 5 });
    },
  },
  writer: {
    description: "Writes headlines",
    make: () =>
      new CaveAgent({ middleware: [show], model: writing.model, runtime: new LocalRuntime() }),
  },
}, { maxConcurrent: 2 });

await using runtime = new LocalRuntime();
await joinTools(tasks, fileTools(workspace)).inject(runtime);
const agent = new CaveAgent({ middleware: [show], model: leading.model, runtime });
const run = agent.stream("A headline for the texts", { id: "headline" });
const ids = new Set<string>();
for await (const event of run) if (event.type === "child_event") ids.add(event.event.run);
const { content } = await run.result;
console.log(printable(`${content} (by ${[...ids].sort().join(", ")})`));
if (leading.scripted) {
  check(content, "Tea and cake: a summary");
  check([...ids].sort(), ["headline.reader.1", "headline.reader.2", "headline.writer.3"]);
}
