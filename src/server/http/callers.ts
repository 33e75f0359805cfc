/**
 * The callers of the server: who they are, and how much they may ask for.
 *
 * @module
 */

import { HttpError } from "./http_error.ts";

/** A caller that is known. */
export interface Caller {
  /** The name of the user, to whom sessions belong. */
  readonly user: string;
}

/** Finds out who sends a request; `undefined` if nobody who is known. */
export type Authenticate = (request: Request) => Caller | undefined | Promise<Caller | undefined>;

/** Limits for each caller. */
export interface CallerLimits {
  /** Requests in a minute. @default 600 */
  readonly requestsPerMinute: number;
  /** Requests and streams at a time. @default 50 */
  readonly concurrency: number;
}

const MINUTE_MS = 60_000;

/** Maximum number of callers that are remembered. */
const MAX_CALLERS = 100_000;

interface Use {
  /** Requests that are left, as of a time. */
  tokens: number;
  at: number;
  open: number;
}

/** Counts what callers ask for: a bucket of tokens, which fills up in a minute. */
export class Callers {
  readonly #limits: CallerLimits;
  readonly #uses = new Map<string, Use>();

  /** @param limits The limits. */
  constructor(limits: CallerLimits) {
    this.#limits = limits;
  }

  /**
   * Counts a request.
   *
   * @param user The caller.
   * @returns Ends the request.
   * @throws {HttpError} If it is one too many.
   */
  begin(user: string): () => void {
    const { requestsPerMinute, concurrency } = this.#limits;
    const now = performance.now();
    const use = this.#uses.get(user) ?? { tokens: requestsPerMinute, at: now, open: 0 };
    const earned = (now - use.at) / MINUTE_MS * requestsPerMinute;
    use.tokens = Math.min(requestsPerMinute, use.tokens + earned);
    use.at = now;
    // The caller that was idle longest is the first one here.
    this.#uses.delete(user);
    this.#uses.set(user, use);
    this.#forget();
    if (use.open >= concurrency) {
      throw new HttpError(429, `More than ${concurrency} requests at a time`).with({
        "retry-after": "1",
      });
    }
    if (use.tokens < 1) {
      const seconds = Math.ceil((1 - use.tokens) / requestsPerMinute * 60);
      throw new HttpError(429, `More than ${requestsPerMinute} requests in a minute`)
        .with({ "retry-after": `${seconds}` });
    }
    use.tokens--;
    use.open++;
    let isOpen = true;
    return () => {
      if (isOpen) use.open--;
      isOpen = false;
    };
  }

  #forget(): void {
    for (const [user, { open }] of this.#uses) {
      if (this.#uses.size <= MAX_CALLERS) return;
      if (open === 0) this.#uses.delete(user);
    }
  }
}

/**
 * Returns a function that knows callers by tokens in the header `authorization: Bearer TOKEN`.
 *
 * @param tokens The users, by their tokens.
 * @throws {TypeError} If a token is shorter than 16 characters: it could be guessed.
 *
 * @example One user
 * ```ts
 * import { bearerTokens } from "@cave/agent/server";
 * import { assertEquals } from "@std/assert";
 *
 * const authenticate = bearerTokens({ "a-token-that-is-long-enough": "ann" });
 * const headers = { authorization: "Bearer a-token-that-is-long-enough" };
 * assertEquals(await authenticate(new Request("http://localhost", { headers })), { user: "ann" });
 * assertEquals(await authenticate(new Request("http://localhost")), undefined);
 * ```
 */
export function bearerTokens(tokens: Readonly<Record<string, string>>): Authenticate {
  for (const token of Object.keys(tokens)) {
    if (token.length < 16) {
      throw new TypeError("Cannot use a token of less than 16 characters: it could be guessed");
    }
  }
  // The hash of a token says nothing about the others, so that it may take the time it takes to look it up.
  const users = hashAll(tokens);
  return async (request) => {
    const [, token] = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    const user = token === undefined ? undefined : (await users).get(await hashOf(token));
    return user === undefined ? undefined : { user };
  };
}

async function hashAll(tokens: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const entries = Object.entries(tokens).map(async ([token, user]) =>
    [await hashOf(token), user] as const
  );
  return new Map(await Promise.all(entries));
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}
