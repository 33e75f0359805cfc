/**
 * Reasoning that a server leaves in the text of a reply: between tags, in channels, or up to a lone closing tag.
 *
 * @module
 */

/** Names of tags around reasoning. */
const NAMES =
  "think|thinking|thoughts?|thought_process|reason|reasoning|reflection|analysis|scratchpad|" +
  "inner_?monologue|internal_?monologue|cot|chain_of_thought|seed:think|ant:?thinking|antml:thinking|deepthink";

/** The marks at which reasoning begins or ends, and tokens that servers should have removed. */
const MARK = new RegExp(
  [
    `<(?<close>/?)(?<tag>${NAMES})(?:\\s[^<>]{0,80})?>`,
    "\\[(?<closeSquare>/?)(?<square>THINK|THINKING|REASONING)\\]",
    "◁(?<closeTriangle>/?)(?<triangle>think)▷",
    "<\\|(?<begin>begin_of_thought|start_thinking|thinking_start|begin_of_think|thought_begin)\\|>",
    "<\\|(?<finish>end_of_thought|end_thinking|thinking_end|end_of_think|thought_end|begin_of_solution)\\|>",
    "<\\|channel\\|>\\s{0,4}(?<channel>\\w{1,40})(?<to>[^<]{0,200})(?:<\\|constrain\\|>\\s{0,4}\\w{1,40}\\s{0,4})?<\\|message\\|>",
    "(?<token><\\|(?:start|end|return|call|message|im_start|im_end|eot_id|eom_id|endoftext|end_of_text|" +
    "begin_of_text|end_of_solution|start_response|end_response|start_header_id|end_header_id)\\|>" +
    "(?:assistant\\b(?!\\w))?|<end_of_turn>|<｜end▁of▁sentence｜>)",
  ].join("|"),
  "i",
);

/** The ends of a channel. */
const CHANNEL_END = /<\|(?:end|return|call|start|channel)\|>/i;

/** The role behind the mark of a message. */
const ROLE = "assistant";

/** The longest mark, beyond which nothing is held back. */
const MAX_MARK_CHARS = 320;

/** The first characters of marks. */
const MARK_STARTS = ["<", "[", "◁"];

/** Reasoning at the beginning of a text, and the rest. */
export interface LeadingReasoning {
  /** The reasoning; empty if there is none. */
  readonly reasoning: string;
  /** The text behind it. */
  readonly text: string;
  /** Whether the reasoning has no end yet. */
  readonly isOpen: boolean;
}

/** The beginning of a text that may have reasoning in front. */
const LEADING = new RegExp(`^\\s{0,99}<(?:${NAMES})>`, "i");
const LEADING_END = new RegExp(`</(?:${NAMES})>\\n{0,9}`, "i");

/**
 * Splits reasoning off the beginning of a continuation, which goes on in the middle of a block.
 *
 * @param text The continuation.
 */
export function splitReasoning(text: string): LeadingReasoning {
  if (!LEADING.test(text)) return { reasoning: "", text, isOpen: false };
  const end = LEADING_END.exec(text);
  if (end === null) return { reasoning: "", text, isOpen: true };
  const at = end.index + end[0].length;
  return { reasoning: text.slice(0, at), text: text.slice(at), isOpen: false };
}

/** Receives a reply, told apart. */
export interface ReasoningSink {
  /** Receives text of the reply. */
  readonly text: (text: string) => void;
  /** Receives reasoning. */
  readonly reasoning: (text: string) => void;
  /** Called at a lone closing tag: all text so far was reasoning. */
  readonly reset: () => void;
  /** Whether the text so far ends inside a code block, where tags are code. */
  readonly inBlock: () => boolean;
}

/** The present place in a reply. */
type Place =
  | { readonly kind: "text" }
  /** Inside of tags, or of a channel. `restorable` if the opening tag may have been a mention of it. */
  | {
    readonly kind: "reasoning";
    readonly end: RegExp;
    readonly keep: boolean;
    restorable: string | undefined;
  }
  /** Before a closing tag that is expected since an earlier reply had one without an opening tag. */
  | { readonly kind: "implicit" };

