/**
 * CaveAgent for Deno: a language model acts by writing TypeScript cells, which run in a persistent Deno subprocess without
 * permissions. Hosts inject values and functions, the model works on them over many turns, and hosts retrieve native
 * objects.
 *
 * Less common names have entry points of their own: `./agent`, `./model`, `./runtime`, `./security`, `./fence`, `./module`,
 * `./terminal`, `./testing`.
 *
 * @example Objects in, objects out
 * ```ts
 * import { CaveAgent, DenoRuntime, defineVariable } from "@cave/agent";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * // Stands in for a model; `new OpenAIModel({ model: "gpt-5-mini" })` asks a real one.
 * await using server = new ScriptedServer({
 *   replies: ["~~~ts\ngreeting = await reverse(secret);\n~~~", "Done: it says Hello, world!"],
 * });
 *
 * await using runtime = new DenoRuntime({
 *   functions: { reverse: (text: string) => [...text].reverse().join("") },
 *   variables: {
 *     secret: defineVariable("!dlrow ,olleH", { description: "A reversed message" }),
 *     greeting: defineVariable("", { description: "Store the reversed message here" }),
 *   },
 * });
 * const agent = new CaveAgent({ model: server.model(), runtime });
 *
 * const response = await agent.run("Reverse the secret");
 * assertEquals(await runtime.retrieve("greeting"), "Hello, world!");
 * assertEquals(response.content, "Done: it says Hello, world!");
 * ```
 *
 * @module
 */

export { CaveAgent } from "./src/cave_agent.ts";
export type { CaveAgentOptions } from "./src/cave_agent.ts";
export type { RunOptions } from "./src/agent/agent.ts";
export type { AgentRun } from "./src/agent/agent_run.ts";
export type { AgentEvent, AgentEventType, RunResult } from "./src/agent/record/event.ts";
export type { RunStatus } from "./src/agent/record/run_status.ts";
export type { ApprovalDecision } from "./src/agent/record/pending_request.ts";
export type { Message } from "./src/agent/record/message.ts";
export type { PromptParts } from "./src/agent/prompt.ts";

export type { Model, ModelChunk, ModelStreamOptions, TokenUsage } from "./src/model/model.ts";
export { ModelError } from "./src/model/model_error.ts";
export { OpenAIModel } from "./src/model/openai/openai_model.ts";
export type { OpenAIModelOptions } from "./src/model/openai/openai_options.ts";

export { DenoRuntime } from "./src/runtime/deno_runtime.ts";
export type { DenoRuntimeOptions } from "./src/runtime/deno_runtime.ts";
export { LocalRuntime } from "./src/runtime/local_runtime.ts";
export { KernelPool } from "./src/runtime/kernel_pool.ts";
export type { KernelPoolOptions } from "./src/runtime/kernel_pool.ts";
export type { RuntimeOptions } from "./src/runtime/runtime_options.ts";
export type { RuntimeInfo } from "./src/runtime/runtime_info.ts";
export type {
  CallOptions,
  CheckpointPolicy,
  MimeBundle,
  NamespaceEntry,
  Recovery,
  RetrieveOptions,
  Runtime,
  RuntimeDescription,
  Snapshot,
  ValueSummary,
  Violation,
} from "./src/runtime/runtime.ts";
export type { ExecuteOptions } from "./src/runtime/cells/execute_options.ts";
export type {
  CellError,
  CellOutput,
  CellResult,
  HostCall,
  OutputChunk,
} from "./src/runtime/cells/cell_result.ts";
export type { HostCallContext } from "./src/runtime/cells/ongoing_calls.ts";
export type { RuntimeLimits } from "./src/limits/runtime_limits.ts";
export { KernelExitError } from "./src/host/kernel_exit.ts";
export type { KernelExit } from "./src/host/kernel_exit.ts";
export type { KernelProcessOptions } from "./src/host/launch/kernel_launcher.ts";
export type { Sandbox } from "./src/host/launch/sandbox/sandbox.ts";

export { defineFunction, HostFunction } from "./src/inject/host_function.ts";
export type { FunctionOptions } from "./src/inject/host_function.ts";
export { defineType, HostType } from "./src/inject/host_type.ts";
export type { TypeOptions } from "./src/inject/host_type.ts";
export { defineVariable, HostVariable } from "./src/inject/host_variable.ts";
export type { VariableOptions } from "./src/inject/host_variable.ts";
export type { InjectOptions } from "./src/inject/injections.ts";
export type { Schema } from "./src/inject/schema.ts";

export type { DangerousPermissions, Permissions } from "./src/security/permissions/permissions.ts";
export type { Rule } from "./src/security/rule.ts";
export { defaultRules, strictRules } from "./src/security/rules/rule_sets.ts";
