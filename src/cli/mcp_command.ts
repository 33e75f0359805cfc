/**
 * The command line for the MCP server: `deno task mcp`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { defineModule } from "../declare/module/define_module.ts";
import { PROCESS_LIMITS } from "../limits/process_limits.ts";
import { RUNTIME_LIMITS } from "../limits/runtime_limits.ts";
import { mcpHandler } from "../mcp_server/mcp_handler.ts";
import { serveMcp } from "../mcp_server/serve_mcp.ts";
import { DenoRuntime, type DenoRuntimeOptions } from "../runtime/deno_runtime.ts";
import { Signals } from "./setup/signals.ts";
import { UsageError } from "../terminal/command_line.ts";
import { describeFailure, writeLine, writeNote } from "../terminal/terminal_output.ts";

/** The exit code for a command line that is malformed. */
const USAGE_EXIT_CODE = 2;

/** Limits of runtimes that are options. */
const RUNTIME_FLAGS = [
  ...Object.keys(RUNTIME_LIMITS),
  ...Object.keys(PROCESS_LIMITS),
  "maxSnapshotBytes",
  "maxRestarts",
  "maxDeclaredFunctions",
];

/** Limits of the server. */
const SERVER_FLAGS = ["maxObservationChars", "maxMediaBytes", "maxSnapshots", "maxWaitingCells"];

/** Limits of the server over HTTP. */
const HTTP_FLAGS = ["maxSessions", "idleMs", "maxRequestBytes"];

/** The text of `--help`. */
const HELP = `Serve the kernel to a client of the Model Context Protocol.

Usage: deno task mcp [OPTION...]

Options:
  --module FILE            a module whose exports cells get; may be repeated
  --snapshot FILE          a snapshot from which kernels begin
  --allow-net[=HOSTS]      let cells use the network
  --allow-read[=PATHS]     let cells read files
  --package NAME           an npm package that cells may import, with its version; may be repeated
  --sandbox auto           run kernels inside bubblewrap or sandbox-exec
  --http PORT              serve over HTTP, a kernel for each session; without it over stdin and stdout
  --hostname NAME          the address to listen at (localhost)
  --allowed-host NAME      a host name under which the server is reached; may be repeated
  --token-env NAME         the environment variable with the token that clients have to send
  --help

Limits, each followed by a number or by Infinity:
${wrap([...RUNTIME_FLAGS, ...SERVER_FLAGS, ...HTTP_FLAGS].map(flagOf))}

Exit codes: 0 when the client has left, 1 after an error, 2 for a wrong command line.`;

if (import.meta.main) Deno.exitCode = await main(Deno.args);

/**
 * Runs the command line.
 *
 * @param args The arguments of the command.
 * @returns The exit code: 0 when the client has left, 1 after an error, 2 for a wrong command line.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const command = parse(args);
    if (command.help) writeLine(HELP);
    else await serve(command);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      writeNote(error.message);
      return USAGE_EXIT_CODE;
    }
    writeNote(`Error: ${describeFailure(error)}`);
    return 1;
  }
}

type Limits = Readonly<Record<string, number>>;

/** A parsed command line. */
interface McpCommand {
  readonly help: boolean;
  readonly modules: readonly string[];
  readonly snapshot: string | undefined;
  readonly options: DenoRuntimeOptions;
  readonly server: Limits;
  readonly http: {
    readonly port: number;
    readonly hostname: string;
    readonly tokenEnv: string | undefined;
    readonly allowedHosts: readonly string[] | undefined;
    readonly limits: Limits;
  } | undefined;
}

function parse(args: readonly string[]): McpCommand {
  const values = read(args);
  const limits = (names: readonly string[]): Limits =>
    Object.fromEntries(
      names.filter((name) => values[flagOf(name)] !== undefined)
        .map((name) => [name, toNumber(flagOf(name), values[flagOf(name)] as string)]),
    );
  const list = (name: string) => values[name] as string[] | undefined;
  const text = (name: string) => values[name] as string | undefined;
  const sandbox = text("sandbox");
  if (sandbox !== undefined && sandbox !== "auto" && sandbox !== "none") {
    throw new UsageError(`Cannot use --sandbox ${sandbox}: it is auto or none`);
  }
  const port = text("http");
  const httpLimits = limits(HTTP_FLAGS);
  const needsHttp = ["hostname", "allowed-host", "token-env", ...HTTP_FLAGS.map(flagOf)]
    .find((name) => values[name] !== undefined);
  if (port === undefined && needsHttp !== undefined) {
    throw new UsageError(`Cannot use --${needsHttp}: it needs --http PORT`);
  }
  if (port !== undefined && !/^\d{1,5}$/.test(port)) {
    throw new UsageError(`Cannot use --http ${port}: it is not a number of a port`);
  }
  return {
    help: values.help === true,
    modules: list("module") ?? [],
    snapshot: text("snapshot"),
    options: {
      ...limits(RUNTIME_FLAGS),
      permissions: { net: grant(text("allow-net")), read: grant(text("allow-read")) },
      packages: list("package") ?? [],
      ...(sandbox === undefined ? {} : { sandbox }),
    },
    server: limits(SERVER_FLAGS),
    http: port === undefined ? undefined : {
      port: Number(port),
      hostname: text("hostname") ?? "localhost",
      tokenEnv: text("token-env"),
      allowedHosts: list("allowed-host"),
      limits: httpLimits,
    },
  };
}

