/**
 * The parser of the command line.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { nearNames } from "../text/near_names.ts";
import { grantedPermissions, type Permissions } from "../security/permissions/permissions.ts";

/** A parsed command line. */
export interface CommandLine {
  /** The action to perform. */
  readonly action: "run" | "help" | "version";
  /** The question; absent if none was given. */
  readonly question?: string | undefined;
  /** The model's name. */
  readonly model?: string | undefined;
  /** The path of the settings file. */
  readonly settings?: string | undefined;
  /** The URL of the server. */
  readonly baseUrl?: string | undefined;
  /** Paths of files that become variables. */
  readonly files: readonly string[];
  /** Directories with skills; absent if none was given. */
  readonly skills?: readonly string[];
  /** The name of an agent in a file of the project or the home; absent if none was given. */
  readonly agent?: string;
  /** The places whose code is loaded: middleware, and code of skills; absent if none was given. */
  readonly trust?: readonly ("project" | "home")[];
  /** Whether agents, prompts and skills of folders are left alone; absent if not. */
  readonly noResources?: true;
  /** Maximum number of model calls in a run. */
  readonly maxSteps?: number | undefined;
  /** Time limit of a cell in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** JavaScript heap of the kernel in bytes. */
  readonly memoryBytes?: number | undefined;
  /** Permissions of cells. */
  readonly permissions: Permissions;
  /** The folder for displayed tables, charts and pictures. */
  readonly output?: string | undefined;
  /** Whether to write events as JSON. */
  readonly json: boolean;
  /** Whether to show all output and details. */
  readonly verbose: boolean;
  /** Whether to write the answer alone to stdout, and nothing else. */
  readonly quiet: boolean;
  /** The session that is kept; absent if none is. */
  readonly session?: string | undefined;
}

/** Thrown for a malformed command line. The message gives the reason in one line. */
export class UsageError extends Error {
  /** Always `"UsageError"`. */
  override readonly name = "UsageError";
}

/** The text of `--help`. */
export const HELP = `Ask a model that works by running TypeScript in an isolated kernel.

Usage: deno task agent [options] "question"
       deno task agent sessions list | show NAME | resume NAME | delete NAME
       deno task agent resources [FOLDER]
       deno task agent doctor

Without a question, at a terminal: a conversation. /help lists its commands. Ctrl-C stops the
reply or the cell and keeps the state; at an empty prompt, Ctrl-D leaves.

Options:
  --settings FILE      models and servers (default: ~/.config/cave-agent/settings.yaml)
  --model NAME         the model (default: of the settings, OPENAI_MODEL, or gpt-5-mini)
  --base-url URL       an OpenAI-compatible server (default: OPENAI_BASE_URL)
  --file PATH          CSV, XLSX, Parquet, JSON, YAML, text or a picture, as a variable named after
                       it; a folder, a pattern, an address (with --allow-net), or - for stdin, as
                       the variable input; repeatable
  --agent NAME         an agent of .cave/agents, in this folder or your home
  --skills DIR         a folder with Agent Skills, for their instructions and files; repeatable
  --trust PLACE        project or home: load code of its .cave folder and of its skills; repeatable
  --no-resources       leave agents, prompts and skills of this folder and your home alone
  --session NAME       keep the conversation under this name, and go on with it
  --max-steps N        calls of the model for a question (default: 10)
  --timeout SECONDS    time limit of a cell (default: 60)
  --memory MB          JavaScript heap of the kernel (default: 1024, more for large files)
  --allow-net[=HOSTS]  let cells use the network, all of it or these hosts
  --allow-read[=PATHS] let cells read files, all or these
  --output DIR         save what is displayed (tables, charts, pictures) in this folder
  --json               one event per line, as JSON
  --quiet              the answer alone on stdout, everything else on stderr
  --verbose            show everything
  --help, --version

Exit codes: 0 an answer; 1 none, or it was withheld, cut off or empty; 2 a wrong command line;
130 after Ctrl-C.

Environment: OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL, NO_COLOR; CAVE_SETTINGS, CAVE_MODEL,
CAVE_BASE_URL, CAVE_SKILLS, CAVE_SESSION, CAVE_MAX_STEPS, CAVE_TIMEOUT, CAVE_MEMORY and CAVE_OUTPUT
stand for the options of these names; CAVE_PICTURES is kitty, iterm2, sixel or none; CAVE_DENO is
the Deno that runs kernels.`;

