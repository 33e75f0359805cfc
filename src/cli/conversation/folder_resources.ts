/**
 * The agents, prompts, skills and middleware that a command line takes from the folder of the user and from the home.
 *
 * @module
 */

import { connectMcp, type McpServers } from "../../mcp/connect_mcp.ts";
import type { McpOptions } from "../../mcp/mcp_options.ts";
import type { AgentProfile } from "../../resources/agent_profile.ts";
import { discoverResources, type Resources } from "../../resources/discover_resources.ts";
import { type CommandLine, UsageError } from "../../terminal/command_line.ts";
import { describeFailure, writeNote } from "../../terminal/terminal_output.ts";
import { nearNames } from "../../text/near_names.ts";

/** Resources, and the agent that was named. */
export interface FolderResources extends Omit<Resources, "diagnostics"> {
  /** The agent. @default the one of the command line */
  readonly profile?: AgentProfile | undefined;
}

const NOTHING: FolderResources = {
  agents: new Map(),
  prompts: new Map(),
  skills: [],
  middleware: new Map(),
  servers: new Map(),
};

/**
 * Finds resources. Faults are notes with `--verbose`, and always if a place is trusted; `resources` lists them.
 *
 * @param command The command line.
 * @throws {UsageError} If there is no agent of the name that was given.
 */
export async function findFolderResources(command: CommandLine): Promise<FolderResources> {
  const { agent, trust = [], noResources = false, verbose } = command;
  if (noResources) return NOTHING;
  const project = await readable(Deno.cwd());
  const home = await readable(Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE"));
  const { diagnostics, ...found } = await discoverResources({ project, home, trust });
  for (const { origin, path, message } of diagnostics) {
    if (verbose || trust.includes(origin)) writeNote(`${origin} ${path}: ${message}`);
  }
  if (agent === undefined) return found;
  const profile = found.agents.get(agent)?.value;
  if (profile === undefined) {
    const [near] = nearNames(agent, [...found.agents.keys()]);
    const fault = diagnostics.find(({ kind, path }) =>
      kind === "agent" && path.endsWith(`/${agent}.md`)
    );
    throw new UsageError(
      `Cannot use the agent ${JSON.stringify(agent)}: ${
        fault !== undefined
          ? `${fault.path} has a fault: ${fault.message}`
          : near !== undefined
          ? `there is none; did you mean ${near}?`
          : "there is none in .cave/agents of this folder or your home"
      }`,
    );
  }
  if (profile.tools !== undefined && profile.tools.length > 0) {
    writeNote(
      `The agent ${agent} names tools (${
        profile.tools.join(", ")
      }), which the command line does not have: cells get what --file, --allow-read and --allow-net give`,
    );
  }
  return { ...found, profile };
}

/**
 * Connects the servers of trusted places. One that cannot be reached is a note.
 *
 * @param servers The entries of the configuration files.
 * @returns The connections, to be injected and closed.
 */
export async function connectServers(servers: FolderResources["servers"]): Promise<McpServers[]> {
  const connect = async ({ name, value }: { name: string; value: unknown }) => {
    try {
      return [await connectMcp({ mcpServers: { [name]: value as ServerEntry } })];
    } catch (error) {
      writeNote(`The server ${name} is left out: ${describeFailure(error)}`);
      return [];
    }
  };
  return (await Promise.all([...servers.values()].map(connect))).flat();
}

type ServerEntry = NonNullable<McpOptions["mcpServers"]>[string];

/** Returns a folder if this process may read it. */
async function readable(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || path === "") return undefined;
  const { state } = await Deno.permissions.query({ name: "read", path });
  return state === "granted" ? path : undefined;
}
