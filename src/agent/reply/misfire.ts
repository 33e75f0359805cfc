/**
 * Replies that were meant to act and contain no cell: they are answered with a correction.
 *
 * @module
 */

import { headOf } from "../../text/truncate.ts";

/** A reply without a cell. */
export interface ReplyShape {
  /** The text. */
  readonly text: string;
  /** Languages of its blocks. */
  readonly blocks: readonly string[];
  /** Code of a block between words of a line. */
  readonly inline?: string | undefined;
  /** Whether the model called a tool, by the protocol of the server or by a channel. */
  readonly calledTool: boolean;
}

/** Languages of blocks that are data or prose, and so may well be the answer. */
const DATA: ReadonlySet<string> = new Set(
  ("json json5 jsonc jsonl yaml yml toml ini csv tsv xml html svg css scss markdown md mdx text txt plaintext plain log " +
    "diff patch mermaid latex tex math output console-output env dotenv properties http graphql proto regex bnf ebnf")
    .split(" "),
);

/** Calls of tools that models write as text, in the formats that they were trained on. */
const TOOL_MARKUP =
  /<(tool_?calls?|function_?calls?|tool_?use|invoke|tool_code|function|execute\w*|run_?code|code|action|antml:invoke|antml:function_calls|[｜|]tool[^>]{0,30})(?:[\s=][^<>]{0,200})?>|<\|(tool_?calls?|python_tag|tool_call_begin|tool▁calls?▁begin)[^>]{0,20}>|<｜tool▁calls?▁begin｜>|\[TOOL_CALLS?\]|\[TOOL_REQUEST\]|^[ \t]*Action:[ \t]*\S{1,200}[ \t]*\n[ \t]*Action Input:/im;

/** Names of fields with the tool, and of those with its arguments. */
const NAME_FIELDS = [
  "name",
  "tool",
  "tool_name",
  "function",
  "function_name",
  "action",
  "recipient_name",
  "command",
  "tool_calls",
];
const ARGUMENT_FIELDS = [
  "arguments",
  "parameters",
  "args",
  "input",
  "params",
  "tool_input",
  "action_input",
  "kwargs",
  "tool_calls",
  "code",
];

/** Characters of a reply that are looked at. */
const MAX_READ_CHARS = 100_000;

/** Words of a block without a language that is code for a cell. */
const CODE =
  /^[ \t]*(await |const |let |var |for ?\(|return |import |async function|function \w+\(|console\.log\()/m;

/**
 * Explains why a reply was not understood, for the model; `undefined` if the reply is an answer.
 *
 * @param shape The reply.
 * @param language The language of cells, for the advice.
 */
export function explainMisfire(shape: ReplyShape, language: string): string | undefined {
  const found = misfire({ ...shape, text: headOf(shape.text, MAX_READ_CHARS) });
  if (found === undefined) return undefined;
  return `${found}, so nothing was executed. To act, write one block that begins with \`\`\`${language} on a line of its own ` +
    "and ends with ``` on a line of its own. If your reply was the answer, and not an attempt to act, give it again.";
}

function misfire({ text, blocks, inline, calledTool }: ReplyShape): string | undefined {
  if (calledTool) return "You called a tool, and there are no tools here";
  if (TOOL_MARKUP.test(withoutCode(text)) || isToolCall(text)) {
    return "Your reply has a call of a tool as text, which is not understood";
  }
  if (inline !== undefined) return "The code stands between words of a line";
  if (blocks.length === 0) return undefined;
  if (blocks.every((language) => language === "")) {
    const code = /```\s*\n([\s\S]*?)(?:```|$)/.exec(text)?.[1] ?? "";
    return CODE.test(code) ? "The code block names no language" : undefined;
  }
  const strange = blocks.filter((language) => language !== "" && !DATA.has(language));
  if (strange.length < blocks.length) return undefined;
  return `Blocks in ${JSON.stringify(strange[0]!.slice(0, 40))} are not run`;
}

/** Returns text without inline code, where markup is only mentioned. */
function withoutCode(text: string): string {
  return text.replace(/`[^`\n]*`/g, "");
}

/** Whether a text is, or has a block that is, JSON that names a tool and its arguments. */
function isToolCall(text: string): boolean {
  // Many models announce a call in words.
  const start = text.search(/^[[{]/m);
  const bodies = [
    text,
    start === -1 ? "" : text.slice(start),
    ...[...text.matchAll(/```(?:json\w*)?[ \t]*\n([\s\S]*?)```/g)].map(([, body]) => body!),
  ];
  return bodies.some((body) => {
    const trimmed = body.trim();
    if (!/^[[{][\s\S]*[\]}]$/.test(trimmed)) return false;
    try {
      const value: unknown = JSON.parse(trimmed);
      return (Array.isArray(value) ? value : [value]).some(namesTool);
    } catch {
      return false;
    }
  });
}

function namesTool(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const has = (names: readonly string[]) => names.some((name) => Object.hasOwn(value, name));
  const { function: inner } = value as { function?: unknown };
  if (typeof inner === "object" && inner !== null) return namesTool(inner);
  return has(NAME_FIELDS) && has(ARGUMENT_FIELDS);
}
