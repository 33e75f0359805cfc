/**
 * Events of runs as those of AG-UI, version 1.
 *
 * https://docs.ag-ui.com/concepts/events
 *
 * @module
 */

import type { SessionSnapshot } from "../../queue/client/session_client.ts";
import type { SessionEvent } from "../../session/record/session_event.ts";
import { plainBundle } from "./ui_message_stream.ts";

/** The name of cells among tools. */
const RUN_CELL = "run_cell";

/** An event of AG-UI. */
export type AgUiEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** A request to a person. */
type Pending = SessionSnapshot["pending"][number];

/** The names of a run and its conversation, as the client gave them. */
export interface AgUiRun {
  readonly threadId: string;
  readonly runId: string;
}

/** Whether an event is a request to a person. */
export function isForPerson(
  event: SessionEvent,
): event is Extract<SessionEvent, { type: "approval_request" | "ask_user" }> {
  return event.type === "approval_request" || event.type === "ask_user";
}

/** Converts the events of one run, from the first one on. Cells are calls of the tool `run_cell`, and displayed values are `CUSTOM`. */
export class AgUiConverter {
  readonly #run: AgUiRun;
  #open: { readonly kind: "text" | "reasoning"; readonly messageId: string } | undefined;
  #parts = 0;
  #cell: string | undefined;
  /** The text since the last action. */
  #text = "";

  /** @param run The names of the run. */
  constructor(run: AgUiRun) {
    this.#run = run;
  }

  /** Begins. */
  start(): AgUiEvent {
    return { type: "RUN_STARTED", ...this.#run };
  }

  /**
   * Ends, until people have decided.
   *
   * @param requests The requests that are open.
   */
  *interrupt(requests: readonly Pending[]): Generator<AgUiEvent> {
    yield* this.#close();
    const interrupts = requests.map((request) => {
      const { id } = request;
      return request.kind === "question"
        ? {
          ...{ id, reason: "question", message: request.question },
          metadata: { options: request.options },
        }
        : {
          ...{ id, reason: "approval", message: `Allow the call of ${request.name}?` },
          metadata: { name: request.name, args: request.args },
        };
    });
    yield { type: "RUN_FINISHED", ...this.#run, outcome: { type: "interrupt", interrupts } };
  }

  /**
   * Converts an event.
   *
   * @param event The next event of the run.
   */
  *convert(event: SessionEvent): Generator<AgUiEvent> {
    switch (event.type) {
      case "text":
      case "reasoning":
        return yield* this.#piece(event.type, event.text);
      case "code":
        this.#cell = `${event.run}-${event.index}`;
        return yield* this.#call(this.#cell, {
          name: RUN_CELL,
          json: JSON.stringify({ code: event.code }),
        });
      case "tool_call":
        return yield* this.#call(event.id, { name: event.name, json: event.arguments });
      case "tool_result":
        return yield* this.#result(event.id, event.content);
      case "execution_output":
      case "execution_output_exceeded":
      case "execution_error":
      case "security_error":
        return yield* this.#endCell(event.content);
      case "run_resumed":
        yield* this.#close();
        return yield* this.#endCell("The cell was cut off, and is not run again");
      case "display":
        yield { type: "CUSTOM", name: "display", value: plainBundle(event.bundle) };
        return;
      case "final_response":
        // An answer that a cell has handed over was not streamed.
        if (event.content.trim() !== this.#text.trim()) yield* this.#piece("text", event.content);
        return;
      case "run_end":
        return yield* this.#end(event);
    }
  }

  *#piece(kind: "text" | "reasoning", delta: string): Generator<AgUiEvent> {
    if (delta === "") return;
    const prefix = kind === "text" ? "TEXT_MESSAGE" : "REASONING_MESSAGE";
    if (this.#open?.kind !== kind) {
      yield* this.#close();
      const messageId = `${this.#run.runId}-${this.#parts++}`;
      this.#open = { kind, messageId };
      if (kind === "reasoning") yield { type: "REASONING_START", messageId };
      yield {
        type: `${prefix}_START`,
        messageId,
        role: kind === "text" ? "assistant" : "reasoning",
      };
    }
    if (kind === "text") this.#text += delta;
    yield { type: `${prefix}_CONTENT`, messageId: this.#open.messageId, delta };
  }

  *#close(): Generator<AgUiEvent> {
    if (this.#open === undefined) return;
    const { kind, messageId } = this.#open;
    this.#open = undefined;
    if (kind === "text") return yield { type: "TEXT_MESSAGE_END", messageId };
    yield { type: "REASONING_MESSAGE_END", messageId };
    yield { type: "REASONING_END", messageId };
  }

  *#call(
    toolCallId: string,
    { name, json }: { readonly name: string; readonly json: string },
  ): Generator<AgUiEvent> {
    yield* this.#close();
    this.#text = "";
    yield { type: "TOOL_CALL_START", toolCallId, toolCallName: name };
    yield { type: "TOOL_CALL_ARGS", toolCallId, delta: json === "" ? "{}" : json };
    yield { type: "TOOL_CALL_END", toolCallId };
  }

  *#endCell(content: string): Generator<AgUiEvent> {
    if (this.#cell !== undefined) yield* this.#result(this.#cell, content);
    this.#cell = undefined;
  }

  *#result(toolCallId: string, content: string): Generator<AgUiEvent> {
    const messageId = `${toolCallId}-result`;
    yield { type: "TOOL_CALL_RESULT", messageId, toolCallId, content, role: "tool" };
  }

  *#end(
    { status, reason, result }: Extract<SessionEvent, { type: "run_end" }>,
  ): Generator<AgUiEvent> {
    yield* this.#close();
    if (status === "failed") {
      return yield { type: "RUN_ERROR", message: reason ?? "The run has failed", code: status };
    }
    const type = status === "cancelled" ? "cancelled" : "success";
    yield {
      type: "RUN_FINISHED",
      ...this.#run,
      outcome: { type },
      result: {
        status,
        ...(reason === undefined ? {} : { reason }),
        ...(result === undefined ? {} : { content: result.content }),
      },
    };
  }
}
