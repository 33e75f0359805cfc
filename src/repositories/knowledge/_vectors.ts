/**
 * Vectors of texts, and how near they are.
 *
 * @module
 */

/** Maximum number of numbers of a vector. */
const MAX_DIMENSIONS = 65_536;

/**
 * Checks vectors that an embedding function has returned.
 *
 * @param vectors The vectors.
 * @param count Their expected number.
 */
export function checkVectors(vectors: unknown, count: number): Float32Array<ArrayBuffer>[] {
  const task = "embed texts";
  if (!Array.isArray(vectors) || vectors.length !== count) {
    throw new TypeError(
      `Cannot ${task}: embed() returned ${
        Array.isArray(vectors) ? `${vectors.length} vectors` : `a ${typeof vectors}`
      } for ${count} texts`,
    );
  }
  return vectors.map((vector: unknown) => {
    const numbers = Float32Array.from(vector as ArrayLike<number>);
    if (numbers.length === 0 || numbers.length > MAX_DIMENSIONS) {
      throw new TypeError(`Cannot ${task}: embed() returned a vector of ${numbers.length} numbers`);
    }
    if (!numbers.every(Number.isFinite)) {
      throw new TypeError(
        `Cannot ${task}: embed() returned a vector with something else than numbers`,
      );
    }
    return numbers;
  });
}

/** Returns a vector as text. */
export function vectorToText(vector: Float32Array<ArrayBuffer>): string {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength).toBase64();
}

/** Returns a vector that a text holds. */
export function vectorFromText(text: string): Float32Array<ArrayBuffer> {
  const bytes = Uint8Array.fromBase64(text);
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4));
}

/** Returns the cosine of the angle between two vectors; 0 if they cannot be compared. */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return 0;
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    squareA += a[i]! ** 2;
    squareB += b[i]! ** 2;
  }
  return squareA === 0 || squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB);
}
