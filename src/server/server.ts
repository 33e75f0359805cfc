/**
 * HTTP in front of sessions.
 *
 * @module
 */

import { checkCount } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { Queue } from "../queue/queue.ts";
import type { Store } from "../store/store.ts";
import { type Authenticate, Callers } from "./http/callers.ts";
import { agUiRoutes } from "./chat/ag_ui_routes.ts";
import { chatRoutes } from "./chat/chat_routes.ts";
import { completionRoutes } from "./chat/completions.ts";
import { errorResponse, HttpError } from "./http/http_error.ts";
import type { FetchImage } from "./http/image.ts";
import { pageFile } from "./page/page.ts";
import { Router } from "./http/route.ts";
import { SessionAccess } from "./sessions/session_access.ts";
import { sessionRoutes } from "./sessions/session_routes.ts";

/** Options of {@linkcode Server}. */
export interface ServerOptions {
  /** The store of the sessions. Its owner closes it. */
  readonly store: Store;
  /** The queue of the workers. Its owner closes it. */
  readonly queue: Queue;
  /** The name of the agent, as workers have it. */
  readonly agent: string;
  /** Finds out who sends a request. Nobody is let in without; `bearerTokens` makes one. */
  readonly authenticate: Authenticate;
  /** Whether the model of the agent takes images; questions with images are refused if not. @default true */
  readonly images?: boolean | undefined;
  /**
   * Fetches images that chat completions and messages of AG-UI name by an address. Callers choose these addresses, so that it has to
   * refuse private ones. @default none are fetched: images come as `data:` URLs
   */
  readonly fetchImage?: FetchImage | undefined;
  /** Whether `GET /` answers with a page to chat on. It is the same for all, and needs a token for anything else. @default false */
  readonly page?: boolean | undefined;
  /** Origins of other web pages that may ask from a browser, such as `https://app.example`. @default none */
  readonly origins?: readonly string[] | undefined;
  /** Maximum size of a body in bytes. @default 1048576 */
  readonly maxBodyBytes?: number | undefined;
  /** Requests of one user in a minute. @default 600 */
  readonly requestsPerMinute?: number | undefined;
  /** Requests and streams of one user at a time. @default 50 */
  readonly concurrency?: number | undefined;
  /** Requests and streams at a time. @default 10000 */
  readonly maxRequests?: number | undefined;
  /** Receives errors that callers do not see. @default none */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const OPTIONS: OptionNames<ServerOptions> = {
  store: true,
  queue: true,
  agent: true,
  authenticate: true,
  images: true,
  fetchImage: true,
  page: true,
  origins: true,
  maxBodyBytes: true,
  requestsPerMinute: true,
  concurrency: true,
  maxRequests: true,
  onError: true,
};

/** Time within which the store has to answer for the server to be ready, in milliseconds. */
const READY_MS = 2_000;

/**
 * HTTP in front of sessions. It has no agents itself: workers, in this process or in others, do the runs.
 *
 * @example A server with its worker
 * ```ts
 * import { CaveAgent } from "@cave/agent";
 * import { MemoryQueue, Worker } from "@cave/agent/queue";
 * import { bearerTokens, Server } from "@cave/agent/server";
 * import { MemoryStore } from "@cave/agent/store";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using model = new ScriptedServer({ replies: ["~~~ts\n6 * 7\n~~~", "42"] });
 * await using store = new MemoryStore();
 * await using queue = new MemoryQueue();
 * const make = () => new CaveAgent({ model: model.model() });
 * await using worker = new Worker({ store, queue, agents: [{ agent: "sums", make }] });
 * worker.start();
 *
 * const authenticate = bearerTokens({ "a-token-that-is-long-enough": "ann" });
 * const server = new Server({ store, queue, agent: "sums", authenticate });
 * // Deno.serve(server.fetch) makes it one that listens.
 * const response = await server.fetch(
 *   new Request("http://localhost/v1/chat/completions", {
 *     method: "POST",
 *     headers: {
 *       "authorization": "Bearer a-token-that-is-long-enough",
 *       "content-type": "application/json",
 *     },
 *     body: JSON.stringify({ model: "sums", messages: [{ role: "user", content: "6 * 7?" }] }),
 *   }),
 * );
 * const { choices } = await response.json();
 * assertEquals(choices[0].message.content, "42");
 * ```
 */
export class Server {
  readonly #options: ServerOptions;
  readonly #router: Router;
  readonly #callers: Callers;
  readonly #origins: ReadonlySet<string>;
  readonly #maxRequests: number;
  #open = 0;
  #isDraining = false;

