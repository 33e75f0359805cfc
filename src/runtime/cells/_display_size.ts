/** The memory that a displayed value takes on the host. */

import type { MimeBundle } from "../../rpc/protocol.ts";

/** Approximate size of a node of an object in bytes, beside the texts in it. */
const NODE_BYTES = 16;

/**
 * Estimates the size of a displayed value.
 *
 * @param bundle The value; it comes from a cell, and may be anything, even circular.
 * @param maxBytes The size at which the estimate ends.
 * @returns The size in bytes; `undefined` if it is more than `maxBytes`.
 */
export function displaySize(bundle: MimeBundle, maxBytes: number): number | undefined {
  const seen = new Set<object>();
  const open: unknown[] = [bundle];
  let bytes = 0;
  while (open.length > 0) {
    const value = open.pop();
    bytes += NODE_BYTES;
    if (typeof value === "string") bytes += 2 * value.length;
    else if (value instanceof ArrayBuffer) bytes += value.byteLength;
    else if (ArrayBuffer.isView(value)) bytes += value.byteLength;
    else if (value instanceof Blob) bytes += value.size;
    else if (typeof value === "object" && value !== null && !seen.has(value)) {
      seen.add(value);
      if (value instanceof Map) { for (const entry of value) open.push(...entry); }
      else if (value instanceof Set) { for (const entry of value) open.push(entry); }
      else for (const key of Object.keys(value)) open.push(key, Reflect.get(value, key));
    }
    if (bytes > maxBytes) return undefined;
  }
  return bytes;
}
