/**
 * Tools by which a model gives tasks to named agents: one, or a batch in parallel.
 *
 * @module
 */

import { z } from "zod";
import type { Agent } from "../../agent/agent.ts";
import { scopeOf } from "../../agent/team/run_scope.ts";
import { Semaphore } from "../../async/semaphore.ts";
import { checkCount } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { Store } from "../../store/store.ts";
import { defineTool } from "../family/tool.ts";
import { type ToolFamily, toolFamily } from "../family/tool_family.ts";
import { runElsewhere } from "./_run_elsewhere.ts";
import { type OpenSubTask, runAlone, runInSession, type TaskSession } from "./_run_task.ts";
import { type TaskList, taskText, type TaskTextOptions } from "./_task_text.ts";

export type { OpenSubTask, TaskList, TaskSession };

/** An agent that can be given tasks. */
export interface SubAgent {
  /** Text about it, for the model that gives the tasks. */
  readonly description: string;
  /**
   * Makes an agent for one task: with its own model, runtime, tools, limits, and view of the files. What it is not given here,
   * it cannot call.
   */
  readonly make?: ((task: { readonly id: string }) => Agent | Promise<Agent>) | undefined;
  /**
   * Opens the session in which a task is done elsewhere, in place of `make`: `({ id }) => new SessionClient(id, { queue, store,
   * agent })` has workers do it. The same task of the same run has the same identifier, and is done once.
   */
  readonly session?: ((task: { readonly id: string }) => TaskSession) | undefined;
}

/** Options of {@linkcode subTaskTools}. */
export interface SubTaskToolsOptions {
  /** A store in which each task is a session of its own. @default none: tasks are not kept */
  readonly store?: Store | undefined;
  /** Number of tasks at once. @default 4 */
  readonly maxConcurrent?: number | undefined;
  /** Number of tasks of one batch. @default 50 */
  readonly maxTasks?: number | undefined;
  /** The list of tasks of the run, for summaries: the result of `todoTools`. @default none */
  readonly todos?: TaskList | undefined;
}

const OPTIONS: OptionNames<SubTaskToolsOptions> = {
  store: true,
  maxConcurrent: true,
  maxTasks: true,
  todos: true,
};

/** The result of a task. */
export interface SubTaskResult {
  /** The identifier: that of the run, and of the session. */
  readonly id: string;
  /** The agent. */
  readonly agent: string;
  /** The end: `completed`, or another one. */
  readonly status: string;
  /** The answer; empty if there is none. */
  readonly answer: string;
  /** Why there is no answer. @default none */
  readonly reason?: string | undefined;
}

/** Tools for tasks of other agents. */
export interface SubTaskTools extends ToolFamily {
  /** The tasks that are under way, by their identifiers, which events have as `run`. */
  readonly open: ReadonlyMap<string, OpenSubTask>;
}

const MAX_TASK_CHARS = 50_000;
const MAX_NAME_CHARS = 40;

const RESULT =
  "interface SubTaskResult { id: string; agent: string; status: string; answer: string; reason?: string }";

/**
 * Makes tools for tasks of other agents. Their runs belong to the run that gives the tasks: they stop with it, their events are
 * `child_event`s of it, their tokens, cost and host calls count as its own, and they end with its limits.
 *
 * @param agents The agents by name.
 * @param options A store, limits.
 * @returns The tools: `agents.run(name, task)`, `agents.batch(name, tasks)` and `agents.handOff(name, task)` in cells.
 * @throws {TypeError} If there is no agent, or one has no description.
 *
 * @example A batch
 * ```ts
 * import { CaveAgent, LocalRuntime } from "@cave/agent";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { subTaskTools } from "@cave/agent/tools";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({
 *   replies: [
 *     '~~~ts\nconst results = await agents.batch("poet", ["one", "two"]);\n~~~',
 *     "a poem",
 *     "a poem",
 *     "There are two poems.",
 *   ],
 * });
 * const tools = subTaskTools({
 *   poet: {
 *     description: "Writes poems",
 *     make: () => new CaveAgent({ model: server.model(), runtime: new LocalRuntime() }),
 *   },
 * });
 * await using runtime = new LocalRuntime();
 * await tools.inject(runtime);
 * await new CaveAgent({ model: server.model(), runtime }).run("Write");
 * const results = await runtime.retrieve("results") as { answer: string }[];
 * assertEquals(results.map(({ answer }) => answer), ["a poem", "a poem"]);
 * ```
 */
