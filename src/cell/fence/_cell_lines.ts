import { CodeScanner } from "./_code_scanner.ts";
import {
  dedent,
  endsReply,
  type Fence,
  hasTooFewTicks,
  parseClosingFence,
  parseNearFence,
  parseOpeningFence,
  unquote,
} from "./_fence_line.ts";

/** The end of a block. */
export interface BlockEnd {
  /** Whether the line has text behind the fence. */
  trailing: boolean;
}

/** The lines of the code block that is a cell. */
export class CellLines {
  readonly fence: Fence;
  readonly #languages: ReadonlySet<string>;
  readonly #lines: string[] = [];
  readonly #scanner = new CodeScanner();
  /** Whether all lines so far are blank. */
  #blank = true;
  /** The index of the first fence that was taken for a part of the code. */
  #firstFence?: number;

  constructor(fence: Fence, languages: ReadonlySet<string>) {
    this.fence = fence;
    this.#languages = languages;
  }

  /**
   * Adds a line. Returns the end of the block, if the line has the fence that closes it. A line that is only a part, at the end
   * of a reply that was cut off, is no fence with too few ticks.
   */
  read(line: string, { partial = false }: { partial?: boolean } = {}): BlockEnd | undefined {
    const text = this.fence.quoted ? unquote(line) : line;
    const indentation = parseClosingFence(text, this.fence);
    if (!this.#scanner.inside) {
      if (indentation !== undefined) return { trailing: false };
      if (this.#blank && this.#isOpening(text)) return undefined;
      if (!partial && !this.#blank && hasTooFewTicks(text)) return { trailing: false };
      const end = this.#nearEnd(text);
      if (end !== undefined) return end;
    } else if ((indentation ?? Infinity) <= this.fence.indentation + 3) {
      this.#firstFence ??= this.#lines.length;
    }
    const content = dedent(text.endsWith("\r") ? text.slice(0, -1) : text, this.fence.indentation);
    this.#scanner.scan(content);
    this.#add(content);
    return undefined;
  }

  code(): string {
    return this.#lines.join("\n");
  }

  /** Returns the code up to the first fence in it, if there is one. */
  codeToFirstFence(): { code: string; trailing: boolean } | undefined {
    if (this.#firstFence === undefined) return undefined;
    const rest = this.#lines.slice(this.#firstFence + 1);
    return {
      code: this.#lines.slice(0, this.#firstFence).join("\n"),
      trailing: rest.some((line) => /\S/.test(line)),
    };
  }

  #add(content: string): void {
    this.#blank &&= content.trim() === "";
    this.#lines.push(content);
  }

  /** Whether a line opens the block that is open already: some models write the fence twice. */
  #isOpening(line: string): boolean {
    const { language = "" } = parseOpeningFence(line) ?? {};
    return language !== "" && this.#languages.has(language);
  }

  /** Finds a fence that was meant to close the block, where no sensible code has one. */
  #nearEnd(line: string): BlockEnd | undefined {
    const near = this.#blank ? undefined : parseNearFence(line);
    if (near !== undefined) return { trailing: near.rest !== "" };
    const match = /`{3,}([^`]*)$/.exec(line);
    if (match === null || !endsReply(match[1]!)) return undefined;
    const before = line.slice(0, match.index);
    if (before.trim() === "" || !this.#scanner.endsInCode(before)) return undefined;
    this.#add(dedent(before.trimEnd(), this.fence.indentation));
    return { trailing: false };
  }
}
