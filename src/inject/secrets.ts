/**
 * Values of secret variables, which are taken out of texts and snapshots.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** Length from which a text is recognized: shorter ones are parts of ordinary words. */
export const MIN_SECRET_CHARS = 6;

/** Length from which a half of a secret is recognized as well, so that a cut in its middle hides the rest. */
const MIN_DIVIDED_CHARS = 16;

/** Maximum number of texts of one variable. */
const MAX_TEXTS = 1_000;

/** Maximum depth to which values are searched. */
const MAX_DEPTH = 50;

/** A text to take out. */
interface SecretText {
  readonly text: string;
  readonly mark: string;
}

/** A beginning or an end of a form of a secret, by which it is found. */
interface Anchor {
  readonly form: string;
  readonly mark: string;
  readonly isEnd: boolean;
}

/**
 * Returns the texts of a value that can be recognized.
 *
 * @param value The value of a variable.
 */
export function secretTextsOf(value: unknown): string[] {
  const found = new Set<string>();
  collect(value, { found, seen: new Set(), depth: 0 });
  return [...found];
}

/** The secrets of one runtime. Earlier values of a variable stay secret. */
export class Secrets {
  readonly #texts: SecretText[] = [];
  #anchors: ReadonlyMap<string, Anchor> = new Map();
  #pattern: RegExp | undefined;

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#texts.length === 0;
  }

  /** Adds the value of a variable. */
  add(name: string, value: unknown): void {
    const known = new Set(this.#texts.map(({ text }) => text));
    const prefix = `[secret:${name}`;
    let count =
      this.#texts.filter(({ mark }) => mark === `${prefix}]` || mark.startsWith(`${prefix}.`))
        .length;
    for (const text of secretTextsOf(value)) {
      if (known.has(text)) continue;
      count++;
      this.#texts.push({ text, mark: count === 1 ? `${prefix}]` : `${prefix}.${count}]` });
    }
    // A text that contains another one is taken out whole.
    this.#texts.sort((a, b) => b.text.length - a.text.length);
    this.#prepare();
  }

  /**
   * Returns a value without the secrets: strings of plain data, maps and sets, without cycles. The very same value if it has none.
   *
   * @param value The value.
   */
  redact<T>(value: T): T {
    return this.isEmpty ? value : this.#redact(value, new Map()) as T;
  }

  /**
   * Returns the length of the end of a text that may be the beginning of a secret.
   *
   * @param text The text.
   */
  openEnd(text: string): number {
    let longest = 0;
    for (const { form, isEnd } of this.#anchors.values()) {
      if (isEnd) continue;
      for (let length = Math.min(form.length - 1, text.length); length > longest; length--) {
        if (text.endsWith(form.slice(0, length))) longest = length;
      }
    }
    return longest;
  }

  /**
   * Returns the attachments of a snapshot without the secrets.
   *
   * @param parts The manifest, texts, and buffers.
   */
  conceal(parts: readonly Uint8Array[]): Uint8Array[] {
    const texts = this.isEmpty ? 0 : countTexts(parts);
    return parts.map((part, i) => {
      if (this.isEmpty || i === 0) return part;
      let bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
      for (const { text, mark } of this.#texts) {
        for (const form of formsOf(text)) {
          bytes = i <= texts ? replaceAll(bytes, { from: form, to: mark }) : blank(bytes, form);
        }
      }
      return bytes.buffer === part.buffer && bytes.byteOffset === part.byteOffset
        ? part
        : new Uint8Array(bytes);
    });
  }

  /**
   * Puts secrets back into the attachments of a snapshot, where {@linkcode Secrets.conceal} has taken them out.
   *
   * @param parts The manifest, texts, and buffers.
   */
  reveal(parts: readonly Uint8Array[]): Uint8Array[] {
    const texts = this.isEmpty ? 0 : countTexts(parts);
    return parts.map((part, i) => {
      if (i === 0 || i > texts) return part;
      let bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
      for (const { text, mark } of this.#texts) {
        bytes = replaceAll(bytes, { from: mark, to: JSON.stringify(text).slice(1, -1) });
      }
      return new Uint8Array(bytes);
    });
  }

  #prepare(): void {
    const anchors = new Map<string, Anchor>();
    for (const { text, mark } of this.#texts) {
      for (const form of formsOf(text)) {
        const half = form.length < MIN_DIVIDED_CHARS ? form.length : Math.ceil(form.length / 2);
        for (const isEnd of [false, true]) {
          const anchor = isEnd ? form.slice(-half) : form.slice(0, half);
          if (!anchors.has(anchor)) anchors.set(anchor, { form, mark, isEnd });
        }
      }
    }
    this.#anchors = anchors;
    const longestFirst = [...anchors.keys()].sort((a, b) => b.length - a.length);
    this.#pattern = anchors.size === 0
      ? undefined
      : new RegExp(longestFirst.map((text) => RegExp.escape(text)).join("|"), "g");
  }

  #redactText(text: string): string {
    if (this.#pattern === undefined) return text;
    let out = "";
    let at = 0;
    this.#pattern.lastIndex = 0;
    for (let match = this.#pattern.exec(text); match !== null; match = this.#pattern.exec(text)) {
      const { form, mark, isEnd } = this.#anchors.get(match[0])!;
      let begin = match.index;
      let end = begin + match[0].length;
      // The rest of it, as far as it is there.
      if (isEnd) {
        for (let i = form.length - match[0].length - 1; i >= 0 && begin > at; i--) {
          if (text[begin - 1] !== form[i]) break;
          begin--;
        }
      } else {
        while (end < text.length && end - begin < form.length && text[end] === form[end - begin]) {
          end++;
        }
      }
      out += text.slice(at, begin) + mark;
      at = end;
      this.#pattern.lastIndex = end;
    }
    return at === 0 ? text : out + text.slice(at);
  }

  #redact(value: unknown, seen: Map<object, unknown>): unknown {
    if (typeof value === "string") return this.#redactText(value);
    if (typeof value !== "object" || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    seen.set(value, value);
    const redacted = this.#redactObject(value, seen);
    seen.set(value, redacted);
    return redacted;
  }

  #redactObject(value: object, seen: Map<object, unknown>): unknown {
    const inner = (item: unknown) => this.#redact(item, seen);
    if (Array.isArray(value)) {
      const items = value.map(inner);
      return items.some((item, i) => item !== value[i]) ? items : value;
    }
    if (value instanceof Map) {
      const entries = [...value].map(([key, item]) => [inner(key), inner(item)] as const);
      const same = [...value].every(([key, item], i) =>
        entries[i]![0] === key && entries[i]![1] === item
      );
      return same ? value : new Map(entries);
    }
    if (value instanceof Set) {
      const items = [...value].map(inner);
      return [...value].every((item, i) => items[i] === item) ? value : new Set(items);
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    const entries = Object.entries(value).map(([key, item]) =>
      [this.#redactText(key), inner(item)] as const
    );
    const same = Object.entries(value).every(([key, item], i) =>
      entries[i]![0] === key && entries[i]![1] === item
    );
    return same ? value : Object.fromEntries(entries);
  }
}

