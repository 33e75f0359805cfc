/**
 * Why a name is not in a snapshot, or not back. What was thrown comes from a cell and may be anything.
 *
 * @module
 */

/** The beginning of the messages of the codec. */
const REFUSAL = "Cannot encode ";

/**
 * Returns why a value cannot be written: the codec's error, as the end of a sentence about the name.
 *
 * @param thrown What was thrown.
 * @param name The name.
 */
export function writeLossReason(thrown: unknown, name: string): string {
  try {
    const text = `${(thrown as { message: unknown }).message}`;
    if (!text.startsWith(REFUSAL)) return `something in it throws: ${text}`;
    const message = text.slice(REFUSAL.length);
    return message.startsWith(`${name}: `)
      ? message.slice(name.length + 2)
      : message.replace(": it is ", " is ");
  } catch {
    return "something in it throws";
  }
}

/** Returns why a name could not be restored. */
export function readLossReason(thrown: unknown): string {
  try {
    return `${(thrown as { message: unknown }).message}`;
  } catch {
    return "what makes it throws";
  }
}
