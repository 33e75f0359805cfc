/**
 * Line editing at a terminal: history, completion, pasted lines, and keys while something runs.
 *
 * The terminal is in raw mode all the time. Ctrl-C is a byte then and not a signal, which the terminal would send to the whole
 * group of processes: to the kernel as well, and several times through `deno task`.
 *
 * @module
 */

import { createInterface, type Interface } from "node:readline";
import { PassThrough, Writable } from "node:stream";
import { PasteFilter } from "./paste_filter.ts";

/** Options of {@linkcode LineEditor}. */
export interface LineEditorOptions {
  /** The typed bytes. */
  readonly input: ReadableStream<Uint8Array>;
  /** Writes to the terminal. */
  readonly write: (text: string) => void;
  /** Returns the width of the terminal. */
  readonly columns: () => number;
  /** Earlier entries, the newest first. @default none */
  readonly history?: readonly string[] | undefined;
  /** Returns the ways in which the last word of a line can be completed. @default none */
  readonly complete?: ((word: string, line: string) => readonly string[]) | undefined;
  /** Called for Ctrl-C at an empty prompt. */
  readonly onIdleInterrupt: () => void;
}

const CTRL_C = "\u0003";

/** Maximum number of characters that are typed ahead while something runs. */
const MAX_TYPED_AHEAD = 64 * 1024;

/** Reads lines from a terminal that is in raw mode. */
export class LineEditor implements AsyncDisposable {
  readonly #options: LineEditorOptions;
  readonly #typed = new PassThrough();
  readonly #readline: Interface;
  readonly #paste = new PasteFilter();
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #pumped: Promise<void>;
  /** Receives the next line. */
  #waiting: ((line: string | undefined) => void) | undefined;
  /** Stops what runs. */
  #interrupt: (() => void) | undefined;
  #ahead = "";
  #ended = false;
  /** Lines that were pasted or typed ahead. */
  readonly #lines: string[] = [];

  /**
   * Begins to read.
   *
   * @param options The terminal, history, completion.
   */
  constructor(options: LineEditorOptions) {
    this.#options = options;
    const { input, write, columns, history = [], complete = () => [] } = options;
    const output = new Writable({
      write(chunk: Uint8Array, _encoding: string, done: () => void) {
        write(new TextDecoder().decode(chunk));
        done();
      },
    });
    Object.defineProperty(output, "columns", { get: columns });
    this.#readline = createInterface({
      input: this.#typed,
      output,
      terminal: true,
      history: [...history],
      historySize: 1_000,
      removeHistoryDuplicates: true,
      completer: (line: string) => {
        const word = /\S*$/.exec(line)![0];
        return [complete(word, line).filter((entry) => entry.startsWith(word)), word];
      },
    });
    this.#readline.on("line", (line: string) => this.#take(line));
    this.#readline.on("SIGINT", () => this.#abandon());
    this.#readline.on("close", () => this.#end());
    const decoder = new TextDecoderStream() as TransformStream<Uint8Array, string>;
    this.#reader = input.pipeThrough(decoder).getReader();
    this.#pumped = this.#pump();
  }

  /**
   * Reads an entry: a line, or several that end with a backslash, were pasted together, or stand between brackets of which the
   * first is at the end of a line.
   *
   * @param prompt The text before it.
   * @returns The entry; `undefined` at the end of the input.
   */
  async read(prompt: string): Promise<string | undefined> {
    let entry = await this.#line(prompt);
    let isOpen = false;
    while (entry !== undefined) {
      const last = entry.slice(entry.lastIndexOf("\n") + 1);
      const goesOn = last.endsWith("\\");
      // A bracket in the middle of a question is text; an empty line ends what seems to be open.
      isOpen = /[([{]\s*$/.test(last) || isOpen && last.trim() !== "" && hasOpenBracket(entry);
      if (!goesOn && !isOpen) break;
      const next = await this.#line("... ");
      if (next === undefined) break;
      entry = `${goesOn ? entry.slice(0, -1) : entry}\n${next}`;
    }
    return entry;
  }

  /**
   * Runs an action that Ctrl-C stops. Keys that are typed meanwhile are kept for the next line.
   *
   * @param action The action.
   * @param stop Stops it.
   */
  async during<T>(action: () => Promise<T>, stop: () => void): Promise<T> {
    this.#interrupt = stop;
    try {
      return await action();
    } finally {
      this.#interrupt = undefined;
    }
  }

  /** Ends reading. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#readline.close();
    await this.#reader.cancel().catch(() => {});
    await this.#pumped;
  }

  #line(prompt: string): Promise<string | undefined> {
    const early = this.#lines.shift();
    if (early !== undefined) {
      this.#options.write(`${prompt}${early}\n`);
      return Promise.resolve(early);
    }
    if (this.#ended) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#waiting = resolve;
    const [, space = "", text = ""] = /^(\n*)([^]*)$/.exec(prompt)!;
    // The editor counts the lines of its prompt, to go back to its beginning.
    this.#options.write(space);
    this.#readline.setPrompt(text);
    this.#readline.prompt();
    const ahead = this.#ahead;
    this.#ahead = "";
    if (ahead !== "") this.#typed.write(ahead);
    return promise;
  }

  #take(line: string): void {
    const entry = PasteFilter.restore(line);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#lines.push(entry);
    else waiting(entry);
  }

  /** Leaves a line that was begun; at an empty one, the host says how to leave. */
  #abandon(): void {
    const { write, onIdleInterrupt } = this.#options;
    const isEmpty = this.#readline.line === "";
    write("^C\n");
    if (isEmpty) onIdleInterrupt();
    this.#clear();
    this.#readline.prompt();
  }

  /** Ends a question in the middle of a run without an answer. */
  #leaveLine(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#clear();
    this.#options.write("\n");
    this.#waiting = undefined;
    waiting(undefined);
  }

  /** Empties the line, as if nothing had been typed. */
  #clear(): void {
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
  }

  #end(): void {
    this.#ended = true;
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  }

  async #pump(): Promise<void> {
    try {
      while (true) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.#feed(this.#paste.filter(value));
      }
    } catch {
      // The terminal is gone.
    }
    this.#readline.close();
  }

  #feed(text: string): void {
    const stop = this.#interrupt;
    const isStop = stop !== undefined && text.includes(CTRL_C);
    if (this.#waiting !== undefined && !isStop) {
      this.#typed.write(text);
      return;
    }
    if (text.includes(CTRL_C)) {
      this.#ahead = "";
      this.#leaveLine();
      return stop?.();
    }
    this.#ahead = (this.#ahead + text).slice(0, MAX_TYPED_AHEAD);
  }
}

/** Returns whether a text opens more brackets than it closes. */
function hasOpenBracket(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
  }
  return depth > 0;
}
