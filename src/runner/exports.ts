/**
 * Runs of agents by name, recorded in a store, and durable functions in steps.
 *
 * @module
 */

export {
  type AgentFactory,
  type AgentFunction,
  type AgentObject,
  AgentRegistry,
  PermanentError,
  type RunnableAgent,
  UnknownAgentError,
} from "./agent_registry.ts";
export {
  AgentRunner,
  type AgentRunnerOptions,
  type RunHandle,
  type RunnerEventsOptions,
  type StartOptions,
} from "./agent_runner.ts";
export { RunnerClosedError, type RunOutcome } from "./run_driver.ts";
export { RunLostError } from "./run_log.ts";
export { configure, getConfig, resetConfig, type RunnerConfig } from "./config.ts";
export type { JsonObject, RunContext } from "./run_context.ts";
export type { RunError, RunnerEvent, RunnerStatus, RunRecord } from "./run_record.ts";
export { deleteRuns, listRuns, type RunFilter } from "./manage_runs.ts";
export { runSteps, type RunStepsOptions, type StepsRun } from "./steps/run_steps.ts";
export { type Step, StepCancelledError, type StepContext, StepError } from "./steps/step.ts";
