/**
 * How far a run is, or how it ended.
 *
 * @module
 */

/**
 * The status of a run.
 *
 * - `queued`: another run of the agent goes first.
 * - `running`: it takes steps.
 * - `waiting`: a person has to answer or to approve something.
 * - `completed`: there is an answer.
 * - `failed`: there is none, and a reason.
 * - `cancelled`: it was stopped.
 * - `exhausted`: a limit was reached.
 */
export type RunStatus =
  | "queued"
  | "running"
  | "waiting"
  | "completed"
  | "failed"
  | "cancelled"
  | "exhausted";
