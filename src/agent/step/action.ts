/**
 * The result of an action.
 *
 * @module
 */

import type { AttachmentReference } from "../record/message.ts";
import type { RunState } from "../record/state.ts";

/** The result of an action: a state that counts it, and the observation. */
export interface Action {
  /** The state, without the messages of the action. */
  readonly state: RunState;
  /** The text for the model. */
  readonly content: string;
  /** Images for the model. @default none */
  readonly attachments?: readonly AttachmentReference[];
}
