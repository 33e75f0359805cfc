/**
 * The command line of workers: `deno task worker --redis URL --agents support,research`.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Recipe } from "../queue/work/recipe.ts";
import { Worker } from "../queue/work/worker.ts";
import type { WorkerOptions } from "../queue/work/worker_options.ts";
import { UsageError } from "../terminal/command_line.ts";
import { describeFailure, writeLine, writeNote } from "../terminal/terminal_output.ts";
import { openPlaces } from "./setup/places.ts";
import { Signals } from "./setup/signals.ts";
import { surviveStrayErrors } from "./setup/stray_errors.ts";

/** The exit code for a command line that is malformed. */
const USAGE_EXIT_CODE = 2;

/** The text of `--help`. */
const HELP = `Run sessions that others have put into a queue.

Usage: deno task worker (--sqlite FOLDER | --redis URL | --postgres URL) [--recipes FILE] [OPTION...]

Queue and store, one of:
  --sqlite FOLDER      queue.db and store.db in a folder of this machine
  --redis URL          BullMQ and the sessions in Redis
  --postgres URL       BullMQ and the sessions in PostgreSQL

Options:
  --recipes FILE       the agents: a JSON list of { agent, module, export, settings, version, ... }  (agents.json)
  --agents A,B         runs these of them alone
  --concurrency N      sessions at a time  (8)
  --warm N             sessions that keep their kernel while they wait  (16)
  --lease-ms N         time after which others take over if this worker is silent  (3000)
  --slice-ms N         time after which a session gives its place to others, 0 for each step  (1000)
  --name NAME          the name in lists of jobs
  --help

SIGTERM and SIGINT let the steps under way end, hand their sessions back, and end the worker.
Exit codes: 0, 1 after an error, 2 for a wrong command line.`;

/** The options that are numbers, with their names in the options of a worker. */
const NUMBERS = {
  concurrency: "concurrency",
  warm: "warmSessions",
  "lease-ms": "leaseMs",
  "slice-ms": "sliceMs",
} as const;

if (import.meta.main) Deno.exitCode = await main(Deno.args);

/**
 * Runs the command line until SIGTERM or SIGINT.
 *
 * @param args The arguments of the command.
 * @returns The exit code: 0, 1 after an error, 2 for a wrong command line.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(parse(args));
  } catch (error) {
    if (error instanceof UsageError) {
      writeNote(error.message);
      return USAGE_EXIT_CODE;
    }
    writeNote(`Error: ${describeFailure(error)}`);
    return 1;
  }
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parse(args: readonly string[]): Values {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...{ sqlite: text, redis: text, postgres: text, recipes: text, agents: text, name: text },
        ...{ concurrency: text, warm: text, "lease-ms": text, "slice-ms": text },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw new UsageError(message, { cause });
  }
}

async function run(values: Values): Promise<number> {
  if (values.help === true) {
    writeLine(HELP);
    return 0;
  }
  const agents = await readRecipes(values);
  const limits = Object.fromEntries(
    Object.entries(NUMBERS).flatMap(([flag, option]) => {
      const value = values[flag];
      return value === undefined ? [] : [[option, numberOf(flag, value as string)]];
    }),
  );
  const report = (error: unknown) => writeNote(`Error: ${describeFailure(error)}`);
  using signals = new Signals();
  using _stray = surviveStrayErrors(report);
  await using places = await openPlaces(values);
  const { queue, store } = places;
  const options: WorkerOptions = {
    ...{ queue, store, agents, ...limits },
    ...(typeof values.name === "string" ? { name: values.name } : {}),
    onError: report,
  };
  await using worker = new Worker(options);
  worker.start();
  writeNote(`Worker ${worker.name} has begun: ${agents.map(({ agent }) => agent).join(", ")}`);
  await signals.aborted;
  writeNote(`Worker ${worker.name} ends ${worker.load.active} steps`);
  await worker.close();
  return 0;
}

/** Reads the recipes, whose modules are relative to their file. */
async function readRecipes({ recipes = "agents.json", agents }: Values): Promise<Recipe[]> {
  const path = recipes as string;
  let all: unknown;
  try {
    all = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot read the recipes ${path}: ${reason}`, { cause: error });
  }
  if (!Array.isArray(all)) throw new UsageError(`Cannot use the recipes ${path}: they are no list`);
  const base = pathToFileURL(await Deno.realPath(path));
  const list = all.map((recipe): Recipe =>
    typeof recipe?.module === "string" && /^\.{1,2}\//.test(recipe.module)
      ? { ...recipe, module: new URL(recipe.module, base).href }
      : recipe
  );
  if (agents === undefined) return list;
  return (agents as string).split(",").map((name) => {
    const found = list.find(({ agent }) => agent === name);
    if (found !== undefined) return found;
    const known = list.map(({ agent }) => agent).join(", ");
    throw new UsageError(`Cannot run the agent ${JSON.stringify(name)}: ${path} has ${known}`);
  });
}

function numberOf(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new UsageError(`Cannot use --${flag} ${JSON.stringify(text)}: it is not a number`);
}
