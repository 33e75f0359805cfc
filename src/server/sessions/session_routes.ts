/**
 * The routes of sessions.
 *
 * @module
 */

import { z } from "zod";
import { listSessions } from "../../session/manage_sessions.ts";
import { openSession } from "../../session/open_session.ts";
import { SessionStateError } from "../../session/record/session_errors.ts";
import { eventStream, type StreamedEvent } from "../http/event_stream.ts";
import { HttpError } from "../http/http_error.ts";
import { ATTACHMENT, attachmentOf, MAX_ATTACHMENTS } from "../http/attachment.ts";
import { readBody } from "../http/read_body.ts";
import type { Route, RoutedRequest } from "../http/route.ts";
import { fileOf, namesOf, snapshotOf } from "./session_files.ts";
import { isAsked } from "../../session/mail/session_mail.ts";
import { type Store, StoreConflictError } from "../../store/store.ts";
import { checkSessionId, type SessionAccess } from "./session_access.ts";

const MAX_TEXT = 1_000_000;
const text = z.string().min(1).max(MAX_TEXT);

const CREATE = z.strictObject({ id: z.string().optional() });
const PROMPT = z.strictObject({
  query: text,
  attachments: z.array(ATTACHMENT).max(MAX_ATTACHMENTS).optional(),
  maxSteps: z.int().positive().max(1_000).optional(),
});
const TEXT = z.strictObject({ text });
const ANSWER = z.strictObject({ text: z.string().max(MAX_TEXT), id: z.string().optional() });
const APPROVE = z.strictObject({
  id: z.string(),
  allow: z.boolean(),
  remember: z.boolean().optional(),
  reason: z.string().max(10_000).optional(),
});
const CANCEL = z.strictObject({ reason: z.string().max(1_000).optional() });
const FORK = z.strictObject({
  id: z.string().optional(),
  message: z.int().nonnegative().nullable().optional(),
});

/** Options of {@linkcode sessionRoutes}. */
export interface SessionRoutesOptions {
  /** Opens sessions for callers. */
  readonly access: SessionAccess;
  /** Maximum size of a body in bytes. */
  readonly maxBytes: number;
}

/**
 * Returns the routes under `/sessions`.
 *
 * @param options The sessions, and limits.
 */
export function sessionRoutes({ access, maxBytes }: SessionRoutesOptions): Route[] {
  const { store } = access;

  /** Opens the session that the path names, and reads the body. */
  async function opened<T>({ request, caller, params }: RoutedRequest, schema: z.ZodType<T>) {
    const body = await readBody(request, { schema, maxBytes });
    return { body, ...await access.open(caller, params["id"]!) };
  }

  const action = <T>(
    name: string,
    { schema, act }: {
      readonly schema: z.ZodType<T>;
      readonly act: (
        opened: Awaited<ReturnType<typeof access.open>> & { readonly body: T },
        routed: RoutedRequest,
      ) => Promise<unknown>;
    },
  ): Route => ({
    method: "POST",
    path: `/sessions/:id/${name}`,
    handle: async (routed) => {
      const result = await asked(async () => await act(await opened(routed, schema), routed));
      return Response.json(result ?? {}, { status: 202 });
    },
  });

  return [
    {
      method: "POST",
      path: "/sessions",
      handle: async ({ request, caller }) => {
        const { id } = await readBody(request, { schema: CREATE, maxBytes });
        const key = await keyOf(request, caller.user);
        // The same request again finds the session that it has made.
        const session = key === undefined
          ? await access.create(caller, id)
          : await access.ensure(caller, id ?? key);
        return Response.json({ id: session.id }, { status: 201 });
      },
    },
    {
      method: "GET",
      path: "/sessions",
      handle: async ({ caller: { user } }) =>
        Response.json({ sessions: await listSessions(store, { user }) }),
    },
    {
      method: "GET",
      path: "/sessions/:id",
      handle: async ({ caller, params }) => {
        const { client, record } = await access.open(caller, params["id"]!);
        const { id, createdAt, updatedAt, run } = record;
        const usage = run?.state?.usage;
        return Response.json({ id, createdAt, updatedAt, usage, ...await client.read() });
      },
    },
    {
      method: "DELETE",
      path: "/sessions/:id",
      handle: async ({ caller, params }) => {
        const { client } = await access.open(caller, params["id"]!);
        await access.remove(client, "The session was deleted");
        return new Response(null, { status: 204 });
      },
    },
    {
      method: "GET",
      path: "/sessions/:id/messages",
      handle: async ({ caller, params }) => {
        const { client } = await access.open(caller, params["id"]!);
        const { messages } = await openSession(client.id, { store, agent: noAgent });
        return Response.json({
          messages: messages.map(({ id, parent, message }) => ({ id, parent, ...message })),
        });
      },
    },
    {
      method: "GET",
      path: "/sessions/:id/events",
      handle: async (routed) => {
        const { client, record } = await access.open(routed.caller, routed.params["id"]!);
        return await followEvents(routed, { client, record, store });
      },
    },
    {
      method: "GET",
      path: "/sessions/:id/names",
      handle: async ({ caller, params }) => {
        const { record } = await access.open(caller, params["id"]!);
        return Response.json({ names: await namesOf(store, record) });
      },
    },
    {
      method: "GET",
      path: "/sessions/:id/files/:key",
      handle: async ({ caller, params }) => {
        const { record } = await access.open(caller, params["id"]!);
        return await fileOf(store, { session: record.id, key: params["key"]! });
      },
    },
    {
      method: "GET",
      path: "/sessions/:id/snapshot",
      handle: async ({ caller, params }) => {
        const { record } = await access.open(caller, params["id"]!);
        return await snapshotOf(store, record);
      },
    },
    action("prompt", {
      schema: PROMPT,
      act: async ({ client, body: { query, maxSteps, attachments } }, { request, caller }) => {
        const id = await keyOf(request, `${caller.user}/${client.id}`);
        const run = await client.prompt(query, {
          ...(maxSteps === undefined ? {} : { maxSteps }),
          ...(id === undefined ? {} : { id }),
          ...(attachments === undefined
            ? {}
            : { attachments: access.accept(attachments.map(attachmentOf)) }),
        });
        return { run: run.id };
      },
    }),
    action("follow-up", { schema: TEXT, act: ({ client, body }) => client.followUp(body.text) }),
    action("steer", { schema: TEXT, act: ({ client, body }) => client.steer(body.text) }),
    action("answer", {
      schema: ANSWER,
      act: ({ client, body: { text, id } }) => client.answer(text, id),
    }),
    action("approve", {
      schema: APPROVE,
      act: ({ client, body: { id, ...decision } }) => client.approve(id, decision),
    }),
    action("cancel", { schema: CANCEL, act: ({ client, body }) => client.cancel(body.reason) }),
    action("fork", {
      schema: FORK,
      act: async ({ client, body: { id, message } }) => {
        if (id !== undefined) checkSessionId(id);
        const session = await openSession(client.id, { store, agent: noAgent });
        return {
          id: await session.fork({
            ...(id === undefined ? {} : { id }),
            ...(message === undefined ? {} : { at: message }),
          }),
        };
      },
    }),
  ];
}

