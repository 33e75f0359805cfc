import type { ModelMessage } from "../model.ts";
import type { ScriptedReplyOptions } from "./scripted_reply.ts";
import { estimateUsage } from "../usage.ts";

/** The last event of a complete stream. */
const endMarker = "[DONE]";

/** The body of a request for a completion, as far as the server uses it. */
export interface CompletionRequest extends Record<string, unknown> {
  messages: ModelMessage[];
}

/** Returns the body of an error in OpenAI's format. */
export function errorBody(message: string): unknown {
  return { error: { message, type: "scripted_error", param: null, code: null } };
}

/** Returns the body of a reply that is sent as a whole. */
export function completionBody(reply: ScriptedReplyOptions, request: CompletionRequest): unknown {
  const { content, reasoning } = reply;
  const calls = callsOf(reply, request);
  const message = {
    role: "assistant",
    content,
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    ...envelope("chat.completion", request),
    choices: [{ index: 0, message, finish_reason: endOf(reply) }],
    ...((reply.usage ?? true) && { usage: usageOf(reply, request) }),
  };
}

/** The request of a streamed reply, and its interruption. */
export interface CompletionStreamOptions {
  /** The request. */
  request: CompletionRequest;
  /** Aborted when the client stops reading. */
  client: AbortController;
  /** Aborts when the server closes. */
  closing: AbortSignal;
}

/** Creates the body of a streamed reply, as server-sent events. */
export function createCompletionStream(
  reply: ScriptedReplyOptions,
  { request, client, closing }: CompletionStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const events = completionEvents(reply, request);
  return new ReadableStream({
    start(controller) {
      const drop = () => controller.error(new Error("Cannot finish the reply: the server closes"));
      closing.addEventListener("abort", drop, { signal: client.signal });
    },
    // One event per pull, so that all events before a break have reached the client.
    pull(controller) {
      const { value, done } = events.next();
      if (done) {
        // A stalled reply leaves the client waiting.
        if (!reply.stall) controller.error(new Error("Scripted to break off"));
        return;
      }
      controller.enqueue(encoder.encode(`data: ${value}\n\n`));
      // Clients disconnect after this event, which must not look like an early cancellation.
      if (value === endMarker) controller.close();
    },
    cancel: () => client.abort(),
  }, { highWaterMark: 0 });
}

function* completionEvents(
  reply: ScriptedReplyOptions,
  request: CompletionRequest,
): Generator<string> {
  const { chunkSize = 8, breakAfter } = reply;
  const chunk = envelope("chat.completion.chunk", request);
  const event = (delta: unknown, finish_reason: string | null = null) =>
    JSON.stringify({ ...chunk, choices: [{ index: 0, delta, finish_reason }] });

  yield event({ role: "assistant", content: "" });
  for (const text of pieces(reply.reasoning ?? "", chunkSize)) {
    yield event({ reasoning_content: text });
  }
  const characters = [...reply.content].slice(0, breakAfter);
  for (const text of pieces(characters.join(""), chunkSize)) yield event({ content: text });
  if (breakAfter !== undefined || reply.stall) return;
  for (const [index, call] of callsOf(reply, request).entries()) {
    yield event({ tool_calls: [{ index, ...call }] });
  }
  yield event({}, endOf(reply));
  if ((reply.usage ?? true) && asksForUsage(request)) {
    yield JSON.stringify({ ...chunk, choices: [], usage: usageOf(reply, request) });
  }
  yield endMarker;
}

/** Returns the calls of a reply. Their identifiers differ from those of earlier replies. */
function callsOf(
  { toolCalls = [] }: ScriptedReplyOptions,
  { messages }: CompletionRequest,
): Record<string, unknown>[] {
  return toolCalls.map(({ id, name, arguments: args }, i) => ({
    id: id ?? `call_${messages.length}_${i}`,
    type: "function",
    function: { name, arguments: typeof args === "string" ? args : JSON.stringify(args) },
  }));
}

function endOf({ finishReason, toolCalls = [] }: ScriptedReplyOptions): string {
  return finishReason ?? (toolCalls.length > 0 ? "tool_calls" : "stop");
}

function envelope(object: string, request: CompletionRequest): Record<string, unknown> {
  return { id: "chatcmpl-scripted", object, created: 0, model: request.model ?? "scripted" };
}

function asksForUsage({ stream_options: options }: CompletionRequest): boolean {
  return typeof options === "object" && options !== null && "include_usage" in options &&
    options.include_usage === true;
}

function usageOf(reply: ScriptedReplyOptions, request: CompletionRequest): unknown {
  const text = (reply.reasoning ?? "") + reply.content;
  // Clients also send lists of parts, and null beside calls.
  const messages = request.messages.map(({ role, content }) => ({
    role,
    content: typeof content === "string" ? content : JSON.stringify(content ?? ""),
  }));
  const { inputTokens, outputTokens, totalTokens } = estimateUsage(messages, text);
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: totalTokens,
  };
}

/** Cuts a text into pieces of `size` characters, never through a character. */
function* pieces(text: string, size: number): Generator<string> {
  const characters = [...text];
  for (let start = 0; start < characters.length; start += size) {
    yield characters.slice(start, start + size).join("");
  }
}
