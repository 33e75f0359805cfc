/**
 * A model for the code blocks of the documentation, so that they run word for word as users paste them.
 *
 * @module
 */

import type { ScriptedServer } from "../../src/model/testing/scripted_server.ts";

/** The reply to the question of the README's first example. */
const CELL = "```ts\ngreeting = await reverse(secret);\n```";

/** Starts a server that speaks the OpenAI protocol. */
export async function startModel(): Promise<ScriptedServer> {
  // Loaded late: the gate has to start and report even if the checked code does not load.
  const { ScriptedServer } = await import("../../src/model/testing/scripted_server.ts");
  return new ScriptedServer({
    replies: ({ messages }) =>
      messages.at(-1)?.content === "Reverse the secret" ? CELL : "It says: Hello, world!",
  });
}
