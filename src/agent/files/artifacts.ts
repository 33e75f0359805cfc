/**
 * Texts that are too long for the history, kept where cells can read them by name.
 *
 * @module
 */

/** Maximum number of texts of an agent; the oldest ones give way. */
const MAX_ARTIFACTS = 200;

/** Maximum number of characters of all texts. */
const MAX_CHARS = 64_000_000;

/** The kept texts of one agent. */
export class Artifacts {
  readonly #texts = new Map<string, string>();
  #chars = 0;

  /** Iterates over the texts by their names. */
  entries(): MapIterator<[string, string]> {
    return this.#texts.entries();
  }

  /**
   * Keeps a text.
   *
   * @param name Its name.
   * @param text The text.
   */
  keep(name: string, text: string): void {
    this.#drop(name);
    this.#texts.set(name, text);
    this.#chars += text.length;
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= MAX_ARTIFACTS && this.#chars <= MAX_CHARS) break;
      this.#drop(oldest);
    }
  }

  /**
   * Returns a text.
   *
   * @param name Its name.
   * @throws {RangeError} If there is none, or it had to give way to newer ones.
   */
  read(name: string): string {
    const text = this.#texts.get(name);
    if (text !== undefined) return text;
    throw new RangeError(
      `Cannot read ${JSON.stringify(String(name).slice(0, 100))}: the kept texts are ${
        [...this.#texts.keys()].slice(-20).join(", ") || "none"
      }`,
    );
  }

  #drop(name: string): void {
    this.#chars -= this.#texts.get(name)?.length ?? 0;
    this.#texts.delete(name);
  }
}
