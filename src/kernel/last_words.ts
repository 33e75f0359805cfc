/**
 * The last words of a kernel: a line on stderr that says why it ends, which the host shows.
 *
 * @module
 */

import { TextEncoder } from "../rpc/builtins.ts";
import { LAST_WORDS } from "../rpc/protocol.ts";

// Captured, because cells have another `Deno`, or none.
const { stderr } = Deno;

/**
 * Writes them.
 *
 * @param reason The reason, without a full stop.
 */
export function sayLastWords(reason: string): void {
  try {
    stderr.writeSync(new TextEncoder().encode(`${LAST_WORDS}${reason}\n`));
  } catch {
    // The host is gone, and the kernel has to go as well.
  }
}
