/** A server of the official package, with a tool for each feature. */

import { McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/** Makes the server. */
export function everythingServer(): McpServer {
  const server = new McpServer({ name: "everything", version: "1.0.0" }, {
    instructions: "Use add for sums.",
    capabilities: { logging: {} },
  });
  const text = (text: string) => ({ content: [{ type: "text" as const, text }] });

  server.registerTool("add", {
    description: "Adds two numbers.",
    inputSchema: z.object({ a: z.number().describe("The first */ number"), b: z.number() }),
    outputSchema: z.object({ sum: z.number() }),
    annotations: { readOnlyHint: true },
  }, ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }));
  server.registerTool("list-items", { description: "Lists items." }, () => text('[{"id":1}]'));
  server.registerTool("list_items", { description: "Lists items too." }, () => text("no JSON"));
  server.registerTool("delete", { annotations: { destructiveHint: true } }, () => text("deleted"));
  server.registerTool("then", {}, () => text("not a promise"));
  server.registerTool("picture", {}, () => ({
    content: [
      { type: "text", text: "A picture" },
      { type: "image", mimeType: "image/png", data: PNG },
      { type: "audio", mimeType: "audio/wav", data: "UklGRg==" },
    ],
  }));
  server.registerTool("link", {}, () => ({
    content: [
      { type: "text", text: "See" },
      { type: "resource_link", uri: "note://1", name: "One" },
      { type: "resource", resource: { uri: "note://2", text: "Two" } },
    ],
  }));
  server.registerTool("fail", {}, () => ({ ...text("the disk is full"), isError: true }));
  server.registerTool("environment", {}, () => text(JSON.stringify(Deno.env.toObject())));
  server.registerTool("progress", {}, async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (const progress of [1, 2]) {
      await ctx.mcpReq.notify({
        method: "notifications/progress",
        params: { progressToken: progressToken!, progress, total: 2, message: `part ${progress}` },
      });
    }
    return text("done");
  });
  server.registerTool("wait", {}, async (ctx) => {
    await server.server.sendLoggingMessage({ level: "info", data: "waiting" });
    await new Promise<void>((resolve) =>
      ctx.mcpReq.signal.addEventListener("abort", () => resolve(), { once: true })
    );
    await server.server.sendLoggingMessage({ level: "info", data: "cancelled" });
    return text("too late");
  });
  server.registerTool("ask", {}, async () => {
    const answer = await server.server.elicitInput({
      message: "Which colour?",
      requestedSchema: {
        type: "object",
        properties: { colour: { type: "string", default: "red" }, count: { type: "integer" } },
        required: ["colour"],
      },
    });
    return text(JSON.stringify(answer));
  });
  server.registerTool("think", {}, async () => {
    const { content } = await server.server.createMessage({
      messages: [{ role: "user", content: { type: "text", text: "Say hi" } }],
      maxTokens: 100_000,
    });
    return text(JSON.stringify(content));
  });
  server.registerTool("grow", {}, () => {
    server.registerTool("grown", {}, () => text("I am new"));
    return text("grown");
  });
  server.registerResource("note", "note://1", { mimeType: "text/plain" }, () => ({
    contents: [{ uri: "note://1", text: "A note" }],
  }));
  server.registerResource("notes", new ResourceTemplate("note://{id}", { list: undefined }), {}, (
    uri,
  ) => ({ contents: [{ uri: uri.href, text: "Any note" }] }));
  server.registerPrompt("greet", { argsSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    messages: [{ role: "user", content: { type: "text", text: `Greet ${name}` } }],
  }));
  return server;
}

if (import.meta.main) await everythingServer().connect(new StdioServerTransport());