  /**
   * Makes a server, which listens to nothing by itself.
   *
   * @param options Store, queue, agent, and the function that knows callers.
   * @throws {TypeError} If an option is missing or unknown; {RangeError} if a limit is wrong.
   */
  constructor(options: ServerOptions) {
    const task = "make a server";
    checkOptions(options, { names: OPTIONS, task });
    if (typeof options.authenticate !== "function") {
      throw new TypeError(
        `Cannot ${task}: authenticate is missing, which finds out who sends a request`,
      );
    }
    const { store, queue, agent, fetchImage, maxBodyBytes = 2 ** 20 } = options;
    const { onError = () => {} } = options;
    const { requestsPerMinute = 600, concurrency = 50, maxRequests = 10_000 } = options;
    const maxBytes = checkCount("maxBodyBytes", maxBodyBytes);
    const access = new SessionAccess({ store, queue, agent, takesImages: options.images ?? true });
    this.#options = options;
    this.#origins = new Set(options.origins ?? []);
    this.#maxRequests = checkCount("maxRequests", maxRequests);
    this.#callers = new Callers({
      requestsPerMinute: checkCount("requestsPerMinute", requestsPerMinute),
      concurrency: checkCount("concurrency", concurrency),
    });
    this.#router = new Router([
      ...sessionRoutes({ access, maxBytes }),
      ...chatRoutes({ access, maxBytes }),
      ...agUiRoutes({ access, maxBytes, fetchImage }),
      ...completionRoutes({ access, agent, maxBytes, fetchImage, onError }),
    ]);
  }

  /** Answers a request: for `Deno.serve`, or as a part of another server. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const origin = request.headers.get("origin");
    try {
      this.#checkOrigin(request, origin);
      const response = request.method === "OPTIONS" ? preflight() : await this.#answer(request);
      return this.#withOrigin(response, origin);
    } catch (error) {
      if (!(error instanceof HttpError)) this.#options.onError?.(error);
      // The rest of a body that nobody reads would keep the connection busy.
      await request.body?.cancel().catch(() => {});
      return this.#withOrigin(errorResponse(error), origin);
    }
  };

  /** Takes no further requests but those about its health; streams that are open go on to their ends. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Number of requests and streams that are open. */
  get open(): number {
    return this.#open;
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === "/health") return Response.json({ status: "ok" });
    if (url.pathname === "/ready") return await this.#ready();
    if (this.#options.page === true && request.method === "GET") {
      const file = pageFile(url.pathname);
      if (file !== undefined) return file;
    }
    if (this.#isDraining || this.#open >= this.#maxRequests) {
      throw new HttpError(503, "The server takes no further requests now").with({
        "retry-after": "5",
      });
    }
    const caller = await this.#options.authenticate(request);
    if (caller === undefined || typeof caller.user !== "string" || caller.user === "") {
      throw new HttpError(401, "The request lacks credentials that are known").with({
        "www-authenticate": "Bearer",
      });
    }
    const free = this.#callers.begin(caller.user);
    this.#open++;
    const end = () => {
      free();
      this.#open--;
    };
    let isStreamed = false;
    try {
      const { route, params } = this.#router.find(request.method, url);
      const streams = () => {
        isStreamed = true;
        return once(end);
      };
      return await route.handle({ request, url, params, caller, streams });
    } catch (error) {
      if (isStreamed && !(error instanceof HttpError)) this.#options.onError?.(error);
      throw error;
    } finally {
      if (!isStreamed) end();
    }
  }

  async #ready(): Promise<Response> {
    const { store, onError } = this.#options;
    let isReady = !this.#isDraining;
    try {
      const signal = AbortSignal.timeout(READY_MS);
      const late = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => late.reject(signal.reason), { once: true });
      await Promise.race([store.get("server/ready"), late.promise]);
    } catch (error) {
      isReady = false;
      onError?.(error);
    }
    return Response.json({ status: isReady ? "ready" : "not ready" }, {
      status: isReady ? 200 : 503,
    });
  }

  /** Refuses requests that another web page makes in a browser, unless it is allowed. */
  #checkOrigin(request: Request, origin: string | null): void {
    if (origin === null || this.#origins.has(origin)) return;
    if (origin === new URL(request.url).origin) return;
    throw new HttpError(403, "Pages of this origin may not ask");
  }

  #withOrigin(response: Response, origin: string | null): Response {
    response.headers.set("vary", "origin");
    if (origin !== null && this.#origins.has(origin)) {
      response.headers.set("access-control-allow-origin", origin);
    }
    return response;
  }
}

function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, DELETE",
      "access-control-allow-headers":
        "authorization, content-type, idempotency-key, last-event-id, user-agent",
      "access-control-max-age": "600",
    },
  });
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
