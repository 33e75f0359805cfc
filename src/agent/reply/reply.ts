/**
 * One reply of the model: streamed, cut off at the first complete cell, resumed if the server cut it off.
 *
 * @module
 */

import { alternate } from "../../model/alternate.ts";
import type {
  FinishReason,
  Model,
  ModelChunk,
  ModelMessage,
  ModelParameters,
  ModelRetry,
  ReasoningBlock,
  TokenUsage,
  ToolCall,
  ToolSpec,
} from "../../model/model.ts";
import { ModelError } from "../../model/model_error.ts";
import { addUsage, estimateUsage } from "../../model/usage.ts";
import { truncate } from "../../text/truncate.ts";
import { ReplyReader, type ReplyReaderOptions } from "./reply_reader.ts";

/** A reply of the model. */
export interface Reply {
  /** The text before the cell, or all of it. */
  readonly text: string;
  /** The cell. */
  readonly code?: string | undefined;
  /** Calls of tools. */
  readonly toolCalls: readonly ToolCall[];
  /** Reasoning that the provider wants back with them. */
  readonly reasoning: readonly ReasoningBlock[];
  /** Why the reply is not complete, as a sentence. Nothing of it may be executed. */
  readonly incomplete?: string | undefined;
  /** Languages of blocks that passed as text. */
  readonly blocks: readonly string[];
  /** Code of a block between words of a line. */
  readonly inline?: string | undefined;
  /** Whether the model called a tool that was not offered. */
  readonly calledTool: boolean;
  /** Whether the reply has a closing tag of reasoning without an opening one. */
  readonly loneTag: boolean;
  /** Tokens of all model calls for the reply. */
  readonly usage: TokenUsage;
  /** Tokens of the first call, which had exactly the given messages. */
  readonly firstUsage: TokenUsage;
}

/** Calls a model: the model itself, or middleware around it. */
export type CallModel = (
  messages: readonly ModelMessage[],
  options: NonNullable<Parameters<Model["stream"]>[1]>,
) => AsyncIterable<ModelChunk>;

/** Options of {@linkcode readReply}. */
export interface ReplyOptions extends ReplyReaderOptions {
  /** Calls the model that writes the reply. */
  readonly callModel: CallModel;
  /** Parameters of the request. */
  readonly parameters?: ModelParameters | undefined;
  /** Tools that the model can call. */
  readonly tools: readonly ToolSpec[];
  /** Stops the reply. */
  readonly signal: AbortSignal;
  /** Receives announcements of repeated requests. */
  readonly onRetry: (retry: ModelRetry) => void;
}

/** Maximum number of continuations of a reply that is cut off. */
const MAX_RESUMES = 3;

/** Maximum length of a reply in characters: many times what models write. */
const MAX_REPLY_CHARS = 8_000_000;

const RESUME =
  "Your reply was cut off by its limit. Go on exactly where it stopped, in the middle of " +
  "a word if need be, without an apology or a repetition.";

const RESUME_FROM_NOTHING =
  "Your reply was cut off by its limit before it began: all of it was reasoning. Reason briefly, and reply.";

