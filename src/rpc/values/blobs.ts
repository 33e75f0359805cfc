/**
 * `Blob` and `File`. What they hold has to be waited for, so a value with some of them is written twice: the first attempt
 * finds them, the second one has their contents.
 *
 * @module
 */

import { Error, Map, Object, type Promise, Reflect, TypeError } from "../builtins.ts";

const { apply } = Reflect;
const toStringTag = Object.prototype.toString;
const globals = {
  Blob: Object.getOwnPropertyDescriptor(globalThis, "Blob")!,
  File: Object.getOwnPropertyDescriptor(globalThis, "File")!,
};

/** Deno loads the classes when somebody asks for them: a kernel that has none does without. */
function load<N extends keyof typeof globals>(name: N): (typeof globalThis)[N] {
  const { get, value } = globals[name];
  return get === undefined ? value : apply(get, globalThis, []);
}

/** Whether a value is a `Blob` or a `File`. */
export function isBlob(value: object): value is Blob {
  const tag = apply(toStringTag, value, []) as string;
  return (tag === "[object Blob]" || tag === "[object File]") && value instanceof load("Blob");
}

/** Whether a value is a `File`. */
export function isFile(value: Blob): value is File {
  return value instanceof load("File");
}

/** A `Blob` of a type. */
export function makeBlob(content: ArrayBuffer, type: string): Blob {
  return new (load("Blob"))([content], { type });
}

/** A `File`. */
export function makeFile(
  content: ArrayBuffer,
  { name, type, lastModified }: { name: string; type: string; lastModified: number },
): File {
  return new (load("File"))([content], name, { type, lastModified });
}

/** Thrown when a value cannot be written before its Blobs are read. */
class BlobsNotRead extends Error {
  override readonly name = "BlobsNotRead";
}

/** What Blobs hold, as far as it was read. */
export class BlobContents {
  readonly #contents = new Map<Blob, ArrayBuffer | undefined>();
  #missing = false;

  /** What a Blob holds; nothing, if that was not read yet. */
  get(blob: Blob): ArrayBuffer | undefined {
    const content = this.#contents.get(blob);
    if (content === undefined) {
      this.#contents.set(blob, undefined);
      this.#missing = true;
    }
    return content;
  }

  /** To be called when the value has been written: it is not complete if the contents of a Blob were missing. */
  check(): void {
    if (this.#missing) throw new BlobsNotRead("Cannot write a Blob before it is read");
  }

  /** Reads what was missing. */
  async read(): Promise<void> {
    this.#missing = false;
    const { arrayBuffer } = load("Blob").prototype;
    const blobs: Blob[] = [];
    this.#contents.forEach((content, blob) => {
      if (content === undefined) blobs[blobs.length] = blob;
    });
    for (let i = 0; i < blobs.length; i++) {
      this.#contents.set(blobs[i]!, await apply(arrayBuffer, blobs[i]!, []) as ArrayBuffer);
    }
  }
}

/**
 * Writes a value, and reads the Blobs in it first if there are any.
 *
 * @param write Writes it, with the contents of Blobs as far as they are there.
 * @returns What it gives; a promise for that, if Blobs had to be read.
 * @throws What it throws.
 */
export function withBlobs<T>(write: (blobs: BlobContents) => T): T | Promise<T> {
  const blobs = new BlobContents();
  try {
    return write(blobs);
  } catch (error) {
    if (!(error instanceof BlobsNotRead)) throw error;
    return writeLater(write, blobs);
  }
}

/** Whoever has the value may put more into it meanwhile, but a getter may give another Blob each time. */
const MAX_READS = 5;

async function writeLater<T>(write: (blobs: BlobContents) => T, blobs: BlobContents): Promise<T> {
  for (let reads = 0; reads < MAX_READS; reads++) {
    await blobs.read();
    try {
      return write(blobs);
    } catch (error) {
      if (!(error instanceof BlobsNotRead)) throw error;
    }
  }
  throw new TypeError("Cannot encode a value: it has other Blobs each time it is looked at");
}
