/** Workspaces: the same tools on files in memory, in a folder, in a part of one, and on a port of your own. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import { printable } from "@cave/agent/terminal";
import { fileTools } from "@cave/agent/tools";
import {
  LocalWorkspace,
  MemoryWorkspace,
  type Workspace,
  WorkspaceView,
} from "@cave/agent/workspace";
import { fileURLToPath } from "node:url";
import { check, exampleModel, show } from "../_model.ts";

/** Counts reads: a port of your own is an object with the same methods, as `@cave/agent/s3` is. */
class CountingWorkspace extends MemoryWorkspace {
  reads = 0;
  override readText(...args: Parameters<MemoryWorkspace["readText"]>): Promise<string> {
    this.reads++;
    return super.readText(...args);
  }
}

const here = new LocalWorkspace(fileURLToPath(new URL("..", import.meta.url)));
const counting = new CountingWorkspace({ files: { "notes.md": "# In memory, counted\n" } });
const workspaces: Record<string, Workspace> = {
  memory: new MemoryWorkspace({ files: { "notes.md": "# In memory\n" } }),
  local: new WorkspaceView(here, { path: "data/project", readOnly: true }),
  counting,
};

const attempt = `const before = await files.read("notes.md");
let outcome = "written";
try { await files.write("notes.md", "changed"); } catch (error) { outcome = error.message; }
let outside = "";
try { await files.read("../../hello_world.ts"); } catch (error) { outside = error.message; }
({ title: before.split("\\n")[0], outcome, outside })`;
await using example = exampleModel(
  Object.keys(workspaces).flatMap(() => [attempt, "=I have tried."]),
);
const outcomes: string[] = [];
for (const [name, workspace] of Object.entries(workspaces)) {
  await using runtime = new LocalRuntime();
  await fileTools(workspace).inject(runtime);
  const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });
  await agent.run("Read notes.md, replace it, and try to leave the folder");
  const text = await workspace.readText("notes.md");
  outcomes.push(`${name} ${text === "changed" ? "was changed" : "is as it was"}`);
}
console.log(printable(outcomes.join("\n")));
if (example.scripted) {
  check(outcomes, ["memory was changed", "local is as it was", "counting was changed"]);
  check(counting.reads > 0, true);
}
