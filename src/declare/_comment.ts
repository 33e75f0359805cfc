/** Descriptions as comments in TypeScript. */

import { escapeTags } from "../text/escape_tags.ts";

/** Returns the comment before a declaration, with a line feed at its end; empty without a description. */
export function commentOf(description: string | undefined): string {
  if (description === undefined || description.trim() === "") return "";
  const lines = escapeTags(description.trim()).replaceAll("*/", "*\\/").split(
    /\r\n|[\n\r\u2028\u2029]/,
  );
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}
