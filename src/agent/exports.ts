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

export { Agent, type RestoreFrom } from "./agent.ts";
export type { AgentOptions, OutputOf, RememberedDecisions } from "./agent_options.ts";
export type { AgentRunOptions, RunHost } from "./agent_run.ts";
export type { KeptFile } from "./files/kept_files.ts";
export type { AgentEventMap, Emit } from "./record/event.ts";
export type { ContextMemory } from "./record/context_memory.ts";
export type { LimitName, ModelPrices, RunLimits } from "./record/limits.ts";
export type { AttachmentReference, MessageRole } from "./record/message.ts";
export type { PendingApproval, PendingQuestion, PendingRequest } from "./record/pending_request.ts";
export type { CallOutcome, JournaledAction, JournaledCall, RunJournal } from "./record/journal.ts";
export { JournalError } from "./record/journal_error.ts";
export type { RunState } from "./record/state.ts";
export { MiddlewareError } from "./step/middleware.ts";
export type {
  AgentMiddleware,
  HostCallRequest,
  ModelRequest,
  RunRequest,
} from "./step/middleware.ts";
export type { Tools } from "./reply/tool_set.ts";
export type { PeopleDesk, PeopleDeskOptions } from "./people/desk.ts";
export {
  DEFAULT_INSTRUCTIONS,
  defaultPromptTemplate,
  defaultSystemInstructions,
} from "./prompt.ts";
export type { InstructionOptions } from "./prompt.ts";
export { AgentHandle, defineAgent } from "./team/define_agent.ts";
export type { AgentVariableOptions, CallableAgent, TaskResult } from "./team/define_agent.ts";
