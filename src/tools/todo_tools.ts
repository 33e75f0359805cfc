/**
 * Tools by which a model keeps a list of its tasks, in the repository of tasks.
 *
 * @module
 */

import { z } from "zod";
import { currentScope } from "../agent/team/run_scope.ts";
import { Mutex } from "../async/mutex.ts";
import { checkOptions } from "../limits/options.ts";
import type { Task } from "../repositories/tasks/task.ts";
import type { TaskRepository } from "../repositories/tasks/task_repository.ts";
import { defineTool } from "./family/tool.ts";
import { type ToolFamily, toolFamily } from "./family/tool_family.ts";

/** An entry of the list. */
export interface Todo {
  /** The identifier. */
  readonly id: string;
  /** The task, in a few words. */
  readonly title: string;
  /** The state; at most one is in progress. */
  readonly status: "open" | "in_progress" | "done";
  /** The priority. */
  readonly priority: "low" | "medium" | "high";
}

/** The part of a repository of tasks that the tools use. */
export type TodoRepository = Pick<
  TaskRepository,
  "list" | "create" | "update" | "claim" | "complete" | "delete"
>;

/** Options of {@linkcode todoTools}. */
export interface TodoToolsOptions {
  /** The list of the repository: one for each conversation. @default "todo" */
  readonly list?: string | undefined;
}

/** Tools for a list of tasks. */
export interface TodoTools extends ToolFamily {
  /** Returns the list. */
  todos(): Promise<Todo[]>;

  /** Returns a sentence that names what is open, for the option `beforeFinish` of an agent; `undefined` if nothing is. */
  readonly beforeFinish: () => Promise<string | undefined>;
}

const PRIORITIES = ["low", "medium", "high"] as const;
const MAX_TODOS = 200;
/** Names of open tasks in a sentence. */
const MAX_NAMED = 20;

const TODO =
  `interface Todo { id: string; title: string; status: "open" | "in_progress" | "done"; priority: "low" | "medium" | "high" }`;

/**
 * Makes tools for a list of tasks.
 *
 * @param tasks The repository.
 * @param options The list.
 * @returns The tools, and a guard for the end of runs.
 *
 * @example A list
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { openRepositories } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { todoTools } from "@cave/agent/tools";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * const todos = todoTools(openRepositories(store).tasks);
 * await using runtime = new DenoRuntime();
 * await todos.inject(runtime);
 * await runtime.execute(`await todos.write([{ title: "look" }, { title: "act", status: "in_progress" }])`);
 * assertEquals((await todos.todos()).map(({ title, status }) => [title, status]), [
 *   ["look", "open"],
 *   ["act", "in_progress"],
 * ]);
 * assertEquals(await todos.beforeFinish(), 'there are open tasks: "look", "act"');
 * ```
 */
export function todoTools(tasks: TodoRepository, options: TodoToolsOptions = {}): TodoTools {
  checkOptions(options, { names: { list: true }, task: "make tools for tasks" });
  const { list = "todo" } = options;
  const turns = new Mutex();
  const all = async () =>
    (await tasks.list({ list })).map(todoOf).sort(byPlace).map(({ todo }) => todo);
  const write = defineTool({
    member: "write",
    tool: "write_todos",
    description:
      "Replaces your list of tasks. Keep it up to date while you work: at most one is in_progress. Tasks with an id stay the same ones.",
    input: z.strictObject({
      todos: z.array(z.strictObject({
        id: z.string().min(1).max(100).optional(),
        title: z.string().trim().min(1).max(500),
        status: z.enum(["open", "in_progress", "done"]).default("open"),
        priority: z.enum(PRIORITIES).default("medium"),
      })).max(MAX_TODOS),
    }),
    positional: ["todos"],
    returns: "Todo[]",
    types: [TODO],
    effect: "write",
    idempotent: true,
    call: ({ todos }, { signal }) =>
      turns.run(async () => {
        const active = todos.filter(({ status }) => status === "in_progress");
        if (active.length > 1) {
          throw new RangeError(
            `Cannot write the tasks: ${active.length} are in_progress, and one can be: ${
              active.map(({ title }) => JSON.stringify(title)).join(", ")
            }`,
          );
        }
        const known = new Map((await tasks.list({ list })).map((task) => [task.id, task]));
        const ids = todos.map(({ id }) => id ?? crypto.randomUUID().slice(0, 8));
        const twice = ids.find((id, i) => ids.indexOf(id) !== i);
        if (twice !== undefined) {
          throw new RangeError(`Cannot write the tasks: two have the id ${JSON.stringify(twice)}`);
        }
        for (const id of known.keys()) if (!ids.includes(id)) await tasks.delete(id);
        for (const [place, { title, status, priority }] of todos.entries()) {
          const id = ids[place]!;
          const fields = { place };
          const values = { name: title, priority: PRIORITIES.indexOf(priority), fields };
          const old = known.get(id);
          if (old === undefined) await tasks.create({ ...values, id, list });
          else await tasks.update(id, values);
          await bring(tasks, { id, from: old?.state ?? "not_started", status });
        }
        const written = await all();
        currentScope()?.emit("todos", {
          todos: written.map(({ title, status }) => ({ title, status })),
        });
        return written;
      }, signal),
  });
  const show = defineTool({
    member: "list",
    tool: "list_todos",
    description: "Returns your list of tasks.",
    input: z.strictObject({}),
    positional: [],
    returns: "Todo[]",
    types: [TODO],
    effect: "read",
    call: all,
  });
  return {
    ...toolFamily([write, show], { name: "todos", description: "Your list of tasks" }),
    todos: all,
    beforeFinish: async () => {
      const open = (await all()).filter(({ status }) => status !== "done");
      if (open.length === 0) return undefined;
      const named = open.slice(0, MAX_NAMED).map(({ title }) => JSON.stringify(title)).join(", ");
      const rest = open.length - MAX_NAMED;
      return `there are open tasks: ${named}${rest > 0 ? `, and ${rest} more` : ""}`;
    },
  };
}

/** Brings a task into a state, by the ways that the repository has. */
async function bring(
  tasks: TodoRepository,
  { id, from, status }: {
    readonly id: string;
    readonly from: Task["state"];
    readonly status: Todo["status"];
  },
): Promise<void> {
  const now = from === "complete" ? "done" : from === "in_progress" ? "in_progress" : "open";
  if (now === status && from !== "failed" && from !== "cancelled") return;
  if (from !== "not_started" && from !== "in_progress" || status === "open") {
    await tasks.update(id, { state: "not_started" });
    if (status === "open") return;
    await tasks.claim(id);
  } else if (from === "not_started") await tasks.claim(id);
  if (status === "done") await tasks.complete(id);
}

function todoOf(task: Task): { readonly todo: Todo; readonly place: number } {
  const status = task.state === "complete" || task.state === "cancelled"
    ? "done"
    : task.state === "in_progress"
    ? "in_progress"
    : "open";
  const priority = PRIORITIES[Math.min(2, Math.max(0, task.priority))] ?? "medium";
  const { place } = task.fields as { place?: unknown };
  return {
    todo: { id: task.id, title: task.name, status, priority },
    place: typeof place === "number" ? place : MAX_TODOS,
  };
}

function byPlace(a: { readonly place: number }, b: { readonly place: number }): number {
  return a.place - b.place;
}