function read(args: readonly string[]): Record<string, unknown> {
  const one = { type: "string" } as const;
  const many = { type: "string", multiple: true } as const;
  const limits = [...RUNTIME_FLAGS, ...SERVER_FLAGS, ...HTTP_FLAGS].map((name) =>
    [flagOf(name), one] as const
  );
  try {
    return parseArgs({
      // A permission without a list grants all of it, as in Deno itself.
      args: args.map((arg) => /^--allow-(net|read)$/.test(arg) ? `${arg}=` : arg),
      options: {
        ...Object.fromEntries(limits),
        module: many,
        snapshot: one,
        "allow-net": one,
        "allow-read": one,
        package: many,
        sandbox: one,
        http: one,
        hostname: one,
        "allowed-host": many,
        "token-env": one,
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw new UsageError(message, { cause });
  }
}

async function serve({ modules, snapshot, options, server, http }: McpCommand): Promise<void> {
  // Modules of the user may print; stdout is for the protocol.
  console.log = console.error;
  console.info = console.error;
  console.debug = console.error;
  const injections = await inputModules(modules);
  const bytes = snapshot === undefined ? undefined : await Deno.readFile(snapshot);
  const given = { ...options, ...injections, ...(bytes === undefined ? {} : { snapshot: bytes }) };
  // Options that cannot be used end the program now, and not with the first cell.
  await new DenoRuntime(given).close();
  const runtime = () => new DenoRuntime(given);
  using stop = new Signals();
  if (http === undefined) return await serveMcp({ ...server, runtime, signal: stop.signal });
  const token = http.tokenEnv === undefined ? undefined : Deno.env.get(http.tokenEnv);
  if (http.tokenEnv !== undefined && token === undefined) {
    throw new UsageError(`Cannot read the token: there is no variable ${http.tokenEnv}`);
  }
  await using handler = mcpHandler({
    ...server,
    ...http.limits,
    runtime,
    token,
    allowedHosts: http.allowedHosts,
  });
  const { port, hostname } = http;
  const listening = Deno.serve({
    port,
    hostname,
    onListen: ({ port }) => writeNote(`Serving at http://${hostname}:${port}`),
  }, handler.fetch);
  await stop.aborted;
  await handler.close();
  await listening.shutdown();
}

async function inputModules(
  paths: readonly string[],
): Promise<Pick<DenoRuntimeOptions, "functions" | "types" | "variables">> {
  const all = { functions: {}, types: {}, variables: {} };
  const owners = new Map<string, string>();
  for (const path of paths) {
    const found = await defineModule(pathToFileURL(resolve(path)).href);
    for (const kind of ["functions", "types", "variables"] as const) {
      for (const [name, definition] of Object.entries(found[kind])) {
        const owner = owners.get(name);
        if (owner !== undefined) {
          throw new UsageError(`Cannot use --module ${path}: ${owner} exports ${name} as well`);
        }
        owners.set(name, path);
        Object.assign(all[kind], { [name]: definition });
      }
    }
  }
  return all;
}

function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function toNumber(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0) return value;
  throw new UsageError(`Cannot use --${flag} ${JSON.stringify(text)}: it is no number above 0`);
}

function grant(text: string | undefined): boolean | string[] {
  if (text === undefined) return false;
  return text === "" ? true : text.split(",");
}

function wrap(flags: readonly string[]): string {
  const lines: string[] = [];
  let line = " ";
  for (const flag of flags) {
    if (line.length + flag.length > 90) {
      lines.push(line);
      line = " ";
    }
    line += ` --${flag}`;
  }
  return [...lines, line].join("\n");
}
