/**
 * The run that is under way in this process: one at a time.
 *
 * @module
 */

import type { AgentRun } from "../../agent/agent_run.ts";
import type { RunResult } from "../../agent/record/event.ts";
import { followEvents } from "./follow_events.ts";
import type { People } from "./people.ts";
import type { Drive, DriveOptions } from "./run_driver.ts";
import type { SessionCore } from "./session_core.ts";
import { SessionRun } from "./session_run.ts";
import { SessionSuspendedError } from "../record/session_errors.ts";

/** The run that is under way. */
export interface ActiveRun {
  /** The run, for its host. */
  readonly run: SessionRun;
  /** Stops it. */
  readonly abort: AbortController;
  /** The run of the agent, once it goes on. */
  live?: AgentRun;
}

/** Options of {@linkcode RunSlot}. */
export interface RunSlotOptions {
  /** The people of the session. */
  readonly people: People;
  /** Called when a run is completed and another question waits. */
  readonly onFollowUp: () => void;
}

/** The place of the run that is under way. */
export class RunSlot {
  readonly #core: SessionCore;
  readonly #options: RunSlotOptions;
  #current: ActiveRun | undefined;

  /**
   * @param core The session.
   * @param options Its people, and its queue.
   */
  constructor(core: SessionCore, options: RunSlotOptions) {
    this.#core = core;
    this.#options = options;
  }

  /** The run that is under way, if there is one. */
  get current(): ActiveRun | undefined {
    return this.#current;
  }

  /**
   * Hands a decision to the run that goes on. Requests of a process that is gone are not its own: their record is enough.
   *
   * @param decide Hands it over.
   * @returns Whether the run has made the request.
   */
  forward(decide: (live: AgentRun) => void): boolean {
    const live = this.#current?.live;
    if (live === undefined) return false;
    try {
      decide(live);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /**
   * Makes a run the present one, from the first moment on, and does its work.
   *
   * @param run Its identifier and its options.
   * @param prepare Records its beginning, and returns its work.
   * @returns The run, which is recorded and has begun.
   * @throws The error of the preparation.
   */
  async activate<T>(
    { id, options }: { readonly id: string; readonly options: DriveOptions },
    prepare: (drive: Drive) => Promise<() => Promise<RunResult>>,
  ): Promise<SessionRun<T>> {
    const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
    const core = this.#core;
    const run = new SessionRun(id, {
      result: promise,
      events: () => followEvents(core, { run: id }),
    });
    const abort = new AbortController();
    const active: ActiveRun = this.#current = { run, abort };
    core.halt = undefined;
    const signal = options.signal === undefined
      ? abort.signal
      : AbortSignal.any([abort.signal, options.signal]);
    const drive: Drive = {
      core,
      options,
      signal,
      decided: () => this.#options.people.decided(signal),
      onLive: (live) => {
        active.live = live;
        for (const text of core.writer.record.steering) live.steer(text);
      },
    };
    try {
      const work = await prepare(drive);
      this.#toEnd(work).then(resolve, reject);
    } catch (error) {
      this.#current = undefined;
      reject(error);
      throw error;
    }
    return run as SessionRun<T>;
  }

  async #toEnd(work: () => Promise<RunResult>): Promise<RunResult> {
    try {
      return await work();
    } catch (error) {
      this.#core.isPaused = error instanceof SessionSuspendedError;
      throw error;
    } finally {
      this.#current = undefined;
      const { status, followUps } = this.#core.writer.record;
      if (status === "completed" && followUps.length > 0) this.#options.onFollowUp();
    }
  }
}
