/**
 * Agents by name.
 *
 * @module
 */

import type { Agent } from "../agent/agent.ts";
import { nearNames } from "../text/near_names.ts";
import type { RunContext } from "./run_context.ts";

/** A plain function as an agent: its result is the output of the run. */
export type AgentFunction = (context: RunContext) => unknown;

/** An agent with methods of its own. */
export interface AgentObject {
  /** Does the work, and returns the output. */
  run(context: RunContext): unknown;
  /** Cleans up after a run that was cancelled. @default nothing */
  cancel?(context: RunContext): unknown;
  /** Whether a run that has failed with this error is tried again. @default true, except for a `PermanentError` */
  isRetriable?(error: unknown): boolean;
}

/** A factory of agents, one for each attempt; the runtime of the agent is closed after it. */
export interface AgentFactory {
  /** Makes an agent. */
  agent(): Agent | Promise<Agent>;
}

/** An agent for a runner. A `CaveAgent` itself keeps its history over its runs, and has one run at a time. */
export type RunnableAgent = AgentFunction | AgentObject | AgentFactory | Agent;

/** An error that another attempt would not mend: the run is not tried again. */
export class PermanentError extends Error {
  /** Always `"PermanentError"`. */
  override readonly name = "PermanentError";
}

/** Thrown if there is no agent of a name. */
export class UnknownAgentError extends RangeError {
  /** Always `"UnknownAgentError"`. */
  override readonly name = "UnknownAgentError";
}

/**
 * Agents by name.
 *
 * @example Registered, found, taken away
 * ```ts
 * import { AgentRegistry } from "@cave/agent/runner";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const registry = new AgentRegistry();
 * registry.register("echo", ({ input }) => input);
 * assertThrows(() => registry.register("echo", () => 1), RangeError, "registered already");
 * assertThrows(() => registry.get("ecko"), RangeError, 'did you mean "echo"?');
 * assertEquals(registry.list(), ["echo"]);
 * assertEquals([registry.unregister("echo"), registry.unregister("echo")], [true, false]);
 * ```
 */
export class AgentRegistry {
  readonly #agents = new Map<string, RunnableAgent>();

  /**
   * Adds an agent.
   *
   * @param key The name.
   * @param agent The agent.
   * @throws {RangeError} If there is one of that name; {TypeError} if the name is empty, or it is no agent.
   */
  register(key: string, agent: RunnableAgent): void {
    const task = `register the agent ${JSON.stringify(key)}`;
    if (typeof key !== "string" || key === "") {
      throw new TypeError("Cannot register an agent: its key is not a text, or empty");
    }
    if (!isAgent(agent)) {
      throw new TypeError(
        `Cannot ${task}: it is neither a function nor an object with run(), agent() or stream()`,
      );
    }
    if (this.#agents.has(key)) {
      throw new RangeError(`Cannot ${task}: one of that key is registered already`);
    }
    this.#agents.set(key, agent);
  }

  /**
   * Returns an agent.
   *
   * @param key The name.
   * @throws {UnknownAgentError} If there is none; the message has the nearest name.
   */
  get(key: string): RunnableAgent {
    const agent = this.#agents.get(key);
    if (agent !== undefined) return agent;
    const [near] = nearNames(String(key), this.#agents.keys());
    const advice = near === undefined
      ? `the agents are ${this.list().join(", ") || "none"}`
      : `did you mean ${JSON.stringify(near)}?`;
    throw new UnknownAgentError(
      `Cannot find the agent ${JSON.stringify(key)}: it is not registered; ${advice}`,
    );
  }

  /** Whether there is an agent of a name. */
  has(key: string): boolean {
    return this.#agents.has(key);
  }

  /** Lists the names, in the order of their registration. */
  list(): string[] {
    return [...this.#agents.keys()];
  }

  /**
   * Takes an agent away. Its runs go on.
   *
   * @param key The name.
   * @returns Whether there was one.
   */
  unregister(key: string): boolean {
    return this.#agents.delete(key);
  }

  /** Takes all agents away. */
  clear(): void {
    this.#agents.clear();
  }
}

function isAgent(agent: unknown): boolean {
  if (typeof agent === "function") return true;
  if (typeof agent !== "object" || agent === null) return false;
  const { run, stream, agent: make } = agent as Record<string, unknown>;
  return [run, stream, make].some((member) => typeof member === "function");
}
