/**
 * The route for clients of AG-UI.
 *
 * https://docs.ag-ui.com
 *
 * @module
 */

import { z } from "zod";
import type { SessionClient } from "../../queue/client/session_client.ts";
import { SessionStateError } from "../../session/record/session_errors.ts";
import { eventStream } from "../http/event_stream.ts";
import { HttpError } from "../http/http_error.ts";
import { type FetchImage, readImage } from "../http/image.ts";
import { readBody } from "../http/read_body.ts";
import type { Route } from "../http/route.ts";
import type { SessionAccess } from "../sessions/session_access.ts";
import { type ChatMessage, questionOf } from "./chat_question.ts";
import { AgUiConverter, type AgUiEvent, type AgUiRun, isForPerson } from "./ag_ui_stream.ts";

const PART = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  source: z.looseObject({ type: z.string(), value: z.string(), mimeType: z.string().optional() })
    .optional(),
});

const MESSAGE = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(PART).max(1_000)]).nullish(),
});

const RESUME = z.looseObject({
  interruptId: z.string(),
  status: z.enum(["resolved", "cancelled"]),
  payload: z.unknown().optional(),
});

const INPUT = z.looseObject({
  threadId: z.string(),
  runId: z.string().min(1).max(100),
  messages: z.array(MESSAGE).max(10_000),
  resume: z.array(RESUME).max(100).nullish(),
});

/** The decision of a person on a call. `true` and `{}` are approvals. */
const APPROVAL = z.union([
  z.boolean().transform((allow) => ({ allow })),
  z.object({
    allow: z.boolean().default(true),
    reason: z.string().max(1_000).optional(),
    remember: z.boolean().optional(),
  }),
]).default({ allow: true });

type Input = z.infer<typeof INPUT>;

/** Options of {@linkcode agUiRoutes}. */
export interface AgUiRoutesOptions {
  /** Opens sessions for callers. */
  readonly access: SessionAccess;
  /** Maximum size of a body in bytes. */
  readonly maxBytes: number;
  /** Fetches images by their addresses. @default none are fetched */
  readonly fetchImage?: FetchImage | undefined;
}

/**
 * Returns the route `POST /ag-ui`: asks the last message, or goes on with the decisions of a person.
 *
 * @param options The sessions, and limits.
 */
export function agUiRoutes({ access, maxBytes, fetchImage }: AgUiRoutesOptions): Route[] {
  return [{
    method: "POST",
    path: "/ag-ui",
    handle: async ({ request, caller, streams }) => {
      const input = await readBody(request, { schema: INPUT, maxBytes });
      const { threadId, runId } = input;
      const resume = input.resume ?? [];
      const names = { threadId, runId };
      if (resume.length > 0) {
        const { client, record } = await access.open(caller, threadId);
        await decide(client, resume);
        const seen = new Set(resume.map(({ interruptId }) => interruptId));
        const follow = (signal: AbortSignal) =>
          stream(client, { names, run: record.runs.at(-1)!, seen, signal });
        return eventStream(follow, { onEnd: streams() });
      }
      const { query, images } = await questionOf(
        [lastOf(input)],
        (url, name) => readImage(url, { name, fetchImage, signal: request.signal }),
      );
      const attachments = access.accept(images);
      const client = await access.ensure(caller, threadId);
      try {
        await client.prompt(query, { id: runId, attachments });
      } catch (error) {
        if (error instanceof SessionStateError) throw new HttpError(409, error.message);
        throw error;
      }
      const follow = (signal: AbortSignal) =>
        stream(client, { names, run: runId, seen: new Set(), signal });
      return eventStream(follow, { onEnd: streams() });
    },
  }];
}

/** Returns the last message as one of a chat completion. The history is the session's: earlier messages are not read. */
function lastOf({ messages }: Input): ChatMessage {
  const { role, content } = messages.at(-1) ?? { role: "" };
  if (typeof content === "string") return { role, content };
  return { role, content: (content ?? []).map(partOf) };
}

function partOf({ type, text, source }: z.infer<typeof PART>) {
  if (type !== "image" || source === undefined) return { type, text };
  const { value, mimeType } = source;
  if (source.type === "data") {
    return { type: "image_url", image_url: { url: `data:${mimeType};base64,${value}` } };
  }
  if (source.type === "url") return { type: "image_url", image_url: { url: value } };
  throw new HttpError(400, `Images of the source ${source.type} are not read`);
}

/** Hands the decisions of a person over, if there is one on each request that is open. */
async function decide(
  client: SessionClient,
  resume: readonly z.infer<typeof RESUME>[],
): Promise<void> {
  const { pending } = await client.read();
  const isWhole = pending.length === new Set(resume.map(({ interruptId }) => interruptId)).size &&
    pending.every(({ id }) => resume.some(({ interruptId }) => interruptId === id));
  if (!isWhole) {
    throw new HttpError(
      409,
      `Each request that is open needs one answer; open ones: ${
        pending.map(({ id }) => id).join(", ") || "none"
      }`,
    );
  }
  const decisions = resume.map(({ interruptId: id, status, payload }) => {
    const isResolved = status === "resolved";
    if (pending.find((request) => request.id === id)!.kind === "question") {
      const text = typeof payload === "string" ? payload : JSON.stringify(payload ?? "");
      return () => isResolved ? client.answer(text, id) : client.cancel("The user did not answer");
    }
    const parsed = APPROVAL.safeParse(payload ?? undefined);
    if (!parsed.success) throw new HttpError(400, "A decision is { allow?, reason?, remember? }");
    const { allow, ...rest } = parsed.data;
    return () => client.approve(id, { ...rest, allow: allow && isResolved });
  });
  for (const make of decisions) await make();
}

/** Follows a run from its first event on. Events up to the requests that the client has seen are not sent again. */
async function* stream(
  client: SessionClient,
  { names, run, seen, signal }: {
    readonly names: AgUiRun;
    readonly run: string;
    readonly seen: Set<string>;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<{ data: string }> {
  const converter = new AgUiConverter(names);
  const send = (event: AgUiEvent) => ({ data: JSON.stringify(event) });
  yield send(converter.start());
  for await (const event of client.events({ run, signal })) {
    if (seen.size > 0) {
      // The converter knows the cell that has made the request then.
      Array.from(converter.convert(event));
      if (isForPerson(event)) seen.delete(event.id);
      continue;
    }
    for (const converted of converter.convert(event)) yield send(converted);
    if (!isForPerson(event)) continue;
    const { pending } = await client.read();
    // It may have been decided already, by way of another client.
    if (!pending.some(({ id }) => id === event.id)) continue;
    for (const converted of converter.interrupt(pending)) yield send(converted);
    return;
  }
}
