/**
 * The chat completions of OpenAI's API, for clients that know nothing else: text and images in, text out.
 *
 * https://platform.openai.com/docs/api-reference/chat
 *
 * @module
 */

import { z } from "zod";
import type { SessionEvent } from "../../session/record/session_event.ts";
import { eventStream } from "../http/event_stream.ts";
import { HttpError } from "../http/http_error.ts";
import { type FetchImage, readImage } from "../http/image.ts";
import { readBody } from "../http/read_body.ts";
import type { Route } from "../http/route.ts";
import type { SessionAccess } from "../sessions/session_access.ts";
import { CHAT_MESSAGE, questionOf } from "./chat_question.ts";

const COMPLETION = z.looseObject({
  model: z.string(),
  messages: z.array(CHAT_MESSAGE).min(1).max(1_000),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
});

/** Options of {@linkcode completionRoutes}. */
export interface CompletionRoutesOptions {
  /** Opens sessions for callers. */
  readonly access: SessionAccess;
  /** The name of the agent, which takes the place of a model's. */
  readonly agent: string;
  /** Maximum size of a body in bytes. */
  readonly maxBytes: number;
  /** Fetches images by their addresses. @default none are fetched */
  readonly fetchImage?: FetchImage | undefined;
  /** Receives errors that no caller can see. */
  readonly onError: (error: unknown) => void;
}

/**
 * Returns the routes under `/v1`. Each completion is a session of its own, which is deleted at its end.
 *
 * @param options The sessions, and limits.
 */
export function completionRoutes(
  { access, agent, maxBytes, fetchImage, onError }: CompletionRoutesOptions,
): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/models",
      handle: () =>
        Response.json({ object: "list", data: [{ id: agent, object: "model", owned_by: "cave" }] }),
    },
    {
      method: "POST",
      path: "/v1/chat/completions",
      handle: async ({ request, caller, streams }) => {
        const body = await readBody(request, { schema: COMPLETION, maxBytes });
        if (body.model !== agent) {
          throw new HttpError(
            404,
            `There is no model ${JSON.stringify(body.model)}; there is ${agent}`,
          );
        }
        const { query, images } = await questionOf(
          body.messages,
          (url, name) => readImage(url, { name, fetchImage, signal: request.signal }),
        );
        const options = { attachments: access.accept(images) };
        const client = await access.create(caller);
        const remove = () => access.remove(client, "Nobody reads the answer");
        const frame = {
          id: `chatcmpl-${client.id}`,
          created: Math.floor(Date.now() / 1000),
          model: agent,
        };
        if (body.stream !== true) {
          const end = streams();
          const leave = () => void remove();
          request.signal.addEventListener("abort", leave, { once: true });
          try {
            const run = await client.prompt(query, options);
            return completion(frame, await run.result);
          } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            throw new HttpError(502, reason);
          } finally {
            request.signal.removeEventListener("abort", leave);
            await remove();
            end();
          }
        }
        const run = await client.prompt(query, options);
        const withUsage = body.stream_options?.include_usage === true;
        const end = streams();
        return eventStream(() => chunks(run, { frame, withUsage }), {
          onEnd: () => void remove().catch(onError).finally(end),
        });
      },
    },
  ];
}

type Result = Omit<Extract<SessionEvent, { type: "run_end" }>["result"] & object, never>;

interface Frame {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

function completion({ id, created, model }: Frame, result: Result): Response {
  return Response.json({
    id,
    object: "chat.completion",
    created,
    model,
    choices: [{
      index: 0,
      message: { role: "assistant", content: result.content },
      finish_reason: finishOf(result.status),
    }],
    usage: usageOf(result),
  });
}

async function* chunks(
  events: AsyncIterable<SessionEvent>,
  { frame, withUsage }: { readonly frame: Frame; readonly withUsage: boolean },
): AsyncGenerator<{ data: string }> {
  const { id, created, model } = frame;
  const chunk = (choices: unknown[], more: object = {}) => ({
    data: JSON.stringify({ id, object: "chat.completion.chunk", created, model, choices, ...more }),
  });
  const delta = (delta: object, finish_reason: string | null = null) =>
    chunk([{ index: 0, delta, finish_reason }]);
  yield delta({ role: "assistant", content: "" });
  let text = "";
  for await (const event of events) {
    if (event.type === "text") {
      text += event.text;
      yield delta({ content: event.text });
    } else if (event.type === "code") text = "";
    else if (event.type === "final_response" && event.content.trim() !== text.trim()) {
      yield delta({ content: event.content });
    } else if (event.type === "run_end") {
      const { status, reason, result } = event;
      if (status === "failed") {
        yield {
          data: JSON.stringify({ error: { type: "api_error", message: reason ?? "failed" } }),
        };
      } else yield delta({}, finishOf(status));
      if (withUsage && result !== undefined) yield chunk([], { usage: usageOf(result) });
    }
  }
  yield { data: "[DONE]" };
}

function finishOf(status: string): string {
  return status === "exhausted" ? "length" : "stop";
}

function usageOf({ usage }: Result): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
  };
}
