/** Function calling: tools with schemas, a list that stays on the host, several calls in one cell. */

import { printable } from "@cave/agent/terminal";
import { z } from "zod";
import { CaveAgent, defineFunction, DenoRuntime } from "../mod.ts";
import { check, exampleModel, show } from "./_model.ts";

const tasks: { id: number; title: string; done: boolean }[] = [];

const addTask = defineFunction((title: string) => {
  const task = { id: tasks.length + 1, title, done: false };
  tasks.push(task);
  return task;
}, {
  description: "Adds a task and returns it",
  input: z.tuple([z.string().min(1)]),
  output: z.object({ id: z.number(), title: z.string(), done: z.boolean() }),
});

const completeTask = defineFunction((id: number) => {
  const task = tasks.find((task) => task.id === id);
  if (task === undefined) throw new RangeError(`There is no task ${id}`);
  task.done = true;
}, { description: "Marks a task as done", input: z.tuple([z.number().int()]) });

await using example = exampleModel([
  `const added = [];
for (const title of ["Buy milk", "Call Ada", "Water the plants"]) added.push(await addTask(title));
await completeTask(added[1].id);
console.log(await openTasks());`,
  "await completeTask(9)",
  "=Three tasks are there; calling Ada is done. There is no task 9.",
]);
await using runtime = new DenoRuntime({
  functions: {
    addTask,
    completeTask,
    openTasks: () => tasks.filter(({ done }) => !done).map(({ title }) => title),
  },
});
const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });

const { content } = await agent.run(
  "Add the tasks Buy milk, Call Ada and Water the plants. Call Ada is done. Then complete task 9.",
);
console.table(tasks);
console.log(printable(content));
check(tasks.map(({ done }) => done), [false, true, false]);
