/** A coding agent with approvals, diffs and undo. `deno task code FOLDER "Task"` works on a folder of yours. */

import { CaveAgent, DenoRuntime } from "@cave/agent";
import { createStyle, printable, RunView } from "@cave/agent/terminal";
import { CommandRules, fileTools, joinTools, shellTools } from "@cave/agent/tools";
import { LocalWorkspace } from "@cave/agent/workspace";
import { dirname } from "node:path";
import { check, exampleModel } from "./_model.ts";

const TEST = "deno test --no-check";
await using example = exampleModel([
  `console.log((await files.list()).files, await files.read("mean.ts"));
console.log((await shell.run("${TEST}")).output);`,
  `await files.edit("mean.ts", [{ oldText: "rows.length - 1", newText: "rows.length" }]);
(await shell.run("${TEST}")).exitCode`,
  "=The mean was divided by one too few; the test passes now.",
]);
const [folder, task = "A test fails: find the bug and fix it"] = Deno.args;
const workspace = new LocalWorkspace(folder ?? await Deno.makeTempDir(), { canRemove: true });
for (const name of folder === undefined ? ["mean.ts", "mean_test.ts"] : []) {
  const bug = new URL(`data/bug/${name}.txt`, import.meta.url);
  await workspace.write(name, await Deno.readTextFile(bug));
}
const files = fileTools(workspace, { canRemove: true });
const bin = dirname(Deno.execPath());
await using shell = shellTools(workspace, {
  dangerouslyRunsCommandsOfTheModel: true,
  rules: new CommandRules({ allow: ["git status", "git diff"] }),
  env: { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`, DENO_DIR: "/tmp/deno", NO_COLOR: "1" },
  readable: [bin],
});
await using runtime = new DenoRuntime();
await joinTools(files, shell).inject(runtime);
const agent = new CaveAgent({
  model: example.model,
  runtime,
  instructions: "You are a programmer. Look before you change, change little, and run the tests.",
});
const view = new RunView({
  write: (text) => void Deno.stdout.writeSync(new TextEncoder().encode(text)),
  style: createStyle({ enabled: Deno.stdout.isTerminal() }),
});
const run = agent.stream(task);
for await (const event of run) {
  view.show(event);
  if (event.type !== "approval_request") continue;
  // The decision holds for this very command, and for no other one.
  const allow = example.scripted || confirm(printable(JSON.stringify(event.args)));
  run.approve(event.id, { allow, remember: true });
}
view.close(await run.result);
const changes = files.changes(run.id).map(({ path, added, removed }) => [path, added, removed]);
if (example.scripted) check(changes, [["mean.ts", 1, 1]]);
else if (changes.length > 0 && confirm("Undo the changes?")) {
  console.log(printable(JSON.stringify(await files.undo(run.id))));
}
