/** Middleware: code around runs, model calls, cells and host calls. The first of a list is the outermost. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import type { AgentMiddleware } from "@cave/agent/agent";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "../_model.ts";

const order: string[] = [];
function note(name: string): AgentMiddleware {
  const run: AgentMiddleware["run"] = async (_request, next) => {
    order.push(`${name} begins`);
    const result = await next();
    order.push(`${name} ends`);
    return result;
  };
  return { name, run };
}

/** Adds a line to each request; the history does not have it. */
const reminder: AgentMiddleware = {
  name: "reminder",
  modelCall: (request, next) =>
    next({
      ...request,
      messages: [...request.messages, { role: "user", content: "Be brief, and name no person." }],
    }),
};

/** Replaces arguments, and counts what calls do. */
const calls: string[] = [];
const guard: AgentMiddleware = {
  name: "guard",
  hostCall: async ({ name, args }, next) => {
    calls.push(`${name}(${args.join(", ")})`);
    return await next(args.map((arg) => typeof arg === "number" ? Math.min(arg, 3) : arg));
  },
};

await using example = exampleModel([
  `const found = await search("tea", 50);
found.length`,
  "=There are three.",
]);
await using runtime = new LocalRuntime({
  functions: { search: (word: string, limit: number) => Array(limit).fill(word) },
});
const agent = new CaveAgent({
  middleware: [show, note("outer"), note("inner"), reminder, guard],
  model: example.model,
  runtime,
});
console.log(printable((await agent.run("How many teas are there?")).content));
console.log(printable([...order, ...calls].join("\n")));
check(order, ["outer begins", "inner begins", "inner ends", "outer ends"]);
if (example.scripted) check([calls, agent.messages.length], [["search(tea, 50)"], 4]);
