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
import { imageOf, MAX_ATTACHMENTS } from "../http/attachment.ts";
import { eventStream } from "../http/event_stream.ts";
import { HttpError } from "../http/http_error.ts";
import { readBody } from "../http/read_body.ts";
import type { Route } from "../http/route.ts";
import type { SessionAccess } from "../sessions/session_access.ts";
import { AgUiConverter, type AgUiEvent, type AgUiRun, isForPerson } from "./ag_ui_stream.ts";

const PART = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  source: z.looseObject({ type: z.string(), value: z.string(), mimeType: z.string() }).optional(),
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
}

/**
 * Returns the route `POST /ag-ui`: asks the last message, or goes on with the decisions of a person.
 *
 * @param options The sessions, and limits.
 */
export function agUiRoutes({ access, maxBytes }: AgUiRoutesOptions): Route[] {
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
      const { query, images } = questionOf(input);
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

/** Returns the question. The history is the session's: earlier messages of the client are not read. */
function questionOf({ messages }: Input) {
  const last = messages.at(-1);
  const parts = typeof last?.content === "string"
    ? [{ type: "text", text: last.content }]
    : last?.content ?? [];
  const images: ReturnType<typeof imageOf>[] = [];
  const texts = parts.map((part) => {
    if (part.type === "text") return part.text ?? "";
    const { source } = part as z.infer<typeof PART>;
    if (part.type !== "image" || source?.type !== "data") {
      throw new HttpError(
        400,
        `Parts of the type ${part.type} are read if they are images with data`,
      );
    }
    if (images.length === MAX_ATTACHMENTS) {
      throw new HttpError(400, `The message has more than ${MAX_ATTACHMENTS} images`);
    }
    const name = `image-${images.length + 1}`;
    images.push(imageOf(`data:${source.mimeType};base64,${source.value}`, name));
    return `[${name}]`;
  });
  const query = texts.join("\n");
  if (last?.role !== "user" || query.trim() === "") {
    throw new HttpError(400, "The last message has to be a question of the user");
  }
  return { query, images };
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
