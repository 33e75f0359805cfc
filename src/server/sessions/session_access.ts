/**
 * Sessions of callers: each has its own ones, and learns nothing of others.
 *
 * @module
 */

import { pause } from "../../async/pause.ts";
import { SessionClient } from "../../queue/client/session_client.ts";
import type { Queue } from "../../queue/queue.ts";
import { createSession, deleteSession } from "../../session/manage_sessions.ts";
import {
  isOver,
  readRecord,
  SESSION_KEYS,
  type SessionRecord,
} from "../../session/record/session_record.ts";
import { type Store, StoreConflictError } from "../../store/store.ts";
import type { Caller } from "../http/callers.ts";
import { HttpError } from "../http/http_error.ts";

/** Number of tries to delete a session, and the time between them in milliseconds. */
const MAX_TRIES = 10;
const RETRY_MS = 20;

/** Time in which a worker is expected to stop a run, in milliseconds. */
const STOP_MS = 5_000;

/** Identifiers that may be part of an address without being written otherwise. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$/;

/**
 * Checks the identifier of a session that is made.
 *
 * @param id The identifier.
 * @throws {HttpError} If it cannot be part of an address as it is.
 */
export function checkSessionId(id: string): void {
  if (ID.test(id)) return;
  throw new HttpError(
    400,
    "The identifier of a session has 1 to 100 letters, digits, dots, tildes, dashes and underscores",
  );
}

/** Parts of {@linkcode SessionAccess}. */
export interface SessionAccessOptions {
  /** The store of the sessions. */
  readonly store: Store;
  /** The queue of the workers. */
  readonly queue: Queue;
  /** The name of the agent, as workers have it. */
  readonly agent: string;
  /** Whether its model takes images. */
  readonly takesImages: boolean;
}

/** Opens sessions for callers. */
export class SessionAccess {
  /** The store. */
  readonly store: Store;
  readonly #options: SessionAccessOptions;

  /** @param options Store, queue and agent. */
  constructor(options: SessionAccessOptions) {
    this.#options = options;
    this.store = options.store;
  }

  /**
   * Checks that the model of the agent takes images, if there are some.
   *
   * @param attachments The images and files of a question.
   * @returns The images and files.
   * @throws {HttpError} If it takes none.
   */
  accept<T extends { readonly mediaType: string }>(attachments: readonly T[]): readonly T[] {
    const hasImages = attachments.some(({ mediaType }) => mediaType.startsWith("image/"));
    if (!hasImages || this.#options.takesImages) return attachments;
    throw new HttpError(400, `The model of ${this.#options.agent} takes no images`);
  }

  /**
   * Makes a session.
   *
   * @param caller The owner.
   * @param id The identifier. @default a random one
   * @throws {HttpError} If it is malformed, or somebody has it.
   */
  async create(caller: Caller, id: string = crypto.randomUUID()): Promise<SessionClient> {
    checkSessionId(id);
    try {
      await createSession(this.store, { id, user: caller.user });
    } catch (error) {
      if (!(error instanceof StoreConflictError)) throw error;
      throw new HttpError(409, "There is such a session already");
    }
    return this.#client(caller, id);
  }

  /**
   * Opens a session.
   *
   * @param caller The owner.
   * @param id The identifier.
   * @throws {HttpError} If there is none, or it belongs to somebody else: the answers are the same.
   */
  async open(
    caller: Caller,
    id: string,
  ): Promise<{ readonly client: SessionClient; readonly record: SessionRecord }> {
    const record = await this.#find(caller, id);
    if (record === undefined) throw new HttpError(404, "There is no such session");
    return { client: this.#client(caller, id), record };
  }

  /**
   * Opens a session, or makes it.
   *
   * @param caller The owner.
   * @param id The identifier.
   * @throws {HttpError} If it belongs to somebody else.
   */
  async ensure(caller: Caller, id: string): Promise<SessionClient> {
    const isThere = await this.#find(caller, id) !== undefined;
    return isThere ? this.#client(caller, id) : await this.create(caller, id);
  }

  /**
   * Stops the run of a session, and deletes the session. A worker that has it may be faster with a write of its own: then it is
   * tried again.
   *
   * @param session The session.
   * @param reason The reason for stopping its run.
   * @throws {HttpError} If a worker does not let go of it.
   */
  async remove(session: SessionClient, reason: string): Promise<void> {
    // A message to a session that is gone would wait for good.
    if (await this.store.get(SESSION_KEYS.record(session.id)) === undefined) return;
    await session.cancel(reason);
    // The worker hears of it through the session: it must not be gone before.
    const deadline = performance.now() + STOP_MS;
    while (performance.now() < deadline && !await this.#isQuiet(session.id)) await pause(RETRY_MS);
    for (let tries = 1;; tries++) {
      try {
        await deleteSession(this.store, session.id);
        return;
      } catch (error) {
        if (!(error instanceof StoreConflictError)) throw error;
        if (tries === MAX_TRIES) {
          throw new HttpError(409, "The session is written meanwhile; try again");
        }
        await pause(RETRY_MS * tries);
      }
    }
  }

  /** Whether no run is under way, and nothing waits for the worker. */
  async #isQuiet(id: string): Promise<boolean> {
    const found = await this.store.get(SESSION_KEYS.record(id));
    if (found === undefined) return true;
    const { status, mail = 0 } = readRecord(found.value, id);
    const { entries } = await this.store.read(SESSION_KEYS.mail(id), { from: mail });
    return entries.length === 0 && isOver(status);
  }

  async #find({ user }: Caller, id: string): Promise<SessionRecord | undefined> {
    if (!ID.test(id)) return undefined;
    const found = await this.store.get(SESSION_KEYS.record(id));
    const record = found && readRecord(found.value, id);
    return record?.user === user ? record : undefined;
  }

  #client({ user }: Caller, id: string): SessionClient {
    const { store, queue, agent } = this.#options;
    return new SessionClient(id, { store, queue, agent, user });
  }
}
