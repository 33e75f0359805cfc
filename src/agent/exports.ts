/**
 * The parts of an agent: for agents on runtimes of your own, and for system prompts of your own.
 *
 * @example A prompt in your own words
 * ```ts
 * import { CaveAgent, LocalRuntime } from "@cave/agent";
 * import { defaultPromptTemplate } from "@cave/agent/agent";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({ replies: ["Ahoy!"] });
 * await using runtime = new LocalRuntime();
 * const agent = new CaveAgent({
 *   model: server.model(),
 *   runtime,
 *   systemPromptTemplate: (parts) => `Talk like a pirate.\n\n${defaultPromptTemplate(parts)}`,
 * });
 * assertEquals((await agent.run("Hello")).content, "Ahoy!");
 * ```
 *
 * @module
 */

export { Agent } from "./agent.ts";
export type { AgentOptions } from "./agent.ts";
export type { AgentEventMap } from "./record/event.ts";
export type { MessageRole } from "./record/message.ts";
export {
  DEFAULT_INSTRUCTIONS,
  defaultPromptTemplate,
  defaultSystemInstructions,
} from "./prompt.ts";
