/**
 * A server in front of sessions: HTTP, server-sent events, the UI message stream of the AI SDK, AG-UI, chat completions, and a page.
 *
 * @module
 */

export { Server, type ServerOptions } from "./server.ts";
export { type Authenticate, bearerTokens, type Caller } from "./http/callers.ts";
export type { FetchImage } from "./http/image.ts";
