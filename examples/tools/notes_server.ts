/** An MCP server as others write it: `mcp.ts` starts it as a process. */

import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const stored = new Map([["1", true], ["2", false], ["3", true]]);
const server = new McpServer({ name: "notes", version: "1.0.0" });

server.registerTool("list_notes", {
  description: "Lists the notes",
  outputSchema: z.object({ notes: z.array(z.object({ id: z.string(), done: z.boolean() })) }),
  annotations: { readOnlyHint: true },
}, () => {
  const notes = [...stored].map(([id, done]) => ({ id, done }));
  return { content: [], structuredContent: { notes } };
});
server.registerTool("delete_note", {
  description: "Deletes a note",
  inputSchema: z.object({ id: z.string() }),
  annotations: { destructiveHint: true },
}, ({ id }) => ({ content: [{ type: "text", text: String(stored.delete(id)) }] }));

await server.connect(new StdioServerTransport());
