/**
 * The connections of a store to Redis.
 *
 * @module
 */

import { Redis } from "ioredis";
import { deadline } from "../../async/deadline.ts";

/** Options of {@linkcode Connection}. */
export interface ConnectionOptions {
  /** The address. */
  readonly url: string;
  /** Time limit of connecting, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Number of times that a command is sent again when the connection breaks. */
  readonly maxRetries: number;
  /** Time limit of one command, in milliseconds. */
  readonly timeoutMs: number;
}

/** Longest wait between two tries to connect, in milliseconds. */
const MAX_RECONNECT_MS = 500;

/** A connection for commands, and one that hears of messages; both are made when they are used first. */
export class Connection {
  /** The connection for commands. */
  readonly redis: Redis;
  readonly #timeoutMs: number;
  #subscriber: Redis | undefined;
  #isClosed = false;

  /** @param options The address, and limits. */
  constructor({ url, connectTimeoutMs, maxRetries, timeoutMs }: ConnectionOptions) {
    this.#timeoutMs = timeoutMs;
    this.redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: connectTimeoutMs,
      maxRetriesPerRequest: maxRetries,
      retryStrategy: (times) => Math.min(50 * times, MAX_RECONNECT_MS),
    });
    // Commands reject with the error; without a listener it would end the process.
    this.redis.on("error", () => {});
  }

  /**
   * Hears of messages by any client.
   *
   * @param channel The channel, which is the only one.
   * @param notify Receives the messages, and nothing for each connection that is made anew: it may have missed some.
   */
  async listen(channel: string, notify: (message?: string) => void): Promise<void> {
    await this.act("follow a log", async () => {
      this.#subscriber ??= this.#subscribe(channel, notify);
      await this.#subscriber.subscribe(channel);
    });
  }

  /**
   * Runs an action.
   *
   * @param task The action, for errors.
   * @param action The action.
   */
  async act<T>(task: string, action: () => Promise<T>): Promise<T> {
    await Promise.resolve();
    if (this.#isClosed) throw new TypeError(`Cannot ${task}: the store is closed`);
    try {
      return await deadline(action(), {
        timeoutMs: this.#timeoutMs,
        onTimeout: () =>
          new Error(`Cannot ${task} in Redis: there was no answer within ${this.#timeoutMs} ms`),
      });
    } catch (error) {
      if (this.#isClosed) throw new TypeError(`Cannot ${task}: the store is closed`);
      if (!isRedisError(error)) throw error;
      throw new Error(`Cannot ${task} in Redis: ${error.message}`, { cause: error });
    }
  }

  /** Closes the connections. */
  close(): void {
    this.#isClosed = true;
    this.redis.disconnect();
    this.#subscriber?.disconnect();
  }

  #subscribe(channel: string, notify: (message?: string) => void): Redis {
    // The client would leave the failure of its own subscription to nobody, which ends the process.
    const subscriber = this.redis.duplicate({ autoResubscribe: false });
    subscriber.on("error", () => {});
    subscriber.on("ready", () => subscriber.subscribe(channel).then(() => notify(), () => {}));
    subscriber.on("message", (_channel, message) => notify(message));
    return subscriber;
  }
}

function isRedisError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { name, code, message } = error as Error & { code?: unknown };
  return name === "ReplyError" || name === "MaxRetriesPerRequestError" ||
    typeof code === "string" ||
    message === "Connection is closed.";
}
