import { isCount, reportedUsage } from "../answer/reported_usage.ts";
import type { FinishReason, ModelMessage, TokenUsage, ToolCall } from "../model.ts";
import { readFinishReason } from "../answer/finish_reason.ts";

/** The contents of one event of a chat completion stream. */
export interface CompletionChunk {
  text: string;
  reasoning: string;
}

/** Maximum number of calls of tools, and of parts of reasoning, in a reply. A server that sends more is broken. */
const maxToolCalls = 128;
const maxDetails = 1_000;

/** Fields of parts of reasoning that arrive in pieces. */
const PIECES = ["text", "summary", "data", "signature"];

type Fields = Record<string, unknown>;

/** A call of a tool, as far as it has arrived. */
interface Pending {
  id: string;
  name: string;
  arguments: string;
  /** Data that Gemini wants back with the call. */
  extra?: Fields;
}

/**
 * Reads the events of one chat completion stream. Compatible servers leave out, add and rename fields, so that all are
 * optional; an event without relevant fields is read as empty.
 */
export class CompletionReader {
  /** The reason for the end, once it is known. */
  finishReason: FinishReason | undefined;
  /** The reason in the words of the server. */
  reported: string | undefined;
  readonly #calls = new Map<unknown, Pending>();
  readonly #details = new Map<unknown, Fields>();
  readonly #counts = { input: 0, output: 0, total: 0 };
  /** The choice that is read; a server may send several, which must not be mixed. */
  #index: unknown;
  readonly #provider: string;
  /** The place from which text was read first. The whole text may follow in another one. */
  #source: string | undefined;

  /** @param provider The provider, to which alone its data are sent back. */
  constructor(provider: string) {
    this.#provider = provider;
  }