async function followEvents(
  { url, request, streams }: RoutedRequest,
  { client, record, store }: Awaited<ReturnType<SessionAccess["open"]>> & {
    readonly store: Store;
  },
): Promise<Response> {
  const seen = /^(.+):(\d+)$/.exec(request.headers.get("last-event-id") ?? "");
  const run = url.searchParams.get("run") ?? seen?.[1] ?? record.runs.at(-1);
  if (run === undefined) throw new HttpError(404, "The session has no run yet");
  if (!await isAsked(store, { record, run })) {
    throw new HttpError(404, "There is no run of this name");
  }
  const from = Number(url.searchParams.get("from") ?? 0);
  if (!Number.isSafeInteger(from) || from < 0) {
    throw new HttpError(400, "The parameter from is no number of an event");
  }
  const next = seen?.[1] === run ? Number(seen[2]) + 1 : from;
  async function* events(signal: AbortSignal): AsyncGenerator<StreamedEvent> {
    for await (const event of client.events({ run, from: next, signal })) {
      yield { id: `${run}:${event.index}`, event: event.type, data: jsonOf(event) };
    }
  }
  return eventStream(events, { onEnd: streams() });
}

/** Formats an event. Bytes of displayed pictures are base64. */
function jsonOf(event: unknown): string {
  return JSON.stringify(
    event,
    (_key, value) => value instanceof Uint8Array ? { base64: value.toBase64() } : value,
  );
}

/** Makes answers of what a session refuses. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SessionStateError) throw new HttpError(409, error.message);
    if (error instanceof StoreConflictError) {
      throw new HttpError(409, "There is such a session already, or another request was faster");
    }
    if (error instanceof RangeError) throw new HttpError(404, error.message);
    if (error instanceof TypeError) throw new HttpError(400, error.message);
    throw error;
  }
}

/** Returns an identifier made of the header `Idempotency-Key`, so that a request that is sent again does nothing more. */
async function keyOf(request: Request, scope: string): Promise<string | undefined> {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (key.length === 0 || key.length > 255) {
    throw new HttpError(400, "The header Idempotency-Key has 1 to 255 characters");
  }
  const bytes = new TextEncoder().encode(JSON.stringify([scope, key]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return digest.toHex().slice(0, 32);
}

/** Sessions are only read here: workers have the agents. */
function noAgent(): never {
  throw new TypeError("Cannot ask: this process has no agents");
}
