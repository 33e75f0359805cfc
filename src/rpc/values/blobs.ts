/**
 * `Blob` and `File`. Reading their contents is asynchronous, so a value that holds some is written twice: the first
 * attempt finds them, the second one has their contents.
 *
 * @module
 */

import { Error, Map, Object, type Promise, realm, Reflect, TypeError } from "../builtins.ts";

const { apply } = Reflect;
const toStringTag = Object.prototype.toString;
const globals = {
  Blob: Object.getOwnPropertyDescriptor(globalThis, "Blob")!,
  File: Object.getOwnPropertyDescriptor(globalThis, "File")!,
};

/** Deno loads these classes on first use: a kernel that needs none never loads them. */
function load<N extends keyof typeof globals>(name: N): (typeof globalThis)[N] {
  const { get, value } = globals[name];
  return get === undefined ? value : apply(get, realm, []);
}

/** Returns whether a value is a `Blob` or a `File`. */
export function isBlob(value: object): value is Blob {
  const tag = apply(toStringTag, value, []) as string;
  return (tag === "[object Blob]" || tag === "[object File]") && value instanceof load("Blob");
}

/** Returns whether a value is a `File`. */
export function isFile(value: Blob): value is File {
  return value instanceof load("File");
}

/** Creates a `Blob` with a media type. */
export function makeBlob(content: ArrayBuffer | Blob, type: string): Blob {
  return new (load("Blob"))([content], { type });
}

/** Creates a `File`. */
export function makeFile(
  content: Blob,
  { name, type, lastModified }: { name: string; type: string; lastModified: number },
): File {
  return new (load("File"))([content], name, { type, lastModified });
}

/** Thrown when a value cannot be written because its Blobs are not read yet. */
class BlobsNotRead extends Error {
  override readonly name = "BlobsNotRead";
}

/** The contents of Blobs, as far as they were read. */
export class BlobContents {
  readonly #contents = new Map<Blob, ArrayBuffer | undefined>();
  #missing = false;

  /** Returns the contents of a Blob, or `undefined` if they were not read yet. */
  get(blob: Blob): ArrayBuffer | undefined {
    const content = this.#contents.get(blob);
    if (content === undefined) {
      this.#contents.set(blob, undefined);
      this.#missing = true;
    }
    return content;
  }

  /** Throws if the contents of a Blob were missing. To be called when the value has been written. */
  check(): void {
    if (this.#missing) throw new BlobsNotRead("Cannot write a Blob before it is read");
  }

  /** Reads the missing contents. */
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
 * @param write Writes the value, with the contents of Blobs as far as they were read.
 * @returns The result of `write`; a promise of it if Blobs had to be read.
 * @throws What `write` throws.
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

/** Maximum number of attempts. The value may gain Blobs meanwhile, but a getter may return a new Blob each time. */
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
