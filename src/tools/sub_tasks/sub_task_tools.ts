/**
 * Tools by which a model gives tasks to named agents: one, or a batch in parallel.
 *
 * @module
 */

import { z } from "zod";
import type { Agent } from "../../agent/agent.ts";
import type { RunResult } from "../../agent/record/event.ts";
import type { ApprovalDecision } from "../../agent/record/pending_request.ts";
import { scopeOf } from "../../agent/team/run_scope.ts";
import { Semaphore } from "../../async/semaphore.ts";
import { checkCount } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { openSession } from "../../session/open_session.ts";
import type { Store } from "../../store/store.ts";
import { defineTool } from "../family/tool.ts";
import { type ToolFamily, toolFamily } from "../family/tool_family.ts";

/** An agent that can be given tasks. */
export interface SubAgent {
  /** Text about it, for the model that gives the tasks. */
  readonly description: string;
  /**
   * Makes an agent for one task: with its own model, runtime, tools, limits, and view of the files. What it is not given here,
   * it cannot call.
   */
  readonly make: (task: { readonly id: string }) => Agent | Promise<Agent>;
}

/** Options of {@linkcode subTaskTools}. */
export interface SubTaskToolsOptions {
  /** A store in which each task is a session of its own. @default none: tasks are not kept */
  readonly store?: Store | undefined;
  /** Number of tasks at once. @default 4 */
  readonly maxConcurrent?: number | undefined;
  /** Number of tasks of one batch. @default 50 */
  readonly maxTasks?: number | undefined;
}

const OPTIONS: OptionNames<SubTaskToolsOptions> = {
  store: true,
  maxConcurrent: true,
  maxTasks: true,
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

/** A task that is under way, as a host sees it. */
export interface OpenSubTask {
  /** The identifier. */
  readonly id: string;
  /** The agent. */
  readonly agent: string;
  /** Adds a message, which enters at the next step. */
  readonly steer: (text: string) => void | Promise<void>;
  /** Answers a question of the agent. */
  readonly answer: (text: string, id?: string) => void | Promise<void>;
  /** Decides on a call of the agent. */
  readonly approve: (id: string, decision: ApprovalDecision) => void | Promise<void>;
  /** Stops the task. */
  readonly cancel: (reason?: string) => unknown;
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
 * `child_event`s of it, and their tokens count as its own.
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
      typeof agent?.make === "function" && typeof agent.description === "string";
    if (!isUsable) {
      throw new TypeError(
        `Cannot ${task}: ${
          JSON.stringify(name)
        } has no plain name, no description or no function make`,
      );
    }
  }
  const { store } = options;
  const turns = new Semaphore(checkCount("maxConcurrent", options.maxConcurrent ?? 4));
  const maxTasks = checkCount("maxTasks", options.maxTasks ?? 50);
  const open = new Map<string, OpenSubTask>();
  const counts = new WeakMap<object, number>();

  /** Returns an identifier: the same for the same task of a run that is made again. */
  const nextId = (name: string) => {
    const scope = scopeOf("agents.run");
    const count = (counts.get(scope) ?? 0) + 1;
    counts.set(scope, count);
    return `${scope.id.slice(-48)}.${name}.${count}`;
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
      const make = () => agents[name]!.make({ id });
      const result = store === undefined
        ? await runAlone(await make(), { agent: name, id, text, signal, open })
        : await runInSession(await make(), { agent: name, id, text, signal, open, store });
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

  const agent = z.enum(names as [string, ...string[]]);
  const text = z.string().trim().min(1).max(MAX_TASK_CHARS);
  const more = {
    output: z.string().max(MAX_TASK_CHARS).optional(),
    withGoal: z.boolean().default(false),
  };
  const listed = names.map((name) => `${name}: ${agents[name]!.description}`).join("; ");
  const common = { effect: "write", timeoutMs: Infinity, types: [RESULT] } as const;
  const run = defineTool({
    ...common,
    member: "run",
    tool: "create_sub_task",
    description:
      `Gives a task to another agent, and waits for the result. It knows nothing of this conversation: tell everything. output says ` +
      `what the answer has to look like; withGoal adds the task that you were given. Agents: ${listed}`,
    input: z.strictObject({ agent, task: text, ...more }),
    positional: ["agent", "task"],
    returns: "SubTaskResult",
    call: ({ agent, task, ...rest }, { signal }) =>
      settle({ agent, id: nextId(agent), text: taskText(task, rest), signal: within(signal) }),
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
      const given = tasks.map((task) => ({
        ...{ agent, id: nextId(agent), text: taskText(task, rest), signal: within(signal) },
      }));
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
      const id = nextId(agent);
      const result = await settle({
        ...{ agent, id, text: taskText(task, rest), signal: within(signal) },
      });
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

function taskText(
  task: string,
  { output, withGoal }: { readonly output?: string | undefined; readonly withGoal: boolean },
): string {
  const parts = [task];
  if (withGoal) {
    parts.unshift(`The whole task, of which this is a part: ${scopeOf("agents.run").question()}`);
  }
  if (output !== undefined) parts.push(`The answer has to be: ${output}`);
  return parts.join("\n\n");
}

/** A task, with the place where it is announced. */
interface TaskParts {
  readonly agent: string;
  readonly id: string;
  readonly text: string;
  readonly signal: AbortSignal;
  readonly open: Map<string, OpenSubTask>;
}

type Outcome = Pick<RunResult, "status" | "content" | "reason">;

async function runAlone(
  agent: Agent,
  { agent: name, id, text, signal, open }: TaskParts,
): Promise<Outcome> {
  const stop = new AbortController();
  try {
    const run = agent.stream(text, { id, signal: AbortSignal.any([signal, stop.signal]) });
    open.set(id, {
      ...{ id, agent: name },
      steer: (text) => run.steer(text),
      answer: (text, request) => run.answer(text, request),
      approve: (request, decision) => run.approve(request, decision),
      cancel: (reason = "The task was cancelled") => stop.abort(new Error(reason)),
    });
    return await run.result;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return { status: "cancelled", content: "", reason: (stop.signal.reason as Error).message };
  } finally {
    await agent.runtime.close();
  }
}

async function runInSession(
  agent: Agent,
  { agent: name, id, text, signal, open, store }: TaskParts & { readonly store: Store },
): Promise<Outcome> {
  await using session = await openSession(id, { store, agent: () => agent });
  open.set(id, {
    ...{ id, agent: name },
    steer: (text) => session.steer(text),
    answer: (text, request) => session.answer(text, request),
    approve: (request, decision) => session.approve(request, decision),
    cancel: (reason) => session.cancel(reason),
  });
  const run = await session.prompt(text);
  const stop = () => void session.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) stop();
    return await run.result;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
