/**
 * Hashes of contents.
 *
 * @module
 */

/**
 * Returns the SHA-256 hash of bytes, as 64 hexadecimal digits.
 *
 * @param bytes The bytes.
 */
export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
