/**
 * CaveAgent for Deno: a language model acts by writing TypeScript cells, which run in a persistent Deno subprocess without
 * permissions. Hosts inject values and functions, the model works on them over many turns, and hosts retrieve native
 * objects.
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

export { CaveAgent } from "./src/agent/cave_agent.ts";
export type { CaveAgentOptions, RunOptions } from "./src/agent/cave_agent.ts";
export { AgentRun } from "./src/agent/agent_run.ts";
export type { Emit } from "./src/agent/agent_run.ts";
export type {
  AgentEvent,
  AgentEventMap,
  AgentEventType,
  RunResult,
  RunStatus,
} from "./src/agent/event.ts";
export type { Message, MessageRole } from "./src/agent/message.ts";
export {
  DEFAULT_INSTRUCTIONS,
  defaultPromptTemplate,
  defaultSystemInstructions,
} from "./src/agent/prompt.ts";
export type { PromptParts } from "./src/agent/prompt.ts";
export { checkCell } from "./src/cell/check_cell.ts";
export type { CheckCellOptions } from "./src/cell/check_cell.ts";
export { FenceParser } from "./src/cell/fence.ts";
export type {
  FenceCell,
  FenceEnd,
  FenceEndOptions,
  FenceParserOptions,
  FencePart,
  FenceText,
  UnclosedBlock,
} from "./src/cell/fence.ts";
export type {
  FinishReason,
  Model,
  ModelChunk,
  ModelEnd,
  ModelMessage,
  ModelReasoning,
  ModelRole,
  ModelStreamOptions,
  ModelText,
  TokenUsage,
} from "./src/model/model.ts";
export { ModelError } from "./src/model/model_error.ts";
export type { ModelErrorOptions } from "./src/model/model_error.ts";
export { OpenAIModel } from "./src/model/openai/openai_model.ts";
export type { OpenAIModelOptions } from "./src/model/openai/openai_options.ts";
export { addUsage, estimateUsage } from "./src/model/usage.ts";
export { DenoRuntime } from "./src/runtime/deno_runtime.ts";
export type { DenoRuntimeOptions } from "./src/runtime/deno_runtime.ts";
export type { KernelProcessOptions } from "./src/host/launch/kernel_launcher.ts";
export { KernelPool } from "./src/runtime/kernel_pool.ts";
export type {
  AcquireOptions,
  KernelPoolOptions,
  PooledRuntimeOptions,
} from "./src/runtime/kernel_pool.ts";
export { LocalRuntime } from "./src/runtime/local_runtime.ts";
export { KernelRuntime } from "./src/runtime/kernel_runtime.ts";
export type { RuntimeOptions } from "./src/runtime/runtime_options.ts";
export type { KernelLimits } from "./src/limits/kernel_limits.ts";
export type { ProcessLimits } from "./src/limits/process_limits.ts";
export type { RuntimeInfo } from "./src/runtime/runtime_info.ts";
export type { RuntimeLimits } from "./src/limits/runtime_limits.ts";
export type { Recovery } from "./src/host/recovery.ts";
export type { Snapshot } from "./src/host/snapshot.ts";
export { KernelExitError } from "./src/host/kernel_exit.ts";
export type { KernelExit } from "./src/host/kernel_exit.ts";
export type { Sandbox, SandboxCommand, SandboxKind } from "./src/host/launch/sandbox/sandbox.ts";
export { defineModule } from "./src/declare/module/define_module.ts";
export type {
  ModuleDefinitions,
  ModuleFunctions,
  ModuleOptions,
  ModuleVariables,
} from "./src/declare/module/define_module.ts";
export type { FinderNames } from "./src/declare/function_groups.ts";
export { defineType, HostType } from "./src/inject/host_type.ts";
export type { TypeKind, TypeOptions } from "./src/inject/host_type.ts";
export { defineVariable, Variable } from "./src/inject/variable.ts";
export type { Values, VariableOptions } from "./src/inject/variable.ts";
export { defineFunction, HostFunction } from "./src/inject/host_function.ts";
export type { Schema, SchemaIssue, SchemaResult } from "./src/inject/schema.ts";
export type {
  AnyFunction,
  FunctionOf,
  FunctionOptions,
  Functions,
} from "./src/inject/host_function.ts";
export type { HostCallContext } from "./src/runtime/cells/ongoing_call.ts";
export type { Injections, InjectOptions } from "./src/inject/injections.ts";
export type {
  CellError,
  CellFailure,
  CellOutput,
  CellRefusal,
  CellResult,
  CellResultBase,
  CellStopped,
  CellSuccess,
  ExecuteOptions,
  HostCall,
  LateOutput,
  OutputChunk,
} from "./src/runtime/cells/cell_result.ts";
export type {
  CellFrame,
  CheckpointPolicy,
  LostName,
  MimeBundle,
  NamespaceEntry,
  OutputReport,
  OutputStream,
  RetrieveOptions,
  Runtime,
  UnawaitedCall,
  ValueSummary,
} from "./src/runtime/runtime.ts";
export { AttributeRule } from "./src/security/attribute_rule.ts";
export type { AttributeRuleOptions } from "./src/security/attribute_rule.ts";
export { FunctionRule } from "./src/security/function_rule.ts";
export type { FunctionRuleOptions } from "./src/security/function_rule.ts";
export { GlobalRule } from "./src/security/global_rule.ts";
export type { GlobalRuleOptions } from "./src/security/global_rule.ts";
export { ImportRule } from "./src/security/import_rule.ts";
export type { ImportRuleOptions } from "./src/security/import_rule.ts";
export type {
  Permission,
  PermissionLists,
  Permissions,
  SandboxExits,
} from "./src/security/permissions.ts";
export type { Position } from "./src/syntax/position.ts";
export { RegexRule } from "./src/security/regex_rule.ts";
export type { RegexRuleOptions } from "./src/security/regex_rule.ts";
export type { CellNode, CellProgram } from "./src/syntax/cell_tree.ts";
export type { CellPlace, Rule, RuleContext } from "./src/security/rule.ts";
export { defaultRules, strictRules } from "./src/security/rule_sets.ts";
export { SecurityChecker } from "./src/security/security_checker.ts";
export type { CheckedCell } from "./src/security/security_checker.ts";
export type { Violation, Violations } from "./src/security/violation.ts";
