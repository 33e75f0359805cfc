/** Cancellation: a signal stops the model call, the cell and what it waits for; the state stays. */

import { CaveAgent, DenoRuntime } from "@cave/agent";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "../_model.ts";

await using example = exampleModel([
  "const kept = 42;\nawait began();\nwhile (true) {}",
  "kept",
  "=It is 42.",
]);
const stop = new AbortController();
await using runtime = new DenoRuntime({
  // A person would press a key: here the cell says when it has begun.
  functions: { began: () => void setTimeout(() => stop.abort(new Error("Enough")), 0) },
});
const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });

const run = agent.stream("Work on and on", { signal: stop.signal });
const reason = await run.result.then(() => "", (error: Error) => error.message);
console.log(printable(`The first run is ${run.status}: ${reason}`));

// The endless loop was interrupted inside the kernel, whose names are still there.
const { content, status } = await agent.run("What is kept?");
console.log(printable(`${content} (${status})`));
if (example.scripted) {
  check([run.status, reason, status], ["cancelled", "Enough", "completed"]);
  check(await runtime.retrieve("kept"), 42);
}
