/**
 * The requests that servers make of the host: questions to the user, the model, and folders.
 *
 * @module
 */

import type { Client } from "@modelcontextprotocol/client";
import type { McpOptions } from "./mcp_options.ts";
import { formOf } from "./request/elicitation.ts";
import { Sampler, type SamplingParams } from "./sampling.ts";

/** Options of {@linkcode answerRequests}. */
export interface AnswerOptions extends Pick<McpOptions, "sampling" | "roots"> {
  /** The name of the server. */
  readonly server: string;
  /** Answers questions to the user. */
  readonly elicit: NonNullable<McpOptions["elicit"]>;
}

/**
 * Answers the requests of a server.
 *
 * @param client The client, which is not connected yet.
 * @param options The answers.
 */
export function answerRequests(
  client: Client,
  { server, elicit, sampling, roots }: AnswerOptions,
): void {
  client.setRequestHandler("elicitation/create", async ({ params }, { mcpReq: { signal } }) => {
    if (!("requestedSchema" in params)) return { action: "decline" };
    const schema = params.requestedSchema as Record<string, unknown>;
    const request = { server, message: params.message, schema, signal };
    const { action, content } = await elicit(request);
    if (action !== "accept") return { action };
    // Fields that the answer leaves out have their defaults.
    const defaults = formOf(request).content as NonNullable<typeof content>;
    return { action, content: { ...defaults, ...content } };
  });
  if (sampling !== undefined) {
    const sampler = new Sampler(server, sampling);
    client.setRequestHandler(
      "sampling/createMessage",
      async ({ params }, { mcpReq: { signal } }) => ({
        ...await sampler.sample(params as SamplingParams, signal),
      }),
    );
  }
  if (roots !== undefined) {
    client.setRequestHandler("roots/list", () => ({ roots: roots.map((uri) => ({ uri })) }));
  }
}
