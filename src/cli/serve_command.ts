/**
 * The command line of the server: `deno task serve`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { CaveAgent } from "../cave_agent.ts";
import { Worker } from "../queue/work/worker.ts";
import { DenoRuntime } from "../runtime/deno_runtime.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { bearerTokens } from "../server/http/callers.ts";
import { Server } from "../server/server.ts";
import { UsageError } from "../terminal/command_line.ts";
import { describeFailure, writeLine, writeNote } from "../terminal/terminal_output.ts";
import { chooseModel } from "./setup/choose_model.ts";
import { dataFolder } from "./setup/data_folder.ts";
import { openPlaces } from "./setup/places.ts";
import { Signals } from "./setup/signals.ts";
import { surviveStrayErrors } from "./setup/stray_errors.ts";

/** The exit code for a command line that is malformed. */
const USAGE_EXIT_CODE = 2;

/** The text of `--help`. */
const HELP = `Serve sessions over HTTP, with a page to chat on.

Usage: deno task serve [option...]

Options:
  --port N             the port, 0 for any that is free (8000)
  --host HOST          the address to listen on (127.0.0.1)
  --model NAME         the model, as for \`deno task agent\`
  --base-url URL       an OpenAI-compatible server
  --settings FILE      models and servers
  --agent NAME         the agent: its name in the queue, and among models (agent)
  --sqlite FOLDER      queue and sessions in a folder of this machine (of the user)
  --redis URL          BullMQ and the sessions in Redis
  --postgres URL       BullMQ and the sessions in PostgreSQL
  --no-worker          leave the runs to \`deno task worker\`, which knows the agent by its name
  --kernels N          sessions that keep their kernel while they wait (16)
  --help

CAVE_TOKEN is the token of the one user, of at least 16 characters; without it, a random one is
printed with the address of the page. Cells have no permissions. SIGTERM and SIGINT end the server.
Exit codes: 0, 1 after an error, 2 for a wrong command line.`;

/** The name of the one user. */
const USER = "owner";

if (import.meta.main) Deno.exitCode = await main(Deno.args);

/**
 * Runs the command line until SIGTERM or SIGINT.
 *
 * @param args The arguments of the command.
 * @returns The exit code: 0, 1 after an error, 2 for a wrong command line.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const values = parse(args);
    if (values.help === true) {
      writeLine(HELP);
      return 0;
    }
    return await serve(values);
  } catch (error) {
    if (error instanceof UsageError) {
      writeNote(error.message);
      return USAGE_EXIT_CODE;
    }
    writeNote(`Error: ${describeFailure(error)}`);
    return 1;
  }
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...{ port: text, host: text, model: text, "base-url": text, settings: text, agent: text },
        ...{ sqlite: text, redis: text, postgres: text, kernels: text },
        "no-worker": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw new UsageError(message, { cause });
  }
}

type Values = ReturnType<typeof parse>;

async function serve(values: Values): Promise<number> {
  const { host = "127.0.0.1", agent = "agent" } = values;
  const port = numberOf("port", values.port ?? "8000");
  const report = (error: unknown) => writeNote(`Error: ${describeFailure(error)}`);
  const token = tokenOfUser();
  using signals = new Signals();
  using _stray = surviveStrayErrors(report);
  await using worker = await openWorker(values, report);
  const { queue, store } = worker;
  const authenticate = bearerTokens({ [token]: USER });
  const server = new Server({ store, queue, agent, authenticate, page: true, onError: report });
  const http = listen({ hostname: host, port }, server);
  const address = `http://${host.includes(":") ? `[${host}]` : host}:${http.addr.port}`;
  writeLine(`${address}/#token=${token}`);
  if (!/^(?:127\.|localhost$|::1$)/.test(host)) {
    writeNote(
      "Others can reach this address: put TLS in front of it, or the token can be read on its way.",
    );
  }
  await signals.aborted;
  server.drain();
  // Streams would keep it open: their clients go on with another process.
  const closing = http.shutdown();
  await worker.close();
  await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, GRACE_MS))]);
  return 0;
}

/** Time for streams to end, in milliseconds. */
const GRACE_MS = 2_000;

/** Opens queue and store, and the worker of this process, if it has one. */
async function openWorker(values: Values, onError: (error: unknown) => void) {
  const { agent = "agent", "base-url": baseUrl, model, settings } = values;
  const hasWorker = values["no-worker"] !== true;
  const chosen = hasWorker ? await chooseModel({ baseUrl, model, settings }) : undefined;
  const warmSessions = numberOf("kernels", values.kernels ?? "16");
  const places = await openPlaces(hasPlace(values) ? values : { sqlite: defaultFolder() });
  const { queue, store } = places;
  const make = () => new CaveAgent<Runtime>({ ...chosen!, runtime: new DenoRuntime() as Runtime });
  const worker = hasWorker
    ? new Worker({ queue, store, agents: [{ agent, make }], warmSessions, onError })
    : undefined;
  worker?.start();
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await worker?.close();
    await places[Symbol.asyncDispose]();
  };
  return { queue, store, close, [Symbol.asyncDispose]: close };
}

function hasPlace({ sqlite, redis, postgres }: Values): boolean {
  return (sqlite ?? redis ?? postgres) !== undefined;
}

function defaultFolder(): string {
  const folder = dataFolder();
  if (folder !== undefined) return `${folder}/server`;
  throw new UsageError("Cannot keep sessions: name a folder with --sqlite");
}

function listen(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  server: Server,
) {
  try {
    return Deno.serve({ hostname, port, onListen() {} }, server.fetch);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(
      `Cannot listen on ${hostname}:${port}: ${reason}; --port names another one`,
      {
        cause,
      },
    );
  }
}

/** Returns the token that the environment names, or a random one. */
function tokenOfUser(): string {
  const token = Deno.env.get("CAVE_TOKEN")?.trim();
  if (token === undefined || token === "") {
    return crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
  }
  if (token.length < 16) {
    throw new UsageError(
      "Cannot use CAVE_TOKEN: it has less than 16 characters, and could be guessed",
    );
  }
  return token;
}

function numberOf(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0 && value < 65_536) {
    return value;
  }
  throw new UsageError(
    `Cannot use --${flag} ${JSON.stringify(text)}: it is no number from 0 to 65535`,
  );
}
