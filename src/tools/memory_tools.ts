/**
 * Tools by which a model asks the user, and keeps notes when its history gets long.
 *
 * @module
 */

import { z } from "zod";
import { scopeOf } from "../agent/team/run_scope.ts";
import { defineTool } from "./family/tool.ts";
import { type ToolFamily, toolFamily } from "./family/tool_family.ts";

const MAX_NOTE_CHARS = 4_000;
const MAX_OPTIONS = 20;

/**
 * Makes a tool that asks the user. The run waits for `run.answer()`.
 *
 * @returns The tool: `user.ask(question, { options, several, other })` in cells, `ask_user` in tool calls.
 */
export function askTools(): ToolFamily {
  const ask = defineTool({
    member: "ask",
    tool: "ask_user",
    description:
      "Asks the user a question, and waits for the answer. With options the user chooses one; with several, any number of " +
      "them; with other, the answer may be another one.",
    input: z.strictObject({
      question: z.string().trim().min(1).max(10_000),
      options: z.array(z.string().trim().min(1).max(500)).max(MAX_OPTIONS).default([]),
      several: z.boolean().default(false),
      other: z.boolean().default(true),
    }),
    positional: ["question"],
    returns: "string | string[]",
    effect: "read",
    timeoutMs: Infinity,
    call: async ({ question, options: given, several, other }, { signal }) => {
      const options = [...new Set(given)];
      const scope = scopeOf("user.ask");
      const stop = AbortSignal.any([signal, scope.signal]);
      const suffix = options.length > 0 && several
        ? "\n(Several answers are possible, one a line.)"
        : "";
      for (let asked = question + suffix;;) {
        const answer = await scope.askUser(asked, { options, signal: stop });
        const chosen = several
          ? answer.split("\n").map((line) => line.trim()).filter((line) => line !== "")
          : [answer.trim()];
        const isKnown = options.length === 0 || other ||
          chosen.every((choice) => options.includes(choice));
        if (isKnown) return several ? chosen : answer.trim();
        asked = `${question}${suffix}\n(Please choose from the list.)`;
      }
    },
  });
  return toolFamily([ask], { name: "user", description: "The user" });
}

/**
 * Makes a tool by which the model shortens its own history: its note stays, and what is old is summarised at the next step.
 *
 * @returns The tool: `history.compress(note)` in cells, `compress_memory` in tool calls.
 */
export function compressTools(): ToolFamily {
  const compress = defineTool({
    member: "compress",
    tool: "compress_memory",
    description:
      "Shortens the conversation, when much of it is no longer needed. The note comes back word for word: write into it what " +
      "you have to know, such as decisions, names, open ends.",
    input: z.strictObject({ note: z.string().trim().min(1).max(MAX_NOTE_CHARS) }),
    positional: ["note"],
    returns: "string",
    effect: "read",
    call: ({ note }) => {
      scopeOf("history.compress").note(note);
      return Promise.resolve(
        "The note is kept, and the conversation is shortened before your next reply.",
      );
    },
  });
  return toolFamily([compress], { name: "history", description: "Your conversation" });
}