const TEXT: Place = { kind: "text" };

/** Tells reasoning from text while a reply streams in. */
export class ReasoningFilter {
  /** Whether the reply has a closing tag without an opening one. */
  lone = false;
  /** Whether a channel addressed a tool. */
  calledTool = false;
  readonly #sink: ReasoningSink;
  #place: Place;
  #held = "";
  /** The pieces of a reply that is held back, and the end of them. */
  #pieces: string[] = [];
  #tail = "";
  /** The last line of the text so far. */
  #line = "";
  #hasText = false;
  /** Whether there was a mark. */
  #marked = false;
  /** The rest of the name of a role that is about to come. */
  #role = "";

  /**
   * @param sink Receives text and reasoning.
   * @param options Whether replies of this model begin with reasoning that has no opening tag.
   */
  constructor(sink: ReasoningSink, { implicit = false }: { readonly implicit?: boolean } = {}) {
    this.#sink = sink;
    this.#place = implicit ? { kind: "implicit" } : TEXT;
  }

  /** Reads the next piece of the reply. */
  push(chunk: string): void {
    if (this.#place.kind === "implicit") return this.#pushImplicit(chunk);
    this.#held += chunk;
    while (this.#step());
  }

  /** Holds a reply back until its closing tag, of which it is certain that it is looked for once in each piece. */
  #pushImplicit(chunk: string): void {
    this.#pieces.push(chunk);
    const window = this.#tail + chunk;
    this.#tail = window.slice(-MAX_MARK_CHARS);
    for (const found of window.matchAll(new RegExp(MARK.source, "gi"))) {
      if (!isClosing(found.groups!)) continue;
      const whole = this.#pieces.join("");
      const at = whole.length - window.length + found.index;
      this.#sink.reasoning(whole.slice(0, at));
      this.#pieces = [];
      this.#held = whole.slice(at + found[0].length);
      this.lone = true;
      this.#marked = true;
      this.#place = TEXT;
      while (this.#step());
      return;
    }
  }

  /**
   * Ends the reply.
   *
   * @returns Text that was taken for reasoning because of a tag in the middle of a line that was never closed.
   */
  end(): string {
    if (this.#place.kind === "implicit") {
      // Without the closing tag, the reply was an ordinary one.
      this.#place = TEXT;
      this.push(this.#pieces.join(""));
    }
    const held = this.#held;
    this.#held = "";
    if (this.#place.kind !== "reasoning") {
      this.#text(held);
      return "";
    }
    this.#sink.reasoning(held);
    const { restorable } = this.#place;
    return restorable === undefined ? "" : restorable + held;
  }

  /** Reads up to the next mark. Returns whether there may be another one. */
  #step(): boolean {
    const place = this.#place;
    if (place.kind === "reasoning") return this.#reasoning(place);
    const match = MARK.exec(this.#held);
    if (match === null) {
      this.#text(this.#release());
      return false;
    }
    // The text before the mark decides whether the mark is code.
    this.#text(this.#held.slice(0, match.index));
    this.#held = this.#held.slice(match.index + match[0].length);
    this.#mark(match);
    return true;
  }

  #reasoning(place: Extract<Place, { kind: "reasoning" }>): boolean {
    const match = place.end.exec(this.#held);
    const reasoning = match === null ? this.#release() : this.#held.slice(0, match.index);
    if (place.restorable !== undefined) place.restorable += reasoning;
    if (reasoning !== "") this.#sink.reasoning(reasoning);
    if (match === null) return false;
    this.#held = this.#held.slice(match.index + (place.keep ? 0 : match[0].length));
    this.#place = TEXT;
    return true;
  }

  #mark(match: RegExpExecArray): void {
    const groups = match.groups!;
    const mark = match[0];
    if (this.#sink.inBlock() || isMention(this.#line)) return this.#text(mark);
    this.#marked = true;
    if (groups.token !== undefined) {
      if (/^<\|start\|>$/i.test(mark)) this.#role = ROLE;
      return;
    }
    if (groups.channel !== undefined) return this.#channel(groups.channel, groups.to ?? "");
    if (isClosing(groups)) {
      this.lone = true;
      this.#line = "";
      this.#hasText = false;
      return this.#sink.reset();
    }
    const inLine = this.#line.trim() !== "";
    this.#place = {
      kind: "reasoning",
      end: endOf(groups),
      keep: false,
      restorable: inLine ? mark : undefined,
    };
  }

  #withoutRole(text: string): string {
    const role = this.#role;
    if (text.length < role.length && role.startsWith(text)) {
      this.#role = role.slice(text.length);
      return "";
    }
    this.#role = "";
    return text.startsWith(role) ? text.slice(role.length) : text;
  }

  #channel(name: string, to: string): void {
    this.calledTool ||= /\bto=/.test(to);
    if (/^final$/i.test(name)) return;
    this.#place = { kind: "reasoning", end: CHANNEL_END, keep: true, restorable: undefined };
  }

