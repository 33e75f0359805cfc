/**
 * The connections of a store to PostgreSQL.
 *
 * @module
 */

import postgres, { type Sql } from "postgres";
import { deadline } from "../../async/deadline.ts";
import { pause } from "../../async/pause.ts";
import { StoreConflictError } from "../store.ts";
import { migrate } from "./_schema.ts";

/** Options of {@linkcode Connection}. */
export interface ConnectionOptions {
  /** The address. */
  readonly url: string;
  /** The schema, which is made if it is not there. */
  readonly schema: string;
  /** Maximum number of connections, beside the one that hears of changes. */
  readonly connections: number;
  /** Time limit of connecting, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Time for which reading is tried again when a connection breaks, in milliseconds. */
  readonly retryMs: number;
  /** Time limit of one command, in milliseconds. */
  readonly timeoutMs: number;
}

/** Errors of connections that break, and of a server that ends or is not up yet. */
const LOST_CONNECTION =
  /^(?:ECONNRESET|ECONNREFUSED|EPIPE|CONNECTION_(?:CLOSED|ENDED|DESTROYED)|57P0[123]|08\d\d\d)$/;

/** Interval between two tries to read, in milliseconds. */
const RETRY_MS = 100;

/** Maximum time between two tries to connect, in seconds: followers hear nothing meanwhile. */
const MAX_BACKOFF_SECONDS = 1;

/** Maximum time for which closing waits for what is under way, in milliseconds. */
const CLOSE_MS = 5_000;

/** The connections to one schema, which is made when they are used first. */
export class Connection {
  readonly #sql: Sql;
  readonly #schema: string;
  readonly #retryMs: number;
  readonly #timeoutMs: number;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #listening = new Map<string, Promise<unknown>>();
  #ready: Promise<void> | undefined;
  #wasReady = false;
  #isClosed = false;

  /** @param options The address, the schema, and limits. */
  constructor(options: ConnectionOptions) {
    const { url, schema, connections, connectTimeoutMs, retryMs, timeoutMs } = options;
    this.#schema = schema;
    this.#retryMs = retryMs;
    this.#timeoutMs = timeoutMs;
    this.#sql = postgres(url, {
      max: connections,
      connect_timeout: Math.ceil(connectTimeoutMs / 1_000),
      onnotice: () => {},
      // Nobody waits for the query of types of each new connection: its failure would end the process.
      fetch_types: false,
      backoff: (tries: number) => Math.min(2 ** tries / 20, MAX_BACKOFF_SECONDS),
      connection: { search_path: schema },
    });
  }

  /**
   * Hears of notifications by any client.
   *
   * @param channel The channel, which has one listener.
   * @param notify Receives their texts, and nothing for each connection that is made anew.
   */
  async listen(channel: string, notify: (text?: string) => void): Promise<void> {
    await this.read("follow a log", async (sql) => {
      const listening = this.#listening.getOrInsertComputed(
        channel,
        () => sql.listen(channel, notify, () => notify()),
      );
      await listening.catch((error) => {
        this.#listening.delete(channel);
        throw error;
      });
    });
  }

  /**
   * Runs an action that can be run again, also when a connection breaks under it.
   *
   * @param task The action, for errors.
   * @param action The action.
   */
  async read<T>(task: string, action: (sql: Sql) => Promise<T>): Promise<T> {
    const until = performance.now() + this.#retryMs;
    while (true) {
      try {
        return await this.act(task, action);
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
        const isLost = typeof code === "string" && LOST_CONNECTION.test(code);
        // A server that was never there is not waited for.
        if (!isLost || !this.#wasReady || performance.now() > until) throw error;
        await pause(RETRY_MS);
      }
    }
  }

  /**
   * Runs an action, once.
   *
   * @param task The action, for errors.
   * @param action The action.
   */
  async act<T>(task: string, action: (sql: Sql) => Promise<T>): Promise<T> {
    await Promise.resolve();
    if (this.#isClosed) throw new TypeError(`Cannot ${task}: the store is closed`);
    const acting = this.#actWhenReady(task, action);
    this.#underWay.add(acting);
    acting.catch(() => {}).finally(() => this.#underWay.delete(acting));
    return await deadline(acting, {
      timeoutMs: this.#timeoutMs,
      onTimeout: () =>
        new Error(`Cannot ${task} in PostgreSQL: there was no answer within ${this.#timeoutMs} ms`),
    });
  }

  /** Closes the connections, when what is under way has ended or for a while has not. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const ended = Promise.allSettled(this.#underWay);
    const onTimeout = () => new Error("Some actions have not ended in time");
    await deadline(ended, { timeoutMs: CLOSE_MS, onTimeout }).catch(() => {});
    // A server that is away, or that answers to the end of a connection, would be waited for.
    await this.#sql.end({ timeout: 1 });
  }

  async #actWhenReady<T>(task: string, action: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      this.#ready ??= migrate(this.#sql, this.#schema);
      await this.#ready.catch((error) => {
        this.#ready = undefined;
        throw error;
      });
      this.#wasReady = true;
      return await action(this.#sql);
    } catch (error) {
      const isTheirs = error instanceof Error && "code" in error &&
        !(error instanceof StoreConflictError);
      if (!isTheirs) throw error;
      throw new Error(`Cannot ${task} in PostgreSQL: ${error.message}`, { cause: error });
    }
  }
}
