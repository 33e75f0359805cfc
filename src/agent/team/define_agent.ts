/**
 * Agents as objects that cells of other agents call.
 *
 * @module
 */

import { Semaphore } from "../../async/semaphore.ts";
import { defineVariable, type HostVariable } from "../../inject/host_variable.ts";
import { checkCount } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { RunResult } from "../record/event.ts";
import { currentScope } from "./run_scope.ts";

/** An agent, as far as it is called by cells. */
export interface CallableAgent {
  /** Asks a question. */
  run(query: string): Promise<RunResult>;
  /** Releases what the agent owns. @default nothing */
  close?(): Promise<void>;
}

/** Options of {@linkcode defineAgent}. */
export interface AgentVariableOptions {
  /** Text about the agent, for the model. @default none */
  readonly description?: string | undefined;
  /** Maximum number of agents that `map` runs at once, of a function that makes agents. @default 4 */
  readonly maxConcurrent?: number | undefined;
  /** Maximum number of tasks of one call of `map`. @default 100 */
  readonly maxTasks?: number | undefined;
}

const OPTIONS: OptionNames<AgentVariableOptions> = {
  description: true,
  maxConcurrent: true,
  maxTasks: true,
};

/** The result of a task, for the cell that has set it: plain data. */
export interface TaskResult {
  /** Whether there is an answer: `completed`, or another status. */
  readonly status: string;
  /** The answer. */
  readonly content: string;
  /** Why there is no answer. */
  readonly reason?: string | undefined;
}

/** An agent in the namespace of another one. */
export class AgentHandle {
  readonly #make: () => CallableAgent;
  readonly #ownsAgents: boolean;
  readonly #turns: Semaphore;
  readonly #maxTasks: number;

  /**
   * Makes a handle, as `defineAgent` does.
   *
   * @param agent The agent, or a function that makes one for each task.
   * @param options Limits.
   */
  constructor(agent: CallableAgent | (() => CallableAgent), options: AgentVariableOptions) {
    this.#ownsAgents = typeof agent === "function";
    this.#make = typeof agent === "function" ? agent : () => agent;
    // The runs of one agent share its history and take turns anyway.
    const maxConcurrent = checkCount("maxConcurrent", options.maxConcurrent ?? 4);
    this.#turns = new Semaphore(this.#ownsAgents ? maxConcurrent : 1);
    this.#maxTasks = checkCount("maxTasks", options.maxTasks ?? 100);
  }

  /**
   * Sets a task, and waits for its result.
   *
   * @param task The task, with everything that the agent has to know.
   */
  async run(task: string): Promise<TaskResult> {
    if (typeof task !== "string" || task.trim() === "") {
      throw new TypeError("Cannot run an agent: the task is empty");
    }
    const release = await this.#turns.acquire(currentScope()?.signal);
    try {
      return await this.#run(task);
    } finally {
      release();
    }
  }

  /**
   * Sets many tasks, a limited number at once, and waits for all results. A task that fails does not hinder the others.
   *
   * @param tasks The tasks.
   */
  map(tasks: readonly string[]): Promise<TaskResult[]> {
    if (!Array.isArray(tasks) || tasks.length > this.#maxTasks) {
      throw new RangeError(
        `Cannot run an agent: the tasks have to be a list of at most ${this.#maxTasks} texts`,
      );
    }
    return Promise.all(tasks.map(async (task): Promise<TaskResult> => {
      try {
        return await this.run(task);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { status: "failed", content: "", reason };
      }
    }));
  }

  async #run(task: string): Promise<TaskResult> {
    const agent = this.#make();
    try {
      const { status, content, reason } = await agent.run(task);
      return { status, content, ...(reason === undefined ? {} : { reason }) };
    } finally {
      if (this.#ownsAgents) await agent.close?.();
    }
  }
}

/**
 * Describes an agent to the model of another one, whose cells call `await name.run(task)` and `await name.map(tasks)`. Its
 * runs belong to the run of the cell: they stop with it, their events appear in it as `child_event`, and their tokens, cost
 * and host calls count as its own.
 *
 * @param agent The agent, or a function that makes one for each task, so that tasks run at the same time. Agents that it
 * makes are closed.
 * @param options Description and limits.
 * @returns An entry for the `variables` of a runtime: of another runtime than that of the agent.
 *
 * @example A researcher for an editor
 * ```ts
 * import { CaveAgent, LocalRuntime } from "@cave/agent";
 * import { defineAgent } from "@cave/agent/agent";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({
 *   replies: [
 *     "~~~ts\n(await researcher.run('Find the capital of Norway')).content\n~~~",
 *     "Oslo",
 *     "It is Oslo.",
 *   ],
 * });
 * await using inner = new LocalRuntime();
 * const researcher = new CaveAgent({ model: server.model(), runtime: inner });
 * await using runtime = new LocalRuntime({
 *   variables: { researcher: defineAgent(researcher, { description: "Looks things up" }) },
 * });
 * const editor = new CaveAgent({ model: server.model(), runtime });
 * const result = await editor.run("What is the capital of Norway?");
 * assertEquals(result.content, "It is Oslo.");
 * ```
 */
export function defineAgent(
  agent: CallableAgent | (() => CallableAgent),
  options: AgentVariableOptions = {},
): HostVariable<AgentHandle> {
  checkOptions(options, { names: OPTIONS, task: "define an agent" });
  if (typeof agent !== "function" && typeof agent?.run !== "function") {
    throw new TypeError("Cannot define an agent: it has no run method");
  }
  return defineVariable(new AgentHandle(agent, options), {
    description: options.description,
    members: ["run", "map"],
    declaration: "AgentHandle",
    typeDeclarations: [
      "declare class AgentHandle {\n" +
      "  /** Sets a task; tell everything that has to be known. */\n" +
      "  run(task: string): Promise<{ status: string; content: string; reason?: string }>;\n" +
      "  /** Sets many tasks, and returns their results in the same order. */\n" +
      "  map(tasks: string[]): Promise<{ status: string; content: string; reason?: string }[]>;\n" +
      "}",
    ],
  });
}
