/**
 * Errors of sessions that hosts catch.
 *
 * @module
 */

/** Thrown if a session cannot do what it is asked at this time: a run is under way, or there is none. */
export class SessionStateError extends Error {
  /** Always `"SessionStateError"`. */
  override readonly name = "SessionStateError";
}

/** The end of a run in this process that goes on in another one, or later: see `Session.suspend`. */
export class SessionSuspendedError extends Error {
  /** Always `"SessionSuspendedError"`. */
  override readonly name = "SessionSuspendedError";

  /** Creates an error. */
  constructor() {
    super("The session was suspended: its run goes on when it is continued");
  }
}
