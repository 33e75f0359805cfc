/**
 * The value codec: JavaScript values to JSON and attachments, and back, without loss.
 *
 * Plain data is its own encoding, so `JSON.stringify` and `JSON.parse` do the work natively. Any other value becomes a
 * tree in which everything that JSON lacks is an object with the single key `$`, whose value is a list of a tag and its
 * arguments, for example `{"$":["date",0]}`. The set of values is that of structured cloning
 * (https://html.spec.whatwg.org/multipage/structured-data.html), cycles and shared references included, and also `URL`,
 * `URLSearchParams`, `Headers`, `Blob` and `File`. Differences from structured cloning:
 *
 * - Errors keep their name and their own properties. Their stack stays here, as it describes this side.
 * - A buffer that is visible through views only is cut to the part that they cover. A resizable one arrives with a
 *   fixed length.
 * - Properties of an array beside its elements cross if it has no more than 1,000 elements.
 * - Values are nested no more than 1,000 levels deep.
 * - A function that would hide a built-in method of its object does not cross, as code that calls the method would call
 *   it: no function beside the elements of an array, and none named `then`, `toJSON` or like a member of every object.
 * - No more than 10,000 elements of an array are missing, and a value has a budget for objects that are no plain data.
 *
 * @module
 */

import { Object, TypeError } from "../builtins.ts";
import type { BlobContents } from "./blobs.ts";
import { isPlainJson } from "./plain_json.ts";
import type { TreeExtension } from "./tree.ts";
import { TreeDecoder, type TreeDecoderOptions } from "./tree_decoder.ts";
import { TreeEncoder } from "./tree_encoder.ts";

/** Options of {@linkcode encode}. */
export interface EncodeOptions {
  /**
   * How to encode an instance of a class that is not a built-in: `refuse` it, or copy its own enumerable properties as
   * `data`. @default "refuse"
   */
  readonly instances?: "refuse" | "data";
  /** The name of the value in errors, for example `rows`. @default "value" */
  readonly name?: string;
  /** Writes values that the codec does not know. @default none */
  readonly extension?: TreeExtension;
  /** The contents of the Blobs in the value; see `withBlobs`. @default none: Blobs are refused */
  readonly blobs?: BlobContents | undefined;
}

/** A value in its encoded form. */
export interface EncodedValue {
  /** The part for the message: `plain` data as it is, or a `tree` with tags. Survives `JSON.stringify`. */
  readonly value: { readonly plain: unknown } | { readonly tree: unknown };
  /** The contents of the value's ArrayBuffers and Blobs, and its large strings, which travel beside the message. */
  readonly attachments: Uint8Array[];
}

/**
 * Encodes one value. Plain data is not copied: send it before it changes.
 *
 * @param value The value.
 * @param options How to treat class instances, and the name of the value in errors.
 * @returns The encoded form.
 * @throws {TypeError} If something in the value cannot be encoded; the message names the path, e.g. `rows[3].socket`.
 * @throws {RangeError} If the value is nested deeper than 1,000 levels, or exceeds its budget.
 */
export function encode(value: unknown, options: EncodeOptions = {}): EncodedValue {
  if (isPlainJson(value)) return { value: { plain: value }, attachments: [] };
  const { instances = "refuse", extension, blobs } = options;
  const extended = extension === undefined ? {} : { extension };
  const encoder = new TreeEncoder({
    instances,
    blobs,
    crosses: true,
    movesText: true,
    ...extended,
  });
  const tree = encoder.encode(value, options.name ?? "value");
  blobs?.check();
  return { value: { tree }, attachments: encoder.attachments() };
}

/**
 * Decodes a value that {@linkcode encode} made and a connection carried. Parts of the encoded form become parts of the
 * result: decode it once.
 *
 * @param encoded The `value` of the encoded form.
 * @param attachments The attachments of the message.
 * @param options The reader of values that the codec does not know.
 * @returns The value.
 * @throws {TypeError} If it is not an encoded value.
 * @throws {RangeError} If it is nested deeper than 1,000 levels, or exceeds its budget.
 */
export function decode(
  encoded: unknown,
  attachments: readonly Uint8Array[] = [],
  options: Pick<TreeDecoderOptions, "extension"> = {},
): unknown {
  if (typeof encoded === "object" && encoded !== null) {
    if (Object.hasOwn(encoded, "plain")) return (encoded as { plain: unknown }).plain;
    if (Object.hasOwn(encoded, "tree")) {
      const decoder = new TreeDecoder(attachments, { ...options, crosses: true });
      return decoder.decode((encoded as { tree: unknown }).tree);
    }
  }
  throw new TypeError("Cannot decode a value: it is neither plain data nor a tree");
}
