/**
 * The effects of host functions, for those who resume what was cut off.
 *
 * @module
 */

/** Whether a function changes anything outside of the conversation. */
export type CallEffect = "read" | "write";

/** A description of the effects of calls. */
export interface Effects {
  /** Whether calls only read, or may change something. */
  readonly effect: CallEffect;
  /** Whether a call that is made twice has the effect of one. */
  readonly idempotent: boolean;
}

/** The effects of calls about which nothing is known. */
export const UNKNOWN_EFFECTS: Effects = { effect: "write", idempotent: false };