export function subTaskTools(
  agents: Readonly<Record<string, SubAgent>>,
  options: SubTaskToolsOptions = {},
): SubTaskTools {
  const task = "make tools for sub-tasks";
  checkOptions(options, { names: OPTIONS, task });
  const names = Object.keys(agents);
  if (names.length === 0) throw new TypeError(`Cannot ${task}: there is no agent`);
  for (const name of names) {
    const agent = agents[name];
    const isUsable = /^[a-zA-Z][\w-]*$/.test(name) && name.length <= MAX_NAME_CHARS &&
      typeof agent?.description === "string" &&
      (typeof agent.make === "function") !== (typeof agent.session === "function");
    if (!isUsable) {
      throw new TypeError(
        `Cannot ${task}: ${
          JSON.stringify(name)
        } has no plain name, no description, or not one of make and session`,
      );
    }
  }
  const { store, todos } = options;
  const turns = new Semaphore(checkCount("maxConcurrent", options.maxConcurrent ?? 4));
  const maxTasks = checkCount("maxTasks", options.maxTasks ?? 50);
  const open = new Map<string, OpenSubTask>();
  const counts = new WeakMap<object, Map<string, number>>();

  const countIn = (scope: object, key: string) => {
    const ofScope = counts.get(scope) ?? new Map<string, number>();
    counts.set(scope, ofScope);
    const count = (ofScope.get(key) ?? 0) + 1;
    ofScope.set(key, count);
    return count;
  };
  /** Returns an identifier: the same for the same task of a run that is made again. */
  const nextId = async (name: string, text: string) => {
    const scope = scopeOf("agents.run");
    if (agents[name]!.make !== undefined) {
      return `${scope.id.slice(-48)}.${name}.${countIn(scope, "")}`;
    }
    return await remoteId(scope.id, { name, text, count: (key) => countIn(scope, key) });
  };
  const runOne = async (
    { agent: name, id, text, signal }: {
      readonly agent: string;
      readonly id: string;
      readonly text: string;
      readonly signal: AbortSignal;
    },
  ): Promise<SubTaskResult> => {
    const release = await turns.acquire(signal);
    try {
      const { make, session } = agents[name]!;
      const parts = { agent: name, id, text, signal, open };
      const result = make === undefined
        ? await runElsewhere(session!({ id }), parts)
        : store === undefined
        ? await runAlone(await make({ id }), parts)
        : await runInSession(await make({ id }), { ...parts, store });
      const { status, content, reason } = result;
      const isDone = status === "completed";
      return {
        ...{ id, agent: name, status, answer: isDone ? content : "" },
        ...(reason === undefined ? {} : { reason }),
      };
    } finally {
      release();
      open.delete(id);
    }
  };
  const settle = async (given: Parameters<typeof runOne>[0]): Promise<SubTaskResult> => {
    try {
      return await runOne(given);
    } catch (error) {
      if (given.signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      return { id: given.id, agent: given.agent, status: "failed", answer: "", reason };
    }
  };

  const prepare = async (
    task: string,
    { agent, signal, ...told }: Omit<TaskTextOptions, "todos"> & {
      readonly agent: string;
      readonly signal: AbortSignal;
    },
  ) => ({
    agent,
    id: await nextId(agent, task),
    text: await taskText(task, { ...told, todos }),
    signal: within(signal),
  });

  const agent = z.enum(names as [string, ...string[]]);
  const text = z.string().trim().min(1).max(MAX_TASK_CHARS);
  const more = {
    output: z.string().max(MAX_TASK_CHARS).optional(),
    withGoal: z.boolean().default(false),
    withSummary: z.boolean().default(false),
  };
  const listed = names.map((name) => `${name}: ${agents[name]!.description}`).join("; ");
  const common = { effect: "write", timeoutMs: Infinity, types: [RESULT] } as const;
  const run = defineTool({
    ...common,
    member: "run",
    tool: "create_sub_task",
    description:
      `Gives a task to another agent, and waits for the result. It knows nothing of this conversation: tell everything. output says ` +
      `what the answer has to look like; withGoal adds the task that you were given, withSummary also your list of tasks and your latest work. Agents: ${listed}`,
    input: z.strictObject({ agent, task: text, ...more }),
    positional: ["agent", "task"],
    returns: "SubTaskResult",
    call: async ({ agent, task, ...rest }, { signal }) =>
      await settle(await prepare(task, { agent, signal, ...rest })),
  });
  const batch = defineTool({
    ...common,
    member: "batch",
    tool: "batch_sub_tasks",
    description:
      "Gives many tasks to one agent, several at once, and returns the results in their order.",
    input: z.strictObject({ agent, tasks: z.array(text).min(1).max(maxTasks), ...more }),
    positional: ["agent", "tasks"],
    returns: "SubTaskResult[]",
    call: async ({ agent, tasks, ...rest }, { signal }) => {
      const given = [];
      for (const task of tasks) given.push(await prepare(task, { agent, signal, ...rest }));
      return await Promise.all(given.map(settle));
    },
  });
  const handOff = defineTool({
    ...common,
    member: "handOff",
    tool: "hand_off",
    description:
      "Gives the rest of the work to another agent: its answer becomes yours, and the task ends.",
    input: z.strictObject({ agent, task: text, ...more }),
    positional: ["agent", "task"],
    returns: "SubTaskResult",
    call: async ({ agent, task, ...rest }, { signal }) => {
      const result = await settle(await prepare(task, { agent, signal, ...rest }));
      if (result.status === "completed") await scopeOf("agents.handOff").finish(result.answer);
      return result;
    },
  });
  return {
    ...toolFamily([run, batch, handOff], { name: "agents", description: "Other agents" }),
    open,
  };
}

/** Aborts with the call, and with the run that makes it. */
function within(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, scopeOf("agents.run").signal]);
}

/** Sub-tasks of sub-tasks on workers: more is a recursion that has no end. */
const MAX_DEPTH = 5;

/**
 * Returns an identifier by the task itself: a process that goes on with a run finds the task that workers do, and no other one.
 *
 * @throws {RangeError} If too many runs wait for one another.
 */
async function remoteId(
  parent: string,
  { name, text, count }: {
    readonly name: string;
    readonly text: string;
    readonly count: (key: string) => number;
  },
): Promise<string> {
  const depth = Number(/^task-(\d)\./.exec(parent)?.[1] ?? 0) + 1;
  if (depth > MAX_DEPTH) {
    throw new RangeError(
      `Cannot give a task: more than ${MAX_DEPTH} runs on workers would wait for one another`,
    );
  }
  const key = new TextEncoder().encode(JSON.stringify([parent, name, text]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", key)).toHex().slice(0, 24);
  return `task-${depth}.${name}.${digest}.${count(digest)}`;
}
