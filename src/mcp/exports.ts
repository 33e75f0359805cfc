/**
 * MCP servers as namespaces of cells: `await github.listPullRequests({ owner, repo })`.
 *
 * @module
 */

export { connectMcp, type McpRuntime, type McpServer, type McpServers } from "./connect_mcp.ts";
export type {
  ElicitationAnswer,
  ElicitationForm,
  ElicitationRequest,
} from "./request/elicitation.ts";
export type {
  McpClient,
  McpProgress,
  McpRequestOptions,
  McpTool,
  McpToolAnnotations,
} from "./request/mcp_client.ts";
export { McpError, type McpErrorKind, type McpErrorOptions } from "./request/mcp_error.ts";
export {
  DEFAULT_PASSED_ENV,
  type McpApproval,
  type McpEvent,
  type McpLimits,
  type McpOptions,
} from "./mcp_options.ts";
export type { SamplingOptions, SamplingRequest } from "./sampling.ts";
export {
  type SchemaType,
  type SchemaTypeOptions,
  typeOfJsonSchema,
} from "./schema/json_schema_type.ts";
