/**
 * Servers as the configuration files of the usual clients name them: `{ "mcpServers": { "name": { "command": ... } } }`.
 *
 * @module
 */

import { nearNames } from "../../text/near_names.ts";

/** A server that runs as a process. */
export interface StdioServerConfig {
  /** The way of speaking to it. */
  readonly type: "stdio";
  /** The program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Its working directory. */
  readonly cwd: string | undefined;
}

/** A server that is reached over HTTP. */
export interface HttpServerConfig {
  /** The way of speaking to it: streamable HTTP, or the older one with server-sent events alone. */
  readonly type: "http" | "sse";
  /** Its address. */
  readonly url: URL;
  /** Headers of all requests. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A server, checked. */
export type ServerConfig = StdioServerConfig | HttpServerConfig;

/** The keys of an entry that have a meaning here. */
const KEYS: ReadonlySet<string> = new Set(
  "command args env cwd url serverUrl headers type transport disabled".split(" "),
);

/** Keys of other clients, which concern them alone. */
const FOREIGN_KEYS: ReadonlySet<string> = new Set(
  ("alwaysAllow autoApprove autoStart description dev disabledTools enabled enabledTools envFile gallery icon id includeTools " +
    "excludeTools name note oauth timeout tools trust version")
    .split(" "),
);

const TYPES: ReadonlyMap<string, ServerConfig["type"]> = new Map([
  ["stdio", "stdio"],
  ["http", "http"],
  ["streamable-http", "http"],
  ["streamableHttp", "http"],
  ["sse", "sse"],
]);

/**
 * Checks the entry of a server, and puts in the values of environment variables: `${NAME}`, `${env:NAME}` and
 * `${NAME:-default}`.
 *
 * @param server The name of the server.
 * @param entry The entry.
 * @param variable Returns an environment variable of the host.
 * @returns The server, or `undefined` if it is disabled.
 * @throws {TypeError} If the entry is malformed; the message names the server and the key.
 */
export function parseServerConfig(
  server: string,
  entry: unknown,
  { variable }: { readonly variable: (name: string) => string | undefined },
): ServerConfig | undefined {
  const fail = (reason: string) => new TypeError(`Cannot use the MCP server ${server}: ${reason}`);
  if (!isRecord(entry)) throw fail(`its entry is ${JSON.stringify(entry)} and not an object`);
  for (const key of Object.keys(entry)) {
    if (KEYS.has(key) || FOREIGN_KEYS.has(key)) continue;
    const [near] = nearNames(key, [...KEYS]);
    throw fail(
      `there is no key ${JSON.stringify(key)}; ${
        near === undefined
          ? `the keys are ${[...KEYS].join(", ")}`
          : `did you mean ${JSON.stringify(near)}?`
      }`,
    );
  }
  if (entry.disabled === true || entry.enabled === false) return undefined;
  const filled = (text: string, key: string): string =>
    text.replaceAll(/\$\{(?:env:)?([^}:]+)(?::-([^}]*))?\}/g, (whole, name, other) => {
      const value = variable(name) ?? other;
      if (value !== undefined) return value;
      throw fail(`${key} has ${whole}, and the host has no readable environment variable ${name}`);
    });
  const textAt = (key: string): string | undefined => {
    const value = entry[key];
    if (value === undefined) return undefined;
    if (typeof value === "string" && value !== "") return filled(value, key);
    throw fail(`${key} is ${JSON.stringify(value)} and not text`);
  };
  const recordAt = (key: string): Record<string, string> => {
    const value = entry[key] ?? {};
    if (!isRecord(value)) throw fail(`${key} is ${JSON.stringify(value)} and not an object`);
    return Object.fromEntries(
      Object.entries(value).map(([name, text]) => {
        if (!["string", "number", "boolean"].includes(typeof text)) {
          throw fail(`${key}.${name} is ${JSON.stringify(text)} and not text`);
        }
        return [name, filled(String(text), `${key}.${name}`)];
      }),
    );
  };
  const command = textAt("command");
  const address = textAt("url") ?? textAt("serverUrl");
  const given = textAt("type") ?? textAt("transport");
  const type = given === undefined ? undefined : TYPES.get(given);
  if (given !== undefined && type === undefined) {
    throw fail(`type is ${JSON.stringify(given)}; it may be ${[...TYPES.keys()].join(", ")}`);
  }
  if ((command === undefined) === (address === undefined)) {
    throw fail(
      command === undefined
        ? "it has neither a command nor a url"
        : "it has both a command and a url; keep one of them",
    );
  }
  if (address !== undefined) {
    if (type === "stdio") throw fail('type is "stdio", and there is a url in place of a command');
    const url = URL.parse(address);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw fail(`url is ${JSON.stringify(address)} and no address of HTTP`);
    }
    return { type: type ?? "http", url, headers: recordAt("headers") };
  }
  if (type !== undefined && type !== "stdio") {
    throw fail(`type is ${JSON.stringify(given)}, and there is a command in place of a url`);
  }
  const args = entry.args ?? [];
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string")) {
    throw fail(`args is ${JSON.stringify(args)} and not a list of texts`);
  }
  return {
    type: "stdio",
    command: command!,
    args: args.map((arg, i) => filled(arg, `args[${i}]`)),
    env: recordAt("env"),
    cwd: textAt("cwd"),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