  /** Returns what is certainly no part of a mark, and keeps the rest. */
  #release(): string {
    const at = Math.max(...MARK_STARTS.map((start) => this.#held.lastIndexOf(start)));
    const isMark = at !== -1 && this.#held.length - at < MAX_MARK_CHARS &&
      mayBeMark(this.#held.slice(at));
    const from = isMark ? markBefore(this.#held, at) : this.#held.length;
    const released = this.#held.slice(0, from);
    this.#held = this.#held.slice(from);
    return released;
  }

  #text(text: string): void {
    const rest = this.#role === "" ? text : this.#withoutRole(text);
    // Between reasoning and the reply proper, servers leave empty lines.
    const kept = this.#marked && !this.#hasText ? rest.trimStart() : rest;
    if (kept === "") return;
    this.#hasText ||= kept.trim() !== "";
    const feed = kept.lastIndexOf("\n");
    this.#line = feed === -1
      ? (this.#line + kept).slice(-1_000)
      : kept.slice(feed + 1).slice(-1_000);
    this.#sink.text(kept);
  }
}

/** Whether the end of a text may be the beginning of a mark. */
function mayBeMark(text: string): boolean {
  if (/^<\|channel\|>/i.test(text)) return true;
  return text.length <= 120 && !/^[<[◁]\/?[|｜]?[\w:｜|▁]*[ \n]?.*[>\]▷]/.test(text) &&
    /^[<[◁]\/?[|｜]?[\w:｜|▁]*(?:[|｜]|\s[^<>]*)?$/.test(text);
}

/** Marks of channels have several tags: the first one begins them. */
function markBefore(text: string, at: number): number {
  const start = text.slice(0, at).toLowerCase().lastIndexOf("<|channel|>");
  return start !== -1 && at - start < MAX_MARK_CHARS ? start : at;
}

/** Whether a line so far has an open inline code, in which a tag is only mentioned. */
function isMention(line: string): boolean {
  return (line.match(/`/g)?.length ?? 0) % 2 === 1;
}

type Groups = Readonly<Record<string, string | undefined>>;

function isClosing({ close, closeSquare, closeTriangle, finish }: Groups): boolean {
  return Boolean(close || closeSquare || closeTriangle || finish);
}

/** Returns the end that belongs to an opening mark. */
function endOf({ tag, square, triangle }: Groups): RegExp {
  if (square !== undefined) return new RegExp(`\\[/${square}\\]`, "i");
  if (triangle !== undefined) return /◁\/think▷/i;
  if (tag !== undefined) return new RegExp(`</(?:${RegExp.escape(tag)}|${NAMES})\\s*>`, "i");
  return /<\|(?:end_of_thought|end_thinking|thinking_end|end_of_think|thought_end|begin_of_solution)\|>/i;
}
