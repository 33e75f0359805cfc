/** The parts of a reply, in the shape of the AI SDK. Packages differ, and are not trusted to keep to the types. */

import { readFinishReason } from "../answer/finish_reason.ts";
import { isCount, reportedUsage } from "../answer/reported_usage.ts";
import type {
  FinishReason,
  ModelChunk,
  ModelMessage,
  ProviderData,
  TokenUsage,
  ToolCall,
} from "../model.ts";

/** Maximum length of all texts of a reply in characters, many times that of the longest ones. */
const MAX_REPLY_CHARS = 16 * 1024 * 1024;

/** Maximum number of calls of tools, and of blocks of reasoning. A reply with more is broken. */
const MAX_TOOL_CALLS = 128;
const MAX_BLOCKS = 1_000;

/** Reasons of the specification for "the stream ended, and nobody knows why". */
const NO_REASONS: ReadonlySet<unknown> = new Set(["other", "unknown", "interrupted", undefined]);

type Fields = Record<string, unknown>;

/** An error that a part reports. */
export class PartError extends Error {
  /** The error, as the provider reports it. */
  readonly reported: unknown;

  constructor(reported: unknown) {
    super("the reply holds an error");
    this.reported = reported;
  }
}

/** Reads the parts of one reply. */
export class PartReader {
  /** The reason for the end, once it is known. */
  finishReason: FinishReason | undefined;
  /** The reason in the words of the server. */
  reported: string | undefined;
  /** The number of parts that belong to a reply. */
  pieces = 0;
  /** Whether text or a call has arrived. */
  begun = false;
  /** Calls of tools. */
  readonly toolCalls: ToolCall[] = [];
  readonly #reasoning = new Map<unknown, { text: string; data: Fields }>();
  readonly #counts = { input: 0, output: 0, total: 0 };
  readonly #onWarning: (message: string) => void;
  #text = "";
  #chars = 0;

  /** @param onWarning Receives settings that the provider ignores. */
  constructor(onWarning: (message: string) => void) {
    this.#onWarning = onWarning;
  }

  /**
   * Reads a part.
   *
   * @returns The chunk that it becomes; `undefined` if it becomes none.
   * @throws {PartError} If it reports an error.
   */
  read(value: unknown): ModelChunk | undefined {
    const part = record(value);
    switch (part.type) {
      case "text-delta":
        return this.#readText(part);
      case "reasoning-start":
      case "reasoning-delta":
        return this.#readReasoning(part);
      case "reasoning-end":
        return this.#endReasoning(part);
      case "tool-input-delta":
        this.pieces++;
        this.#grow(textOf(part.delta));
        return undefined;
      case "tool-call":
        return this.#readCall(part);
      case "finish":
        return this.#finish(part);
      case "stream-start":
        return this.#warn(part.warnings);
      case "error":
        throw new PartError(part.error);
      default:
        return undefined;
    }
  }

  /** Returns the usage. */
  usage(messages: readonly ModelMessage[]): TokenUsage | undefined {
    return reportedUsage(this.#counts, { messages, text: this.#text });
  }

  #readText({ delta, text }: Fields): ModelChunk | undefined {
    const piece = textOf(delta ?? text);
    if (piece === "") return undefined;
    this.pieces++;
    this.begun = true;
    this.#text += piece;
    this.#grow(piece);
    return { type: "text", text: piece };
  }

  #readReasoning({ id, delta, providerMetadata }: Fields): ModelChunk | undefined {
    const piece = textOf(delta);
    this.pieces++;
    let block = this.#reasoning.get(id);
    if (block === undefined) {
      if (this.#reasoning.size === MAX_BLOCKS) throw new Error("the reply has too many parts");
      this.#reasoning.set(id, block = { text: "", data: {} });
    }
    this.#merge(block.data, providerMetadata);
    if (piece === "") return undefined;
    block.text += piece;
    this.#text += piece;
    this.#grow(piece);
    return { type: "reasoning", text: piece };
  }

  #endReasoning({ id, providerMetadata }: Fields): ModelChunk | undefined {
    const block = this.#reasoning.get(id) ?? { text: "", data: {} };
    this.#reasoning.delete(id);
    this.#merge(block.data, providerMetadata);
    // Without a signature, providers do not want reasoning back.
    if (Object.keys(block.data).length === 0) return undefined;
    return { type: "reasoning_block", text: block.text, providerData: block.data };
  }

  /** Adds the metadata of a part, by provider: a signature arrives apart from the text that it signs. */
  #merge(data: Fields, metadata: unknown): void {
    for (const [provider, fields] of Object.entries(record(plain(metadata)))) {
      this.#grow(JSON.stringify(fields));
      const merged = {
        ...record(Object.hasOwn(data, provider) && data[provider]),
        ...record(fields),
      };
      Object.defineProperty(data, provider, {
        value: merged,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }

  #readCall(
    { toolCallId, toolName, input, providerExecuted, providerMetadata }: Fields,
  ): undefined {
    this.pieces++;
    // A tool of the provider runs there; its result is part of the reply.
    if (providerExecuted === true || typeof toolName !== "string" || toolName === "") return;
    this.begun = true;
    if (this.toolCalls.length === MAX_TOOL_CALLS) throw new Error("the reply has too many calls");
    const args = typeof input === "string" ? input : JSON.stringify(plain(input) ?? {});
    this.#grow(args);
    const data: Fields = {};
    this.#merge(data, providerMetadata);
    this.toolCalls.push({
      id: textOf(toolCallId) || `call_${this.toolCalls.length}`,
      name: toolName,
      arguments: args,
      ...(Object.keys(data).length === 0 ? {} : { providerData: data as ProviderData }),
    });
  }

  #finish({ finishReason, usage }: Fields): undefined {
    this.#count(record(usage));
    const { unified, raw } = typeof finishReason === "string"
      ? { unified: finishReason, raw: undefined }
      : record(finishReason);
    const words = typeof raw === "string" && raw.trim() !== "" ? raw : undefined;
    // A stream that just ends is reported like this by packages: the reply may lack its end.
    if (NO_REASONS.has(unified) && words === undefined) return;
    const known = readFinishReason(unified);
    this.finishReason = known === "other" ? readFinishReason(words) ?? known : known;
    this.reported = words ?? textOf(unified);
  }

  /** Version 2 of the specification has numbers where later ones have objects. */
  #count({ inputTokens, outputTokens, totalTokens }: Fields): void {
    const countOf = (value: unknown) => {
      const count = typeof value === "object" ? record(value).total : value;
      return isCount(count) ? count : 0;
    };
    this.#counts.input = countOf(inputTokens);
    this.#counts.output = countOf(outputTokens);
    this.#counts.total = countOf(totalTokens);
  }

  #warn(warnings: unknown): undefined {
    for (const warning of Array.isArray(warnings) ? warnings.slice(0, 100) : []) {
      const { type, feature, setting, details, message } = record(warning);
      const words = [type, feature ?? setting, details ?? message].filter((word) =>
        typeof word === "string" && word !== ""
      );
      if (words.length > 0) this.#onWarning(words.join(": "));
    }
  }

  #grow(text: string): void {
    this.#chars += text.length;
    if (this.#chars > MAX_REPLY_CHARS) throw new Error("the reply is too long");
  }
}

/** Returns a copy of a value as JSON has it; `undefined` if it has none. */
function plain(value: unknown): unknown {
  try {
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function record(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}
