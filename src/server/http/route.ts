/**
 * Routes: a method, a path, and a function that answers.
 *
 * @module
 */

import type { Caller } from "./callers.ts";
import { HttpError } from "./http_error.ts";

/** A request on its way to a route. */
export interface RoutedRequest {
  /** The request. */
  readonly request: Request;
  /** Its address. */
  readonly url: URL;
  /** The parts of the path that the route names. */
  readonly params: Readonly<Record<string, string>>;
  /** The caller. */
  readonly caller: Caller;
  /** Takes over the end of the request, for an answer that streams; the request ends when it is called. */
  readonly streams: () => () => void;
}

/** A route. */
export interface Route {
  /** The method. */
  readonly method: "GET" | "POST" | "DELETE";
  /** The path, with names as `:name`. */
  readonly path: string;
  /** Answers. */
  readonly handle: (routed: RoutedRequest) => Response | Promise<Response>;
}

/** Finds the routes of requests. */
export class Router {
  readonly #routes: readonly (Route & { readonly pattern: URLPattern })[];

  /** @param routes The routes. */
  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({
      ...route,
      pattern: new URLPattern({ pathname: route.path }),
    }));
  }

  /**
   * Finds a route.
   *
   * @param method The method.
   * @param url The address.
   * @throws {HttpError} If there is none, or the path has other methods.
   */
  find(method: string, url: URL): { route: Route; params: Record<string, string> } {
    const allowed: string[] = [];
    for (const route of this.#routes) {
      const match = route.pattern.exec({ pathname: url.pathname });
      if (match === null) continue;
      if (route.method === method) {
        const entries = Object.entries(match.pathname.groups).map(([name, value]) =>
          [name, decode(value ?? "")] as const
        );
        return { route, params: Object.fromEntries(entries) };
      }
      allowed.push(route.method);
    }
    if (allowed.length > 0) {
      throw new HttpError(405, `The method ${method} is not allowed here`).with({
        allow: allowed.join(", "),
      });
    }
    throw new HttpError(404, "There is nothing at this address");
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpError(400, "The address is malformed");
  }
}
