/**
 * Descriptions of what cells throw.
 *
 * @module
 */

import { Error } from "../../rpc/builtins.ts";
import { headOf, tailOf, truncate } from "../../text/truncate.ts";
import type { CellErrorReport } from "../../rpc/protocol.ts";
import { show } from "./describe.ts";
import { detailsOf, titleOf } from "./error_details.ts";
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
      const title = titleOf(thrown);
      const name = truncate(title.name, MAX_PART_CHARS);
      const { message } = title;
      const stack = stacks.rewrite(named(name, withoutGuards(stackOf(thrown, { name, message }))));
      const details = detailsOf(thrown, stacks);
      return {
        name,
        message,
        ...(details.length === 0 ? {} : { details }),
        stack,
        frames: stacks.frames(stack),
      };
    }
  } catch {
    // An error whose properties throw is shown as any other value.
  }
  const text = stacks.rewrite(truncate(show(thrown), MAX_PART_CHARS));
  return { name: "Uncaught", message: text, stack: `Uncaught ${text}`, frames: [] };
}

/** Returns a description as a text: the stack, and all that the error says besides. */
export function describedAsText({ stack, details = [] }: CellErrorReport): string {
  let text = stack;
  for (let i = 0; i < details.length; i++) text += `\n${details[i]}`;
  return text;
}

/** Returns the stack, with both ends if it is too long: the message stands at the beginning, the frames at the end. */
function stackOf(error: Error, { name, message }: { name: string; message: string }): string {
  const stack = `${error.stack ?? `${name}: ${message}`}`;
  if (stack.length <= MAX_PART_CHARS) return stack;
  const half = MAX_PART_CHARS / 2;
  return `${headOf(stack, half)}\n...\n${tailOf(stack, half)}`;
}

/** Puts the name of the class in front of a stack that begins with that of a built-in one. */
function named(name: string, stack: string): string {
  const rest = stack.startsWith("Error") ? stack.slice("Error".length) : undefined;
  return rest === undefined || name.startsWith("Error") || rest !== "" && !isEnd(rest[0]!)
    ? stack
    : name + rest;
}

function isEnd(character: string): boolean {
  return character === ":" || character === "\n";
}
