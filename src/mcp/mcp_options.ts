/**
 * The options of connections to servers.
 *
 * @module
 */

import type { Approval } from "../inject/approval.ts";
import { checkCount, checkLimit } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { ElicitationAnswer, ElicitationRequest } from "./request/elicitation.ts";
import type { McpClient, McpProgress, McpTool } from "./request/mcp_client.ts";
import type { SamplingOptions } from "./sampling.ts";

/**
 * The tools whose calls a person has to approve: those that say that they may destroy something, those that do not say that
 * they only read, all, or none. A function decides for each tool, also by the arguments of a call.
 */
export type McpApproval =
  | "destructive"
  | "writes"
  | "all"
  | "none"
  | ((tool: McpTool, server: string) => Approval);

/** An event of a server. */
export type McpEvent =
  | {
    /** A tool has reported progress. */
    readonly type: "progress";
    /** The name of the server. */
    readonly server: string;
    /** The name of the tool. */
    readonly tool: string;
    /** The progress. */
    readonly progress: McpProgress;
  }
  | {
    /** The server has written to its log. */
    readonly type: "log";
    /** The name of the server. */
    readonly server: string;
    /** The level, such as `info`. */
    readonly level: string;
    /** The entry. */
    readonly data: unknown;
  }
  | {
    /** The lists of the server have changed, and cells have the new functions. */
    readonly type: "list_changed";
    /** The name of the server. */
    readonly server: string;
    /** The names of the functions in cells. */
    readonly functions: readonly string[];
  }
  | {
    /** The server has failed: it could not be reached, has ended, or has sent what is not allowed. */
    readonly type: "error";
    /** The name of the server. */
    readonly server: string;
    /** The reason. */
    readonly error: Error;
  };

/** Limits of connections. */
export interface McpLimits {
  /** Time limit for the connection and for each list in milliseconds. @default 30000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Time for which a server may work on a request without a sign of progress, in milliseconds. @default 120000 */
  readonly timeoutMs?: number | undefined;
  /** Time limit of a request with all its progress, in milliseconds. Waiting for a person does not count. @default 600000 */
  readonly maxTotalMs?: number | undefined;
  /** Maximum size of a message of a server in bytes. @default 16777216 (16 MiB) */
  readonly maxMessageBytes?: number | undefined;
  /** Maximum number of tools of a server. Further ones are left out, and an event says so. @default 1000 */
  readonly maxTools?: number | undefined;
}

/** Options of {@linkcode connectMcp}. */
export interface McpOptions extends McpLimits {
  /** Servers by name, as the configuration files of the usual clients have them. @default none */
  readonly mcpServers?: Readonly<Record<string, unknown>> | undefined;
  /** Clients that are connected already, by the names of their servers. They stay open. @default none */
  readonly clients?: Readonly<Record<string, McpClient>> | undefined;
  /** The tools that cells get. @default all */
  readonly include?: ((tool: McpTool, server: string) => boolean) | undefined;
  /** The tools whose calls a person has to approve. @default "destructive" */
  readonly approval?: McpApproval | undefined;
  /**
   * Answers questions of a server to the user. @default they are approvals of a function, whose arguments the person can fill
   * in
   */
  readonly elicit?:
    | ((request: ElicitationRequest) => ElicitationAnswer | Promise<ElicitationAnswer>)
    | undefined;
  /** A model that servers may ask. @default none: such requests are refused */
  readonly sampling?: SamplingOptions | undefined;
  /** Folders in which servers may work, as `file:` URLs. Servers need not respect them. @default none */
  readonly roots?: readonly string[] | undefined;
  /**
   * Environment variables of the host that servers get, if it may read them. The `env` of a server comes on top of them.
   * @default `DEFAULT_PASSED_ENV`
   */
  readonly passEnv?: readonly string[] | undefined;
  /** Whether servers that cannot be reached are left out, with an event. @default false: the first one throws */
  readonly skipFailed?: boolean | undefined;
  /** Receives events. Its errors are ignored. @default none */
  readonly onEvent?: ((event: McpEvent) => void) | undefined;
  /** Makes requests of HTTP. @default the platform's `fetch` */
  readonly fetch?: typeof fetch | undefined;
  /** Ends the connecting. @default none */
  readonly signal?: AbortSignal | undefined;
}

