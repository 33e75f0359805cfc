/**
 * Descriptions of what cells throw.
 *
 * @module
 */

import { Error } from "../../rpc/builtins.ts";
import type { CellErrorReport } from "../../rpc/protocol.ts";
import { show } from "./describe.ts";
import { withoutGuards } from "./source_text.ts";
import type { StackMapper } from "./stack_mapper.ts";

/** Maximum length of each part of a report: more than a model or a person reads, and a fraction of a frame. */
const MAX_PART_CHARS = 100_000;

/**
 * Describes a value that a cell threw.
 *
 * @param thrown Any value.
 * @param stacks Maps positions to the text of cells.
 */
export function describeError(thrown: unknown, stacks: StackMapper): CellErrorReport {
  try {
    if (thrown instanceof Error) {
      const name = cut(`${thrown.name}`);
      // Some messages quote a function.
      const message = withoutGuards(cut(`${thrown.message}`));
      const written = withoutGuards(cutMiddle(`${thrown.stack ?? `${name}: ${message}`}`));
      const stack = stacks.rewrite(written);
      const cause = causeOf(thrown);
      return {
        name,
        message,
        ...(cause === undefined ? {} : { cause }),
        stack,
        frames: stacks.frames(stack),
      };
    }
  } catch {
    // An error whose properties throw is shown as any other value.
  }
  const text = stacks.rewrite(cut(show(thrown)));
  return { name: "Uncaught", message: text, stack: `Uncaught ${text}`, frames: [] };
}

/** Returns the cause of an error, in a line. */
function causeOf({ cause }: Error): string | undefined {
  if (cause === undefined) return undefined;
  return cut(cause instanceof Error ? `${cause.name}: ${cause.message}` : show(cause));
}

/** Returns the beginning of a text that is too long. */
function cut(text: string): string {
  if (text.length <= MAX_PART_CHARS) return text;
  const left = text.length - MAX_PART_CHARS;
  return `${text.slice(0, MAX_PART_CHARS)}... (${left} characters left out)`;
}

/** Returns both ends of a stack that is too long: the message stands at the beginning, the frames at the end. */
function cutMiddle(stack: string): string {
  if (stack.length <= MAX_PART_CHARS) return stack;
  const half = MAX_PART_CHARS / 2;
  return `${stack.slice(0, half)}\n...\n${stack.slice(stack.length - half)}`;
}
