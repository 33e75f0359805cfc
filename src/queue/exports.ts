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