const MCP_OPTIONS: OptionNames<McpOptions> = {
  mcpServers: true,
  clients: true,
  include: true,
  approval: true,
  elicit: true,
  sampling: true,
  roots: true,
  passEnv: true,
  skipFailed: true,
  onEvent: true,
  fetch: true,
  signal: true,
  connectTimeoutMs: true,
  timeoutMs: true,
  maxTotalMs: true,
  maxMessageBytes: true,
  maxTools: true,
};

/**
 * The environment variables that servers get by default: what programs need to find their files, proxies and certificates.
 */
export const DEFAULT_PASSED_ENV: readonly string[] = [
  ..."PATH HOME USER LOGNAME SHELL TERM LANG LC_ALL TZ TMPDIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME"
    .split(" "),
  ..."HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy".split(" "),
  ..."NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR DENO_CERT DENO_TLS_CA_STORE DENO_DIR".split(
    " ",
  ),
  ..."npm_config_registry NPM_CONFIG_REGISTRY npm_config_cafile UV_DEFAULT_INDEX PIP_INDEX_URL"
    .split(" "),
  ..."APPDATA LOCALAPPDATA PROGRAMFILES SYSTEMDRIVE SYSTEMROOT TEMP TMP USERNAME USERPROFILE PATHEXT COMSPEC"
    .split(" "),
];

/** Options of connections with defaults filled in. */
export interface CheckedMcpOptions extends McpOptions, Required<McpLimits> {
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly maxTotalMs: number;
  readonly maxMessageBytes: number;
  readonly maxTools: number;
  readonly approval: McpApproval;
}

const APPROVALS: readonly unknown[] = ["destructive", "writes", "all", "none"];

/**
 * Checks options, and fills in defaults.
 *
 * @param options The options.
 * @throws {TypeError} If an option has an unknown name or is malformed; {RangeError} if a limit is not a number above 0.
 */
export function checkMcpOptions(options: McpOptions): CheckedMcpOptions {
  const task = "connect to MCP servers";
  checkOptions(options, { names: MCP_OPTIONS, task });
  const { approval = "destructive", mcpServers = {}, clients = {}, roots = [] } = options;
  if (!APPROVALS.includes(approval) && typeof approval !== "function") {
    throw new TypeError(
      `Cannot ${task}: approval is ${JSON.stringify(approval)}; it is a function or one of ${
        APPROVALS.join(", ")
      }`,
    );
  }
  for (const [name, servers] of [["mcpServers", mcpServers], ["clients", clients]] as const) {
    if (typeof servers !== "object" || servers === null || Array.isArray(servers)) {
      throw new TypeError(
        `Cannot ${task}: ${name} is ${
          JSON.stringify(servers)
        } and not an object with their names as keys`,
      );
    }
  }
  const twice = Object.keys(clients).find((name) => Object.hasOwn(mcpServers, name));
  if (twice !== undefined) {
    throw new TypeError(`Cannot ${task}: ${JSON.stringify(twice)} is in mcpServers and in clients`);
  }
  for (const root of roots) {
    if (typeof root === "string" && root.startsWith("file://")) continue;
    throw new TypeError(`Cannot ${task}: the root ${JSON.stringify(root)} is no file: URL`);
  }
  return {
    ...options,
    approval,
    connectTimeoutMs: checkLimit("connectTimeoutMs", options.connectTimeoutMs ?? 30_000),
    timeoutMs: checkLimit("timeoutMs", options.timeoutMs ?? 120_000),
    maxTotalMs: checkLimit("maxTotalMs", options.maxTotalMs ?? 600_000),
    maxMessageBytes: checkCount("maxMessageBytes", options.maxMessageBytes ?? 16 * 1024 * 1024),
    maxTools: checkCount("maxTools", options.maxTools ?? 1_000),
  };
}