const OPTIONS = {
  settings: { type: "string" },
  model: { type: "string" },
  "base-url": { type: "string" },
  file: { type: "string", multiple: true },
  skills: { type: "string", multiple: true },
  agent: { type: "string" },
  trust: { type: "string", multiple: true },
  "no-resources": { type: "boolean" },
  "max-steps": { type: "string" },
  timeout: { type: "string" },
  memory: { type: "string" },
  "allow-net": { type: "string", multiple: true },
  "allow-read": { type: "string", multiple: true },
  output: { type: "string" },
  session: { type: "string" },
  quiet: { type: "boolean" },
  json: { type: "boolean" },
  verbose: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

/** Options for which a variable can stand. Permissions and files are given for each question. */
const BY_VARIABLE = [
  "settings",
  "model",
  "base-url",
  "skills",
  "session",
  "max-steps",
  "timeout",
  "memory",
  "output",
] as const;

/**
 * Parses the command line.
 *
 * @param args The arguments.
 * @param read Reads a variable of the environment. @default there are none
 * @throws {UsageError} If an option does not exist, or has an invalid value.
 */
export function parseCommandLine(
  args: readonly string[],
  read: (name: string) => string | undefined = () => undefined,
): CommandLine {
  const given = parse(args);
  const { values, variables } = withVariables(given.values, read);
  try {
    return toCommandLine(values, given.positionals);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // The option is named as it was given.
    const message = error.message.replace(/--[a-z-]+/g, (flag) => variables.get(flag) ?? flag);
    throw message === error.message ? error : new UsageError(message, { cause: error });
  }
}

type Values = ReturnType<typeof parse>["values"];

/** Adds the options for which variables stand. */
function withVariables(
  values: Values,
  read: (name: string) => string | undefined,
): { readonly values: Values; readonly variables: ReadonlyMap<string, string> } {
  const added: Record<string, string | string[]> = {};
  const variables = new Map<string, string>();
  // Each of the two names the server: the one that was typed holds.
  const other: Partial<Record<string, keyof Values>> = {
    settings: "base-url",
    "base-url": "settings",
  };
  for (const name of BY_VARIABLE) {
    const variable = `CAVE_${name.toUpperCase().replaceAll("-", "_")}`;
    const value = read(variable)?.trim();
    const rival = other[name];
    const isTyped = values[name] !== undefined ||
      rival !== undefined && values[rival] !== undefined;
    if (value === undefined || value === "" || isTyped) continue;
    added[name] = name === "skills" ? value.split(":") : value;
    variables.set(`--${name}`, variable);
  }
  return { values: { ...values, ...added }, variables };
}

function toCommandLine(values: Values, positionals: readonly string[]): CommandLine {
  const question = positionals.join(" ").trim();
  const baseUrl = values["base-url"];
  if (baseUrl !== undefined) checkServerUrl(baseUrl, "--base-url");
  if (baseUrl !== undefined && values.settings !== undefined) {
    throw new UsageError("Cannot use --settings and --base-url together: each names the server");
  }
  const permissions = { net: grant(values["allow-net"]), read: grant(values["allow-read"]) };
  try {
    grantedPermissions(permissions);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
  const { agent, trust } = values;
  const noResources = values["no-resources"] === true;
  for (const place of trust ?? []) {
    if (place === "project" || place === "home") continue;
    throw new UsageError(`Cannot use --trust ${JSON.stringify(place)}: it is project or home`);
  }
  if (noResources && (agent !== undefined || trust !== undefined)) {
    throw new UsageError("Cannot use --no-resources together with --agent or --trust");
  }
  const seconds = positive("timeout", values.timeout);
  const megabytes = positive("memory", values.memory);
  const maxSteps = positive("max-steps", values["max-steps"]);
  if (maxSteps !== undefined && !Number.isInteger(maxSteps)) {
    throw new UsageError(`Cannot use --max-steps ${maxSteps}: it must be a whole number`);
  }
  return {
    action: values.help ? "help" : values.version ? "version" : "run",
    question: question === "" ? undefined : question,
    ...(values.settings === undefined ? {} : { settings: values.settings }),
    model: values.model,
    baseUrl,
    files: values.file ?? [],
    ...(values.skills === undefined ? {} : { skills: values.skills }),
    ...(agent === undefined ? {} : { agent }),
    ...(trust === undefined ? {} : { trust: trust as ("project" | "home")[] }),
    ...(noResources ? { noResources } : {}),
    maxSteps,
    timeoutMs: seconds === undefined ? undefined : seconds * 1000,
    ...(megabytes === undefined ? {} : { memoryBytes: megabytes * 2 ** 20 }),
    permissions,
    output: values.output,
    json: values.json ?? false,
    verbose: values.verbose ?? false,
    quiet: values.quiet ?? false,
    ...(values.session === undefined ? {} : { session: values.session }),
  };
}

/**
 * Checks the URL of a server.
 *
 * @param url The URL.
 * @param source The option or variable that it comes from.
 * @throws {UsageError} If it is not an http or https URL.
 */
export function checkServerUrl(url: string, source: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new UsageError(
    `Cannot use ${source} ${JSON.stringify(url)}: it is not an http or https URL`,
  );
}

function parse(args: readonly string[]) {
  // A permission without a list grants all of it, as in Deno itself.
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const words = args.map((word, index) =>
    index < end && /^--allow-(net|read)$/.test(word) ? `${word}=` : word
  );
  try {
    return parseArgs({ args: words, options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw new UsageError(`${message.split(". To specify")[0]}${suggestion(words)}`, { cause });
  }
}

/** Returns the option that a mistyped one may have been meant for. */
function suggestion(words: readonly string[]): string {
  for (const word of words) {
    const [, name] = /^--([^=]+)/.exec(word) ?? [];
    if (name === undefined || Object.hasOwn(OPTIONS, name)) continue;
    const [near] = nearNames(name, Object.keys(OPTIONS));
    if (near !== undefined) return `. Did you mean --${near}?`;
  }
  return "";
}

function positive(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !(value > 0)) {
    throw new UsageError(
      `Cannot use --${flag} ${JSON.stringify(text)}: it must be a number above 0`,
    );
  }
  return value;
}

function grant(values: string[] | undefined): boolean | string[] {
  if (values === undefined) return false;
  const entries = values.flatMap((value) => value.split(",")).filter((entry) => entry !== "");
  return entries.length === 0 || values.includes("") ? true : entries;
}
