/**
 * Resources of projects and users: agents, prompts, skills, middleware and MCP servers in files.
 *
 * @module
 */

export type { AgentProfile } from "./agent_profile.ts";
export {
  discoverResources,
  type Resource,
  type ResourceDiagnostic,
  type ResourceKind,
  type ResourceOrigin,
  type Resources,
  type ResourcesOptions,
} from "./discover_resources.ts";
