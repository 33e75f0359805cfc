/**
 * Sessions that stay open between two steps, with their kernels: a bounded number of them.
 *
 * @module
 */

import type { Session } from "../../session/session.ts";

/** Open sessions that nobody works on, the one that was used last at the end. */
export class WarmSessions {
  readonly #limit: number;
  readonly #sessions = new Map<string, Session>();

  /** @param limit Maximum number of sessions. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Number of sessions. */
  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Takes a session out.
   *
   * @param id The identifier.
   */
  take(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    return session;
  }

  /**
   * Puts a session in, and closes the one that was not used for the longest time if there are too many.
   *
   * @param session The session.
   */
  async put(session: Session): Promise<void> {
    this.#sessions.set(session.id, session);
    if (this.#sessions.size <= this.#limit) return;
    const [oldest] = this.#sessions.keys();
    await this.take(oldest!)?.close();
  }

  /** Closes all. */
  async close(): Promise<void> {
    const all = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(all.map((session) => session.close()));
  }
}
