/**
 * The transcript of a conversation, as Markdown.
 *
 * @module
 */

import type { MessageNode } from "../../session/record/message_tree.ts";
import type { Session } from "../../session/session.ts";

const TITLES: Readonly<Record<string, string>> = {
  user: "Question",
  assistant: "Answer",
  execution_result: "Result of the cell",
  summary: "Summary",
};

/**
 * Writes the messages of a conversation down.
 *
 * @param name The name of the conversation.
 * @param messages The messages.
 */
export function transcriptOf(name: string, messages: readonly MessageNode[]): string {
  const parts = messages.map(({ message: { role, content } }) => {
    const text = role === "execution_result" ? fenced(content) : content.trim();
    return `## ${TITLES[role] ?? role}\n\n${text}\n`;
  });
  return [`# ${name}\n`, ...parts].join("\n");
}

/** Puts text into a block of code, whatever blocks it has itself. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text.trim()}\n${fence}`;
}

/**
 * Writes a conversation into a new file.
 *
 * @param path The file, which must not exist.
 * @param session The conversation.
 * @throws {TypeError} If it cannot be written.
 */
export async function saveTranscript(
  path: string,
  { id, messages }: Pick<Session, "id" | "messages">,
): Promise<void> {
  try {
    await Deno.writeTextFile(path, transcriptOf(id, messages), { createNew: true });
  } catch (cause) {
    const reason = cause instanceof Deno.errors.AlreadyExists
      ? "it exists already"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new TypeError(`Cannot save the conversation as ${path}: ${reason}`, { cause });
  }
}
