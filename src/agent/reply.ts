/**
 * One reply of the model: streamed, cut off at the first complete cell, resumed if it was cut off by the server.
 *
 * @module
 */

import { FenceParser, type FencePart } from "../cell/fence/fence.ts";
import type { FinishReason, Model, ModelMessage, TokenUsage } from "../model/model.ts";
import { addUsage, estimateUsage } from "../model/usage.ts";

/** A reply of the model. */
export interface Reply {
  /** The text before the cell, or all of it. */
  readonly text: string;
  /** The cell; absent if there is none, or if it is incomplete. */
  readonly code?: string;
  /** Tokens of all model calls for the reply. */
  readonly usage: TokenUsage;
}

/** Options of {@linkcode readReply}. */
export interface ReplyOptions {
  /** The model that writes the reply. */
  readonly model: Model;
  /** Languages whose blocks are cells. */
  readonly languages: readonly string[];
  /** Stops the reply. */
  readonly signal: AbortSignal;
  /** Receives pieces of text as they arrive. */
  readonly onText: (text: string) => void;
  /** Receives pieces of reasoning as they arrive. */
  readonly onReasoning: (text: string) => void;
}

/** Maximum number of continuations of a reply that is cut off; then it is taken as it is. */
const MAX_RESUMES = 3;

const RESUME =
  "Your reply was cut off by its limit. Go on exactly where it stopped, in the middle of " +
  "a word if need be, without an apology or a repetition.";

/**
 * Reads one reply.
 *
 * @param messages The messages for the model.
 * @param options Model, languages, listeners.
 * @throws The error of the model, or the signal's reason.
 */
export async function readReply(
  messages: readonly ModelMessage[],
  options: ReplyOptions,
): Promise<Reply> {
  const parser = new FenceParser({ languages: options.languages });
  const reply = { text: "", code: undefined as string | undefined };
  let usage: TokenUsage | undefined;
  const take = (parts: readonly FencePart[]) => {
    for (const part of parts) {
      if (part.type === "cell") reply.code = part.code;
      else {
        reply.text += part.text;
        options.onText(part.text);
      }
    }
  };

  let conversation = messages;
  let finishReason: FinishReason = "stop";
  for (let resumes = 0; resumes <= MAX_RESUMES; resumes++) {
    const call = await streamCall(conversation, parser, { ...options, take });
    usage = usage === undefined ? call.usage : addUsage(usage, call.usage);
    finishReason = call.finishReason;
    // The parts of a reply that was cut off are joined before they are interpreted.
    if (parser.done || finishReason !== "length") break;
    conversation = [
      ...conversation,
      { role: "assistant", content: call.received },
      { role: "user", content: RESUME },
    ];
  }

  const end = parser.end({ truncated: finishReason === "length" });
  take(end.parts);
  // A model that stopped of its own accord has just forgotten the fence; one that was cut off has not finished the code.
  if (reply.code === undefined && end.unclosed !== undefined) {
    if (!end.unclosed.truncated) reply.code = end.unclosed.code;
    else take([{ type: "text", text: end.unclosed.code }]);
  }
  const { text, code } = reply;
  return { text, ...(code === undefined ? {} : { code }), usage: usage! };
}

interface StreamOptions extends ReplyOptions {
  readonly take: (parts: readonly FencePart[]) => void;
}

async function streamCall(
  messages: readonly ModelMessage[],
  parser: FenceParser,
  { model, signal, take, onReasoning }: StreamOptions,
): Promise<{ received: string; finishReason: FinishReason; usage: TokenUsage }> {
  let received = "";
  let reasoning = "";
  let finishReason: FinishReason = "stop";
  let usage: TokenUsage | undefined;
  for await (const chunk of model.stream(messages, { signal })) {
    if (chunk.type === "text") {
      received += chunk.text;
      take(parser.push(chunk.text));
      // Leaving the loop ends the request: text after the cell is not paid for.
      if (parser.done) break;
    } else if (chunk.type === "reasoning") {
      reasoning += chunk.text;
      onReasoning(chunk.text);
    } else ({ finishReason, usage } = chunk);
  }
  signal.throwIfAborted();
  return {
    received,
    finishReason,
    usage: usage ?? estimateUsage(messages, reasoning + received),
  };
}
