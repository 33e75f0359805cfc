/**
 * Parquet files: rows of objects.
 *
 * @module
 */

import { type Compressors, parquetMetadata, parquetReadObjects } from "hyparquet";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";

/** Maximum number of rows. */
const MAX_ROWS = 10_000_000;

type Decompress = NonNullable<Compressors[keyof Compressors]>;

/** Returns a function of the library from one of Node, which fails instead of unpacking to more than expected. */
function decompressor(
  decompress: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array,
): Decompress {
  return (bytes, length) => decompress(bytes, { maxOutputLength: Math.max(1, length) });
}

const COMPRESSORS: Compressors = {
  GZIP: decompressor(gunzipSync),
  BROTLI: decompressor(brotliDecompressSync),
  ZSTD: decompressor(zstdDecompressSync),
};

/**
 * Reads all rows. Integers of 64 bits that a `number` cannot hold stay a `bigint`.
 *
 * @param bytes The file.
 * @throws {TypeError} If it is no Parquet file, has too many rows, or is compressed in a way that is not known.
 */
export async function readParquet(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const file = bytes.slice().buffer;
  try {
    const metadata = parquetMetadata(file);
    if (metadata.num_rows > BigInt(MAX_ROWS)) {
      throw new TypeError(`it has ${metadata.num_rows} rows, and ${MAX_ROWS} are allowed`);
    }
    const rows = await parquetReadObjects({ file, metadata, compressors: COMPRESSORS });
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, exact(value)]))
    );
  } catch (cause) {
    if (cause instanceof TypeError && cause.message.startsWith("it has")) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`it is no Parquet file that can be read (${reason})`, { cause });
  }
}

function exact(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (Array.isArray(value)) return value.map(exact);
  return value ?? null;
}