/** Returns a text as it may be written: as it is, in JSON, and in JSON within JSON. */
function formsOf(text: string): string[] {
  const once = JSON.stringify(text).slice(1, -1);
  const twice = JSON.stringify(once).slice(1, -1);
  return [...new Set([twice, once, text])];
}

/** Returns the number of texts behind the manifest of a snapshot. */
function countTexts([manifest]: readonly Uint8Array[]): number {
  const { parts } = JSON.parse(new TextDecoder().decode(manifest)) as { readonly parts: number };
  return parts;
}

function replaceAll(
  bytes: Buffer<ArrayBufferLike>,
  { from, to }: { readonly from: string; readonly to: string },
): Buffer<ArrayBufferLike> {
  const pieces: Uint8Array[] = [];
  const length = Buffer.byteLength(from);
  let at = 0;
  for (let found = bytes.indexOf(from); found >= 0; found = bytes.indexOf(from, at)) {
    pieces.push(bytes.subarray(at, found), Buffer.from(to));
    at = found + length;
  }
  return at === 0 ? bytes : Buffer.concat([...pieces, bytes.subarray(at)]);
}

/** Overwrites a text in bytes whose length has to stay. */
function blank(bytes: Buffer<ArrayBufferLike>, form: string): Buffer<ArrayBufferLike> {
  if (!bytes.includes(form)) return bytes;
  const copy = Buffer.from(bytes);
  const length = Buffer.byteLength(form);
  for (let at = copy.indexOf(form); at >= 0; at = copy.indexOf(form, at)) {
    copy.fill("*", at, at + length);
  }
  return copy;
}

function collect(
  value: unknown,
  { found, seen, depth }: {
    readonly found: Set<string>;
    readonly seen: Set<object>;
    readonly depth: number;
  },
): void {
  if (found.size >= MAX_TEXTS || depth > MAX_DEPTH) return;
  if (typeof value === "string" && value.length >= MIN_SECRET_CHARS) found.add(value);
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  const inner = { found, seen, depth: depth + 1 };
  if (value instanceof Map) {
    for (const item of value.values()) collect(item, inner);
  } else if (value instanceof Set) {
    for (const item of value) collect(item, inner);
  } else if (!ArrayBuffer.isView(value)) {
    // Getters are not run.
    for (const { value: item } of Object.values(Object.getOwnPropertyDescriptors(value))) {
      collect(item, inner);
    }
  }
}
