/** Objects in, objects out: a value that the model never sees as text, and a result that is an object. */

import { printable } from "@cave/agent/terminal";
import { CaveAgent, defineVariable, DenoRuntime } from "../mod.ts";
import { check, exampleModel, show } from "./_model.ts";

await using example = exampleModel([
  "greeting = await reverse(secret);",
  "=Done: the greeting is in place.",
]);
await using runtime = new DenoRuntime({
  functions: { reverse: (text: string) => [...text].reverse().join("") },
  variables: {
    secret: defineVariable("!dlrow ,olleH", { description: "A reversed message" }),
    greeting: defineVariable("", { description: "Store the reversed message here" }),
  },
});
const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });

const response = await agent.run("Reverse the secret");
const greeting = await runtime.retrieve("greeting"); // typed as string
console.log(printable(`${greeting}\n${response.content}`));
check(greeting, "Hello, world!");
