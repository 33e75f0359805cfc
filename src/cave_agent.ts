/**
 * The agent with its default runtime: the one place that puts both together.
 *
 * @module
 */

import { Agent, type AgentOptions } from "./agent/agent.ts";
import { DenoRuntime } from "./runtime/deno_runtime.ts";
import type { Runtime } from "./runtime/runtime.ts";

/** Options of {@linkcode CaveAgent}. */
export interface CaveAgentOptions<R extends Runtime = Runtime>
  extends Omit<AgentOptions<R>, "runtime"> {
  /** The runtime in which cells run. Its owner closes it. @default a `DenoRuntime`, which `close()` ends */
  readonly runtime?: R | undefined;
}

/**
 * An agent with a history. Runs follow one another, on the same history and the same runtime.
 *
 * @typeParam R The type of its runtime, so that `agent.runtime.retrieve` stays typed.
 *
 * @example A run, with a server that replays what a model would say
 * ```ts
 * import { CaveAgent, DenoRuntime } from "@cave/agent";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({
 *   replies: ["~~~ts\nconst total = add(1, 2);\nawait total\n~~~", "The total is 3."],
 * });
 * await using runtime = new DenoRuntime({ functions: { add: (a: number, b: number) => a + b } });
 * const agent = new CaveAgent({ model: server.model(), runtime });
 * const response = await agent.run("Add 1 and 2");
 * assertEquals(response.content, "The total is 3.");
 * assertEquals(response.steps, 2);
 * ```
 */
export class CaveAgent<R extends Runtime = Runtime> extends Agent<R> implements AsyncDisposable {
  readonly #ownsRuntime: boolean;

  /**
   * Makes an agent. Nothing is started or sent yet.
   *
   * @param options Model, runtime and limits.
   * @throws {TypeError} If there is no model, or an option has an unknown name.
   * @throws {RangeError} If a limit is not a number above 0, or `maxSteps` not a whole one.
   */
  constructor(options: CaveAgentOptions<R>) {
    super({ ...options, runtime: options?.runtime ?? new DenoRuntime() as Runtime as R });
    this.#ownsRuntime = options?.runtime === undefined;
  }

  /** Ends the runtime, if the agent made it itself. Idempotent. */
  async close(): Promise<void> {
    if (this.#ownsRuntime) await this.runtime.close();
  }

  /** Closes the agent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