  /** Reads an event. */
  read(data: unknown): CompletionChunk {
    const event = record(data);
    const choice = this.#choiceOf(event);
    const delta = typeof choice.delta === "string"
      ? { content: choice.delta }
      : record(choice.delta);
    const reason = choice.finish_reason ?? event.done_reason;
    this.finishReason = readFinishReason(reason) ?? this.finishReason;
    if (typeof reason === "string" && reason !== "") this.reported = reason;
    this.#countUsage(event, choice);
    const message = record(choice.message ?? event.message);
    this.#readCalls(delta.tool_calls ?? message.tool_calls);
    this.#readDetails(delta.reasoning_details ?? message.reasoning_details);
    const places: [string, unknown][] = [
      ["delta", firstText(partsOf(delta.content).text, delta.refusal)],
      ["text", choice.text],
      ["message", firstText(partsOf(message.content).text, message.refusal)],
      ["response", event.response],
    ];
    return { text: this.#textOf(places), reasoning: reasoningOf(delta) || reasoningOf(message) };
  }

  /** The complete calls of tools, in order. */
  get toolCalls(): ToolCall[] {
    return [...this.#calls.values()].filter(({ name }) => name !== "")
      .map(({ id, name, arguments: args, extra }, i) => ({
        id: id || `call_${i}`,
        name,
        arguments: args,
        ...(extra === undefined
          ? {}
          : { providerData: { openai: { provider: this.#provider, extra_content: extra } } }),
      }));
  }

  /** The parts of the reasoning, as OpenRouter wants them back. */
  get reasoningDetails(): readonly Fields[] {
    return [...this.#details.values()];
  }

  /**
   * Returns the usage so far. A count that the server did not report is estimated.
   *
   * @param messages The messages sent.
   * @param text The reply so far.
   */
  usage(messages: readonly ModelMessage[], text: string): TokenUsage | undefined {
    return reportedUsage(this.#counts, { messages, text });
  }

  #choiceOf(event: Fields): Fields {
    const choices = (Array.isArray(event.choices) ? event.choices : []).map(record);
    if (choices.length === 0) return {};
    const indexOf = (choice: Fields) => choice.index ?? 0;
    if (this.#index === undefined) {
      const sorted = [...choices].sort((a, b) => Number(indexOf(a)) - Number(indexOf(b)));
      this.#index = indexOf(sorted[0]!);
    }
    return choices.find((choice) => indexOf(choice) === this.#index) ?? {};
  }

  #textOf(places: readonly [string, unknown][]): string {
    for (const [source, text] of places) {
      if (typeof text !== "string" || text === "") continue;
      this.#source ??= source;
      if (this.#source === source) return text;
    }
    return "";
  }

  /** Takes the highest count: servers report as it grows, late, in part, or zeros at the end. */
  #countUsage(event: Fields, choice: Fields): void {
    for (const source of [event.usage, choice.usage, record(event.x_groq).usage, event]) {
      const usage = record(source);
      const input = usage.prompt_tokens ?? usage.input_tokens ?? usage.prompt_eval_count;
      const output = usage.completion_tokens ?? usage.output_tokens ?? usage.eval_count;
      const counts = this.#counts;
      if (isCount(input)) counts.input = Math.max(counts.input, input);
      if (isCount(output)) counts.output = Math.max(counts.output, output);
      if (isCount(usage.total_tokens)) counts.total = Math.max(counts.total, usage.total_tokens);
    }
  }

  #readDetails(details: unknown): void {
    if (!Array.isArray(details)) return;
    for (const detail of details.map(record)) {
      const key = detail.index ?? this.#details.size;
      const known = this.#details.get(key);
      if (known === undefined) {
        if (this.#details.size < maxDetails) this.#details.set(key, { ...detail });
        continue;
      }
      for (const [name, value] of Object.entries(detail)) {
        if (value === null || value === undefined) continue;
        const before = known[name];
        const joins = PIECES.includes(name) && typeof before === "string" &&
          typeof value === "string";
        Object.defineProperty(known, name, {
          value: joins ? before + value : value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
    }
  }

  #readCalls(calls: unknown): void {
    if (!Array.isArray(calls)) return;
    for (const [position, item] of calls.entries()) {
      const call = record(item);
      const { name, arguments: args } = record(call.function);
      const key = call.index ?? call.id ?? position;
      let known = this.#calls.get(key);
      if (known === undefined) {
        if (this.#calls.size === maxToolCalls) continue;
        this.#calls.set(key, known = { id: "", name: "", arguments: "" });
      }
      if (typeof call.id === "string") known.id ||= call.id;
      if (Object.keys(record(call.extra_content)).length > 0) {
        known.extra = record(call.extra_content);
      }
      if (typeof name === "string") known.name ||= name;
      if (typeof args === "string") known.arguments += args;
      else if (typeof args === "object" && args !== null) known.arguments = JSON.stringify(args);
    }
  }
}

/** Returns the reasoning of a delta. It has several names in use, and some servers fill in more than one. */
function reasoningOf(delta: Fields): string {
  const details = Array.isArray(delta.reasoning_details) ? delta.reasoning_details.map(record) : [];
  return firstText(
    delta.reasoning_content,
    delta.reasoning,
    delta.thinking,
    details.map(({ text, summary }) => firstText(text, summary)).join(""),
    partsOf(delta.content).reasoning,
  );
}

/** Returns the text and the reasoning of content, which is a string or a list of parts. */
function partsOf(content: unknown): { text: string; reasoning: string } {
  if (typeof content === "string") return { text: content, reasoning: "" };
  const result = { text: "", reasoning: "" };
  for (const part of Array.isArray(content) ? content : [content]) {
    if (typeof part === "string") result.text += part;
    const { type, text, thinking, reasoning } = record(part);
    if (type === "thinking" || type === "reasoning") {
      const inner = firstText(thinking, reasoning, text);
      result.reasoning += inner !== "" || thinking === undefined ? inner : partsOf(thinking).text;
    } else if (typeof text === "string") result.text += text;
    else result.text += firstText(record(text).value);
  }
  return result;
}

function firstText(...values: unknown[]): string {
  return values.find((value): value is string => typeof value === "string" && value !== "") ?? "";
}

function record(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}
