/**
 * Recordings as scripts of a server.
 *
 * @module
 */

import type { ScriptedReply } from "../model/testing/scripted_server.ts";
import type { RecordedReply } from "./recorded_model.ts";

/** The status of a recorded failure that has none. */
const FAILED = 400;

/**
 * Turns a recording into the script of a `ScriptedServer`, for clients that are to speak HTTP.
 *
 * @param replies The replies of a recording.
 * @returns The script, in the order of the recording.
 *
 * @example Serve a recording
 * ```ts
 * import { readRecording, ScriptedServer, scriptOf } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const chunks = [{ type: "text", text: "Hello" }, { type: "end", finishReason: "stop" }];
 * const text = JSON.stringify({ version: 1, replies: [{ key: "", chunks }] });
 * await using server = new ScriptedServer({ replies: scriptOf(readRecording(text, "talk.json")) });
 * const [chunk] = await Array.fromAsync(server.model().stream([{ role: "user", content: "Hi" }]));
 * assertEquals(chunk, { type: "text", text: "Hello" });
 * ```
 */
export function scriptOf(replies: readonly RecordedReply[]): ScriptedReply[] {
  return replies.map(({ chunks, error, left }) => {
    const textOf = (type: "text" | "reasoning") =>
      chunks.map((chunk) => chunk.type === type ? chunk.text : "").join("");
    const content = textOf("text");
    const end = chunks.find((chunk) => chunk.type === "end");
    const begun = chunks.some(({ type }) => type === "text" || type === "tool_call");
    if (error !== undefined && !begun) {
      return { content: error.message, status: error.status ?? FAILED };
    }
    return {
      content,
      reasoning: textOf("reasoning"),
      toolCalls: chunks.filter((chunk) => chunk.type === "tool_call")
        .map(({ id, name, arguments: args }) => ({ id, name, arguments: args })),
      ...(end === undefined ? {} : { finishReason: end.finishReason }),
      ...(error === undefined ? {} : { breakAfter: [...content].length }),
      // The reader of the recorded reply knew no more either.
      ...(left ? { stall: true } : {}),
    };
  });
}
