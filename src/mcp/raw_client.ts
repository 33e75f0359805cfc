/**
 * The official client as it is used here.
 *
 * @module
 */

import type { Client } from "@modelcontextprotocol/client";
import type { McpClient, McpRequestOptions } from "./request/mcp_client.ts";

/**
 * Returns a client whose lists are single pages, which are bounded here.
 *
 * @param client The client.
 */
export function rawClient(client: Client): McpClient {
  const plain = (options: McpRequestOptions = {}) => options as Record<string, unknown>;
  const list =
    (method: "tools/list" | "resources/list" | "resources/templates/list" | "prompts/list") =>
    (params?: { cursor?: string }, options?: McpRequestOptions): Promise<unknown> =>
      client.request({ method, ...(params === undefined ? {} : { params }) }, plain(options));
  return {
    listTools: list("tools/list"),
    listResources: list("resources/list"),
    listResourceTemplates: list("resources/templates/list"),
    listPrompts: list("prompts/list"),
    callTool: (params: { name: string; arguments?: Record<string, unknown> }, options: unknown) =>
      client.request({ method: "tools/call", params }, plain(options as McpRequestOptions)),
    readResource: (params, options) =>
      client.request({ method: "resources/read", params }, plain(options)),
    getPrompt: (params, options) =>
      client.request({ method: "prompts/get", params }, plain(options)),
    getServerCapabilities: () => client.getServerCapabilities(),
    getInstructions: () => client.getInstructions(),
  };
}
