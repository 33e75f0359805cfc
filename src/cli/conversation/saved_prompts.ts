/**
 * Prompts of files in a conversation: `/prompt NAME`, or `/NAME`.
 *
 * @module
 */

import type { Resource } from "../../resources/discover_resources.ts";
import { nearNames } from "../../text/near_names.ts";
import { CommandError, SLASH_COMMANDS } from "./slash_commands.ts";

/** Prompts by name. */
export type SavedPrompts = ReadonlyMap<string, Resource<string>>;

/**
 * Returns the question that a line with the name of a prompt stands for. Words behind the name take the place of `$ARGUMENTS`, or
 * follow the text. Commands come before prompts of the same name.
 *
 * @param line The line.
 * @param prompts The prompts.
 * @returns The question; `undefined` if the line names none.
 * @throws {CommandError} If `/prompt` has the name of none.
 */
export function expandPrompt(line: string, prompts: SavedPrompts): string | undefined {
  const [, explicit, name = "", words = ""] = /^\/(prompt\s+)?(\S*)\s*([^]*)$/.exec(line.trim()) ??
    [];
  if (name === "" || explicit === undefined && SLASH_COMMANDS.includes(`/${name}`)) {
    return undefined;
  }
  const text = prompts.get(name)?.value;
  if (text === undefined) {
    if (explicit === undefined) return undefined;
    const [near] = nearNames(name, [...prompts.keys()]);
    throw new CommandError(
      `There is no prompt ${name}${
        near === undefined ? "" : `; did you mean ${near}?`
      } /prompt lists them`,
    );
  }
  if (text.includes("$ARGUMENTS")) return text.replaceAll("$ARGUMENTS", () => words);
  return words === "" ? text : `${text}\n\n${words}`;
}
