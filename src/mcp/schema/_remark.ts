/** Comments on the members of a type. */

import { headOf } from "../../text/truncate.ts";
import { isSchema, type JsonSchema } from "./_type_text.ts";

/** Characters of a comment. */
const MAX_REMARK_CHARS = 300;

/** Characters of a default value. */
const MAX_DEFAULT_CHARS = 60;

/** Bounds of values that types do not express, with words for them. */
const BOUNDS: readonly [key: string, words: string][] = [
  ["minimum", "at least"],
  ["exclusiveMinimum", "above"],
  ["maximum", "at most"],
  ["exclusiveMaximum", "below"],
  ["maxLength", "characters at most"],
  ["minItems", "items at least"],
  ["maxItems", "items at most"],
];

/** Returns the comment on a member, with a line feed at its end; empty if there is nothing to say. */
export function remarkOf(schema: unknown): string {
  if (!isSchema(schema)) return "";
  const description = typeof schema.description === "string" ? schema.description : "";
  const facts = factsOf(schema).join(", ");
  const text = [description.replaceAll(/\s+/g, " ").trim(), facts && `(${facts})`]
    .filter((part) => part !== "").join(" ");
  if (text === "") return "";
  const short = text.length > MAX_REMARK_CHARS ? `${headOf(text, MAX_REMARK_CHARS)}...` : text;
  return `/** ${short.replaceAll("*/", "*\\/")} */\n`;
}

function factsOf(schema: JsonSchema): string[] {
  const facts: string[] = [];
  if (typeof schema.format === "string") facts.push(headOf(schema.format, 30));
  for (const [key, words] of BOUNDS) {
    const value = schema[key];
    if (typeof value === "number") facts.push(`${words} ${value}`);
  }
  if (schema.default !== undefined && schema.default !== null) {
    const text = JSON.stringify(schema.default);
    if (text.length <= MAX_DEFAULT_CHARS) facts.push(`default ${text}`);
  }
  if (schema.deprecated === true) facts.push("deprecated");
  return facts;
}
