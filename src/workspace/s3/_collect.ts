/** The bytes of an answer. */

import { checkSize } from "../_contents.ts";

/** Reads a stream, as far as its size is allowed. */
export async function collect(
  body: ReadableStream<Uint8Array>,
  { path, maxBytes }: { readonly path: string; readonly maxBytes: number | undefined },
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > (maxBytes ?? Infinity)) await reader.cancel();
    checkSize(size, { path, maxBytes });
    chunks.push(part.value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
