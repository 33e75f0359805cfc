/**
 * Resources and prompts of a server as functions.
 *
 * @module
 */

import { defineFunction, type HostFunction } from "../inject/host_function.ts";
import type { HostCallContext } from "../runtime/cells/ongoing_calls.ts";
import type { Connection } from "./connection.ts";
import type { McpClient, McpRequestOptions } from "./request/mcp_client.ts";
import { listAll } from "./server_lists.ts";

/** Items of a list of resources or prompts. */
const MAX_ITEMS = 5_000;

/** A function that a server offers beside its tools. */
export interface Offer {
  /** The wanted name. */
  readonly name: string;
  /** Makes the function, by the path by which cells call it. */
  readonly define: (path: string) => HostFunction;
}

const RESOURCE = "interface McpResource {\n  uri: string;\n  name: string;\n  title?: string;\n  " +
  "description?: string;\n  mimeType?: string;\n}";

const CONTENTS =
  "interface McpContents {\n  uri: string;\n  mimeType?: string;\n  text?: string;\n  data?: Uint8Array;\n}";

const PROMPT =
  "interface McpPrompt {\n  name: string;\n  title?: string;\n  description?: string;\n  " +
  "arguments?: { name: string; description?: string; required?: boolean }[];\n}";

/**
 * Returns the functions for what a server offers beside tools.
 *
 * @param connection The server.
 */
export function offersOf(connection: Connection): Offer[] {
  const { client } = connection;
  const offers: Offer[] = [];
  const offer = (
    name: string,
    parts: Omit<RequestParts, "connection">,
  ) => offers.push({ name, define: (path) => toFunction(path, { ...parts, connection }) });
  if (connection.offers("resources")) {
    if (client.listResources !== undefined) {
      offer("listResources", {
        description: "Lists the resources of the server.",
        declaration: "(): Promise<McpResource[]>",
        types: [RESOURCE],
        make: (options) => listOf(client, { method: "listResources", key: "resources", options }),
      });
    }
    if (client.listResourceTemplates !== undefined) {
      offer("listResourceTemplates", {
        description: "Lists patterns of the addresses of resources.",
        declaration:
          "(): Promise<{ uriTemplate: string; name: string; description?: string; mimeType?: string }[]>",
        types: [],
        make: (options) =>
          listOf(client, { method: "listResourceTemplates", key: "resourceTemplates", options }),
      });
    }
    if (client.readResource !== undefined) {
      offer("readResource", {
        description: "Reads a resource.",
        declaration: "(uri: string): Promise<McpContents[]>",
        types: [CONTENTS],
        make: async (options, uri) => {
          const answer = await client.readResource!({ uri: textOf(uri, "uri") }, options);
          return contentsOf(answer);
        },
      });
    }
  }
  if (connection.offers("prompts")) {
    if (client.listPrompts !== undefined) {
      offer("listPrompts", {
        description: "Lists the prompts of the server.",
        declaration: "(): Promise<McpPrompt[]>",
        types: [PROMPT],
        make: (options) => listOf(client, { method: "listPrompts", key: "prompts", options }),
      });
    }
    if (client.getPrompt !== undefined) {
      offer("getPrompt", {
        description: "Returns the messages of a prompt.",
        declaration: "(name: string, args?: Record<string, string>): " +
          'Promise<{ role: "user" | "assistant"; content: unknown }[]>',
        types: [],
        make: async (options, name, args) => {
          const given = { name: textOf(name, "name"), arguments: textsOf(args) };
          const { messages } = (await client.getPrompt!(given, options) ?? {}) as {
            messages?: unknown;
          };
          if (!Array.isArray(messages)) throw new TypeError("its answer has no messages");
          return messages;
        },
      });
    }
  }
  return offers;
}

interface RequestParts {
  readonly connection: Connection;
  readonly description: string;
  readonly declaration: string;
  readonly types: readonly string[];
  readonly make: (options: McpRequestOptions, ...args: unknown[]) => Promise<unknown>;
}

function toFunction(
  path: string,
  { connection, description, declaration, types, make }: RequestParts,
): HostFunction {
  const call = function (this: HostCallContext | undefined, ...args: unknown[]) {
    return connection.calls.start({
      path,
      tool: path.split(".").at(-1)!,
      make: async (options) => ({ structuredContent: await make(options, ...args) }),
      signal: this?.signal,
    });
  };
  return defineFunction(call, {
    path,
    description,
    declaration,
    typeDeclarations: types,
    effect: "read",
    timeoutMs: Infinity,
  });
}

async function listOf(
  client: McpClient,
  { method, key, options }: {
    readonly method: "listResources" | "listResourceTemplates" | "listPrompts";
    readonly key: string;
    readonly options: McpRequestOptions;
  },
): Promise<unknown> {
  const { items } = await listAll(
    (cursor) => client[method]!(cursor === undefined ? undefined : { cursor }, options),
    { key, maxItems: MAX_ITEMS },
  );
  return items;
}

function contentsOf(answer: unknown): unknown[] {
  const { contents } = (answer ?? {}) as { contents?: unknown };
  if (!Array.isArray(contents)) throw new TypeError("its answer has no contents");
  return contents.map((part: Record<string, unknown>) => {
    const { uri, mimeType, text, blob } = part;
    const content = typeof blob === "string" ? { data: Uint8Array.fromBase64(blob) } : { text };
    return { uri, ...(mimeType === undefined ? {} : { mimeType }), ...content };
  });
}

function textOf(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${name} is of the type ${typeof value} and not text`);
}

function textsOf(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object") throw new TypeError("args is not an object");
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
