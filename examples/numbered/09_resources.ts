/** Agents and prompts in files of a project: `.cave/agents/*.md`, `.cave/prompts/*.md`. Faulty files are reported, and hide nothing. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import { discoverResources } from "@cave/agent/resources";
import { printable } from "@cave/agent/terminal";
import { fileTools } from "@cave/agent/tools";
import { LocalWorkspace, WorkspaceView } from "@cave/agent/workspace";
import { fileURLToPath } from "node:url";
import { check, exampleModel, show } from "../_model.ts";

const project = fileURLToPath(new URL("../data/project", import.meta.url));
const { agents, prompts, diagnostics } = await discoverResources({ project });
for (const { path, message } of diagnostics) console.log(printable(`${path}: ${message}`));

await using example = exampleModel([
  `await files.read("notes.md")`,
  "=Line 2 names a password.",
]);

/** Makes an agent of a profile: what a file may decide is what the host passes on. */
async function make(name: string) {
  const profile = agents.get(name)!.value;
  const runtime = new LocalRuntime();
  if (profile.tools?.includes("files")) {
    await fileTools(new WorkspaceView(new LocalWorkspace(project), { readOnly: true }))
      .inject(runtime);
  }
  return new CaveAgent({
    middleware: [show],
    model: example.model,
    runtime,
    instructions: profile.instructions,
    maxSteps: profile.maxSteps,
  });
}

const reviewer = await make("reviewer");
const { content, steps } = await reviewer.run(prompts.get("review")!.value);
console.log(printable(content));
await reviewer.runtime.close();
check([[...agents.keys()], [...prompts.keys()], diagnostics.length], [["reviewer"], ["review"], 1]);
if (example.scripted) check(steps, 2);
