/** Images: a model reads one from the workspace, and sees it. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import { ScriptedServer } from "@cave/agent/testing";
import { printable } from "@cave/agent/terminal";
import { fileTools } from "@cave/agent/tools";
import { MemoryWorkspace } from "@cave/agent/workspace";
import { check } from "../_model.ts";

// One red pixel.
const png = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC",
);
const workspace = new MemoryWorkspace({ files: { "dot.png": png, "fake.png": "no image" } });

// A real model needs eyes: `new OpenAIModel({ model: "gpt-5-mini" })` has them.
await using server = new ScriptedServer({
  replies: [
    '~~~ts\nconst { width, height, mediaType } = await files.readImage("dot.png");\nconsole.log(mediaType, width, height);\n~~~',
    '~~~ts\nawait files.readImage("fake.png")\n~~~',
    "It is a red dot of one pixel; the other file is no image.",
  ],
});
await using runtime = new LocalRuntime();
await fileTools(workspace).inject(runtime);
const agent = new CaveAgent({ model: server.model(), runtime, seesDisplays: true });
const run = agent.stream("What is in the pictures?");
const shown: string[] = [];
for await (const event of run) {
  if (event.type === "display") shown.push(...Object.keys(event.bundle));
  if (event.type === "execution_error") console.log(printable(event.error.message));
}
console.log(printable((await run.result).content));
check(shown, ["image/png"]);
check(JSON.stringify(server.requests[1]!.messages).includes("data:image/png;base64,"), true);
