import { CodeScanner } from "./_code_scanner.ts";
import { dedent, type Fence, parseClosingFence } from "./_fence_line.ts";

/** The lines of the code block that is a cell. */
export class CellLines {
  readonly fence: Fence;
  readonly #lines: string[] = [];
  readonly #scanner = new CodeScanner();
  /** The index of the first fence that was taken for a part of the code. */
  #firstFence?: number;

  constructor(fence: Fence) {
    this.fence = fence;
  }

  /** Adds a whole line. Returns whether it is the fence that closes the block. */
  read(line: string): boolean {
    const indentation = parseClosingFence(line, this.fence);
    if (indentation !== undefined) {
      if (!this.#scanner.inside) return true;
      if (indentation <= this.fence.indentation + 3) this.#firstFence ??= this.#lines.length;
    }
    const content = dedent(line.endsWith("\r") ? line.slice(0, -1) : line, this.fence.indentation);
    this.#scanner.scan(content);
    this.#lines.push(content);
    return false;
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
}
