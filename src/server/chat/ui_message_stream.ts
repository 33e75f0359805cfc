/**
 * Events of runs as the UI message stream of the AI SDK, which `useChat` reads.
 *
 * https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol
 *
 * @module
 */

import type { SessionEvent } from "../../session/record/session_event.ts";

/** The header that names the protocol. */
export const UI_STREAM_HEADERS = { "x-vercel-ai-ui-message-stream": "v1" } as const;

/** The name of cells among tools. */
const RUN_CELL = "run_cell";

type Part = Readonly<Record<string, unknown>> & { readonly type: string };

/**
 * Converts events. Cells are calls of the tool `run_cell`; displayed values, requests to people and the end are data.
 *
 * @param events The events of a run, from the first one on.
 */
export async function* uiMessageStream(
  events: AsyncIterable<SessionEvent>,
): AsyncGenerator<string> {
  const converter = new Converter();
  for await (const event of events) {
    for (const part of converter.convert(event)) yield JSON.stringify(part);
  }
  yield "[DONE]";
}

class Converter {
  #open: { readonly kind: "text" | "reasoning"; readonly id: string } | undefined;
  #parts = 0;
  #cell: { readonly id: string; output: string } | undefined;
  #text = "";
  #isInStep = false;

  *convert(event: SessionEvent): Generator<Part> {
    switch (event.type) {
      case "run_start":
        yield { type: "start", messageId: event.run };
        return;
      case "text":
        yield* this.#piece("text", event.text);
        return;
      case "reasoning":
        yield* this.#piece("reasoning", event.text);
        return;
      case "code": {
        yield* this.#close();
        this.#text = "";
        const id = `cell-${event.index}`;
        this.#cell = { id, output: "" };
        const tool = { toolCallId: id, toolName: RUN_CELL, dynamic: true };
        yield { type: "tool-input-start", ...tool };
        yield { type: "tool-input-available", ...tool, input: { code: event.code } };
        return;
      }
      case "execution_output":
      case "execution_output_exceeded":
      case "execution_error":
      case "security_error":
        yield* this.#result(event);
        return;
      case "display":
        yield { type: "data-display", data: plainBundle(event.bundle) };
        return;
      case "approval_request":
        yield { type: "data-approval", data: { id: event.id, name: event.name, args: event.args } };
        return;
      case "ask_user":
        yield {
          type: "data-question",
          data: { id: event.id, question: event.question, options: event.options },
        };
        return;
      case "final_response":
        // An answer that a cell has handed over was not streamed.
        if (event.content.trim() !== this.#text.trim()) yield* this.#piece("text", event.content);
        return;
      case "run_end":
        yield* this.#end(event);
    }
  }

  *#piece(kind: "text" | "reasoning", delta: string): Generator<Part> {
    if (this.#open?.kind !== kind) {
      yield* this.#close();
      if (!this.#isInStep) yield { type: "start-step" };
      this.#isInStep = true;
      this.#open = { kind, id: `${kind}-${this.#parts++}` };
      yield { type: `${kind}-start`, id: this.#open.id };
    }
    if (kind === "text") this.#text += delta;
    yield { type: `${kind}-delta`, id: this.#open.id, delta };
  }

  *#close(): Generator<Part> {
    if (this.#open !== undefined) yield { type: `${this.#open.kind}-end`, id: this.#open.id };
    this.#open = undefined;
  }

  *#result(event: Extract<SessionEvent, { content: string }>): Generator<Part> {
    if (this.#cell === undefined) return;
    const tool = { toolCallId: this.#cell.id, dynamic: true };
    this.#cell = undefined;
    yield event.type === "execution_error" || event.type === "security_error"
      ? { type: "tool-output-error", ...tool, errorText: event.content }
      : { type: "tool-output-available", ...tool, output: event.content };
    if (this.#isInStep) yield { type: "finish-step" };
    this.#isInStep = false;
  }

  *#end({ status, reason }: Extract<SessionEvent, { type: "run_end" }>): Generator<Part> {
    yield* this.#close();
    if (this.#isInStep) yield { type: "finish-step" };
    if (status === "failed") yield { type: "error", errorText: reason ?? "The run has failed" };
    yield status === "cancelled" ? { type: "abort" } : {
      type: "finish",
      messageMetadata: { status, ...(reason === undefined ? {} : { reason }) },
    };
  }
}

/** Returns a bundle as JSON: bytes are data URLs. */
export function plainBundle(bundle: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(bundle).map(([type, value]) => [
      type,
      value instanceof Uint8Array ? `data:${type};base64,${value.toBase64()}` : value,
    ]),
  );
}
