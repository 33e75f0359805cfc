/**
 * The failure of a journal.
 *
 * @module
 */

/** Thrown when a journal cannot keep what a run does. The run ends: what it would do next could be lost, or be done twice. */
export class JournalError extends Error {
  /** Always `"JournalError"`. */
  override readonly name = "JournalError";

  /**
   * Creates an error.
   *
   * @param cause The error of the journal.
   */
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`Cannot go on with the run: its journal failed, ${reason}`, { cause });
  }
}
