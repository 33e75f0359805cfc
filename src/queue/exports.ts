/**
 * Runs on many machines: queues of sessions that have something to do, and workers that take them a step further.
 *
 * @module
 */

export {
  type Claim,
  type ClaimableAgent,
  ClaimLostError,
  type ClaimOptions,
  type EnqueueOptions,
  type FailOptions,
  type JobInfo,
  type JobState,
  type ListJobsOptions,
  type Queue,
  type ReleaseOptions,
} from "./queue.ts";
export { MemoryQueue } from "./memory_queue.ts";
export { SqliteQueue, type SqliteQueueOptions } from "./sqlite/sqlite_queue.ts";
export { Worker } from "./work/worker.ts";
export type { WorkerOptions } from "./work/worker_options.ts";
export type { AgentContext, LocalRecipe, MakeAgent, Recipe, RecipeOptions } from "./work/recipe.ts";
export {
  type ClientPromptOptions,
  SessionClient,
  type SessionClientOptions,
  type SessionSnapshot,
} from "./client/session_client.ts";
export { QueuedRun, RunFailedError } from "./client/queued_run.ts";
