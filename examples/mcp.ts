/** MCP servers: cells call the tools of a server as typed functions, and a person approves what may destroy something. */

import { connectMcp } from "@cave/agent/mcp";
import { printable } from "@cave/agent/terminal";
import { CaveAgent, DenoRuntime } from "../mod.ts";
import { check, exampleModel, show } from "./_model.ts";

await using example = exampleModel([
  `const { notes } = await noteBook.listNotes();
for (const { id } of notes.filter((note) => note.done)) await noteBook.deleteNote({ id });
const left = await noteBook.listNotes();
left`,
  "=Of three notes, the two that were done are deleted.",
]);

// As in the configuration files of other clients. A server on the network has a url in place of a command.
await using servers = await connectMcp({
  mcpServers: {
    "note-book": {
      command: Deno.execPath(),
      args: ["run", "--quiet", new URL("tools/notes_server.ts", import.meta.url).href],
    },
  },
});
for (const { name, namespace, tools } of servers.servers) {
  console.log(printable(`${name} is ${namespace} in cells: ${[...tools.keys()].join(", ")}`));
}
await using runtime = new DenoRuntime();
await servers.inject(runtime);
const run = new CaveAgent({ middleware: [show], model: example.model, runtime }).stream(
  "Delete the notes that are done",
);
for await (const event of run) {
  if (event.type !== "approval_request") continue;
  console.log(printable(`${event.name}(${JSON.stringify(event.args[0])}): approved`));
  run.approve(event.id, { allow: true });
}
console.log(printable((await run.result).content));
if (example.scripted) {
  check(await runtime.retrieve("left"), { notes: [{ id: "2", done: false }] });
}
