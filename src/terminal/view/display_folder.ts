/**
 * A folder for values that cells display.
 *
 * @module
 */

import { join } from "node:path";
import type { MimeBundle } from "../../runtime/runtime.ts";
import { displayFile } from "./display_view.ts";
import { writeNote } from "../terminal_output.ts";

/** Saves displayed values, each in a file of its own. */
export class DisplayFolder {
  readonly #path: string;
  #files = 0;

  /** @param path The folder, which is created on first use. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Saves a bundle and prints the path. A disk that is full or read-only does not end the run. */
  async save(bundle: MimeBundle): Promise<void> {
    const { name, content } = displayFile(bundle, ++this.#files);
    const path = join(this.#path, name);
    try {
      await Deno.mkdir(this.#path, { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
      writeNote(`saved ${path}`);
    } catch (error) {
      writeNote(`Cannot save ${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
}
