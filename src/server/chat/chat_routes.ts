/**
 * The routes for `useChat` of the AI SDK.
 *
 * @module
 */

import { isOver } from "../../session/record/session_record.ts";
import { z } from "zod";
import { SessionStateError } from "../../session/record/session_errors.ts";
import { fileOf, MAX_ATTACHMENTS } from "../http/attachment.ts";
import { eventStream } from "../http/event_stream.ts";
import { HttpError } from "../http/http_error.ts";
import { readBody } from "../http/read_body.ts";
import type { Route, RoutedRequest } from "../http/route.ts";
import type { SessionAccess } from "../sessions/session_access.ts";
import { UI_STREAM_HEADERS, uiMessageStream } from "./ui_message_stream.ts";

/** The part of a message that is read here; the others are the client's. */
const MESSAGE = z.object({
  id: z.string().max(200).optional(),
  role: z.string(),
  parts: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).max(1_000),
});

const CHAT = z.object({
  id: z.string(),
  messages: z.array(MESSAGE).min(1).max(10_000),
  trigger: z.string().optional(),
});

/** Options of {@linkcode chatRoutes}. */
export interface ChatRoutesOptions {
  /** Opens sessions for callers. */
  readonly access: SessionAccess;
  /** Maximum size of a body in bytes. */
  readonly maxBytes: number;
}

/**
 * Returns the routes under `/chat`: `POST /chat` asks, `GET /chat/:id/stream` goes on reading.
 *
 * @param options The sessions, and limits.
 */
export function chatRoutes({ access, maxBytes }: ChatRoutesOptions): Route[] {
  return [
    {
      method: "POST",
      path: "/chat",
      handle: async (routed) => {
        const body = await readBody(routed.request, { schema: CHAT, maxBytes });
        if (body.trigger === "regenerate-message") {
          throw new HttpError(400, "A message cannot be made anew; ask again, or fork the session");
        }
        const last = body.messages.at(-1)!;
        const query = last.parts.filter(({ type }) => type === "text").map(({ text }) => text ?? "")
          .join("\n");
        if (last.role !== "user" || query.trim() === "") {
          throw new HttpError(400, "The last message has to be a question of the user");
        }
        const parts = last.parts.filter(({ type }) => type === "file");
        if (parts.length > MAX_ATTACHMENTS) {
          throw new HttpError(400, `The message has more than ${MAX_ATTACHMENTS} files`);
        }
        const files = access.accept(parts.map(fileOf));
        // The history is the session's: earlier messages of the client are not read.
        const client = await access.ensure(routed.caller, body.id);
        try {
          const run = await client.prompt(query, files.length === 0 ? {} : { attachments: files });
          return streamOf(routed, run);
        } catch (error) {
          if (error instanceof SessionStateError) throw new HttpError(409, error.message);
          throw error;
        }
      },
    },
    {
      method: "GET",
      path: "/chat/:id/stream",
      handle: async (routed) => {
        const { client, record } = await access.open(routed.caller, routed.params["id"]!);
        const run = record.runs.at(-1);
        if (run === undefined || isOver(record.status)) return new Response(null, { status: 204 });
        return streamOf(routed, { [Symbol.asyncIterator]: () => client.events({ run }) });
      },
    },
  ];
}

function streamOf(
  { streams }: RoutedRequest,
  events: Parameters<typeof uiMessageStream>[0],
): Response {
  async function* parts() {
    for await (const data of uiMessageStream(events)) yield { data };
  }
  return eventStream(parts, { headers: UI_STREAM_HEADERS, onEnd: streams() });
}
