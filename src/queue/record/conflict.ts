/**
 * Errors that tell that another process has a session.
 *
 * @module
 */

import { JournalError } from "../../agent/record/journal_error.ts";
import { SessionSuspendedError } from "../../session/record/session_errors.ts";
import { StoreConflictError } from "../../store/store.ts";

/**
 * Whether an error means that another process has written first.
 *
 * @param error The error.
 */
export function isConflict(error: unknown): boolean {
  const cause = error instanceof JournalError ? error.cause : error;
  return cause instanceof StoreConflictError || cause instanceof SessionSuspendedError;
}
