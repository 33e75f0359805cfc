/**
 * The kernel as an MCP server: a persistent, isolated, typed code mode for any client of the protocol.
 *
 * @module
 */

export { type CellServerOptions, type McpServerLimits } from "./server_options.ts";
export { type McpHandler, mcpHandler, type McpHandlerOptions } from "./mcp_handler.ts";
export { type McpServerTransport, serveMcp, type ServeMcpOptions } from "./serve_mcp.ts";
