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

/**
 * Describes a value that a cell threw.
 *
 * @param thrown Any value.
 * @param stacks Maps positions to the text of cells.
 */
export function describeError(thrown: unknown, stacks: StackMapper): CellErrorReport {
  try {
    if (thrown instanceof Error) {
      const name = `${thrown.name}`;
      // Some messages quote a function.
      const message = withoutGuards(`${thrown.message}`);
      const written = withoutGuards(`${thrown.stack ?? `${name}: ${message}`}`);
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
  const text = stacks.rewrite(show(thrown));
  return { name: "Uncaught", message: text, stack: `Uncaught ${text}`, frames: [] };
}

/** Returns the cause of an error, in a line. */
function causeOf({ cause }: Error): string | undefined {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : show(cause);
}
