/**
 * A folder for what cells display.
 *
 * @module
 */

import { join } from "node:path";
import type { MimeBundle } from "../runtime/runtime.ts";
import { displayFile } from "./display_view.ts";

/** Saves what is displayed, one file after the other. */
export class DisplayFolder {
  readonly #path: string;
  #files = 0;

  /** @param path The folder; it is made when it is needed. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Saves a bundle and says where. A disk that is full or closed does not end the run. */
  async save(bundle: MimeBundle): Promise<void> {
    const { name, content } = displayFile(bundle, ++this.#files);
    const path = join(this.#path, name);
    try {
      await Deno.mkdir(this.#path, { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
      console.error(`saved ${path}`);
    } catch (error) {
      console.error(`Cannot save ${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
}