/** Reasons for an end that leaves a reply incomplete. */
const REASONS: Readonly<Record<Exclude<FinishReason, "stop" | "tool_calls"> | "missing", string>> =
  {
    length: "it was cut off by the limit on its length, and so were its continuations",
    content_filter: "the content filter of the provider withheld it",
    error: "the provider reported an error",
    abort: "the provider aborted it",
    other: "the provider ended it for an unknown reason",
    missing: "it broke off without a reason",
  };

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
  const reader = new ReplyReader(options);
  let conversation = messages;
  let call = await streamCall(conversation, reader, options);
  const firstUsage = call.usage;
  let usage = firstUsage;
  for (let resumes = 0; resumes < MAX_RESUMES; resumes++) {
    if (reader.done || call.finishReason !== "length") break;
    const part = reader.endPart();
    if (reader.done) break;
    conversation = alternate([
      ...conversation,
      ...(part.trim() === ""
        ? [{ role: "user" as const, content: RESUME_FROM_NOTHING }]
        : [{ role: "assistant" as const, content: part }, {
          role: "user" as const,
          content: RESUME,
        }]),
    ]);
    // The parts of a reply that was cut off are joined before they are interpreted.
    reader.continue();
    call = await streamCall(conversation, reader, options);
    usage = addUsage(usage, call.usage);
  }
  const { finishReason, reported, broken, toolCalls, reasoning } = call;
  const incomplete = reader.done || finishReason === "stop" || finishReason === "tool_calls"
    ? undefined
    : broken ?? explain(finishReason, reported);
  const complete = incomplete === undefined;
  const read = reader.end({ complete });
  return {
    ...read,
    toolCalls: complete ? toolCalls : [],
    reasoning: complete ? reasoning : [],
    incomplete,
    calledTool: read.calledTool || finishReason === "tool_calls" || toolCalls.length > 0,
    usage,
    firstUsage,
  };
}

function explain(
  finishReason: Exclude<FinishReason, "stop" | "tool_calls"> | undefined,
  reported: string | undefined,
): string {
  const words = reported ?? finishReason;
  return `The reply is not complete: ${REASONS[finishReason ?? "missing"]}` +
    (words === undefined ? "" : ` (finish reason ${JSON.stringify(truncate(words, 100))})`);
}

interface Call {
  readonly finishReason: FinishReason | undefined;
  readonly reported: string | undefined;
  /** The error with which the reply broke off. */
  readonly broken: string | undefined;
  readonly toolCalls: readonly ToolCall[];
  readonly reasoning: readonly ReasoningBlock[];
  readonly usage: TokenUsage;
}

async function streamCall(
  messages: readonly ModelMessage[],
  reader: ReplyReader,
  { callModel, parameters, tools, signal, onReasoning, onRetry }: ReplyOptions,
): Promise<Call> {
  let received = "";
  let finishReason: FinishReason | undefined;
  let reported: string | undefined;
  let broken: string | undefined;
  let usage: TokenUsage | undefined;
  const toolCalls: ToolCall[] = [];
  const reasoning: ReasoningBlock[] = [];
  const chunks = endOnBreak(callModel(messages, { signal, parameters, tools }), {
    signal,
    onBreak: (reason) => broken = reason,
  });
  for await (const chunk of chunks) {
    if (chunk.type === "text") {
      received += chunk.text;
      usage = chunk.usage ?? usage;
      reader.push(chunk.text);
      // Leaving the loop ends the request: text after the cell is not paid for.
      if (reader.done) break;
    } else if (chunk.type === "reasoning") {
      received += chunk.text;
      usage = chunk.usage ?? usage;
      onReasoning(chunk.text);
    } else if (chunk.type === "tool_call") {
      const { type: _, ...call } = chunk;
      toolCalls.push(call);
    } else if (chunk.type === "reasoning_block") {
      const { text, providerData } = chunk;
      reasoning.push({ text, providerData });
    } else if (chunk.type === "retry") onRetry(chunk);
    else ({ finishReason, reported, usage = usage } = chunk);
    if (received.length > MAX_REPLY_CHARS) {
      finishReason = "other";
      reported = `more than ${MAX_REPLY_CHARS} characters`;
      break;
    }
  }
  signal.throwIfAborted();
  return {
    finishReason,
    reported,
    broken,
    toolCalls,
    reasoning,
    usage: usage ?? estimateUsage(messages, received),
  };
}

/** Ends a reply that breaks off. The text so far is not lost, and the run ends as failed. */
async function* endOnBreak(
  chunks: AsyncIterable<ModelChunk>,
  { signal, onBreak }: { readonly signal: AbortSignal; readonly onBreak: (reason: string) => void },
): AsyncGenerator<ModelChunk> {
  try {
    yield* chunks;
  } catch (error) {
    if (signal.aborted || !(error instanceof ModelError) || error.kind !== "incomplete") {
      throw error;
    }
    onBreak(error.message);
  }
}
