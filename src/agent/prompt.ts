/**
 * The system prompt, made anew for each run from the runtime as it is then.
 *
 * @module
 */

import { declareInjections } from "../declare/declarations.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { grantedPermissions, type PermissionKind } from "../security/permissions.ts";

/** What a system prompt is made of. */
export interface PromptParts {
  /** Who the agent is and what it is for. */
  readonly instructions: string;
  /** How it works: cells, the session, the rules. */
  readonly systemInstructions: string;
  /** Declarations of the types, one each. */
  readonly types: readonly string[];
  /** Declarations of the functions, one each. */
  readonly functions: readonly string[];
  /** Declarations of the variables, one each. */
  readonly variables: readonly string[];
}

/** Who an agent is if nobody says otherwise. */
export const DEFAULT_INSTRUCTIONS =
  "You are an assistant that solves tasks by writing and running TypeScript.";

/**
 * How an agent works if nobody says otherwise.
 *
 * @param runtime The runtime: what is said about isolation and time is true of it.
 * @param language The word behind the fence of a code block.
 */
export function defaultSystemInstructions(
  runtime: Pick<Runtime, "isolated" | "timeoutMs" | "permissions" | "packages">,
  language: string,
): string {
  const limit = Number.isFinite(runtime.timeoutMs)
    ? ` A block may run for ${runtime.timeoutMs / 1000} seconds.`
    : "";
  const place = runtime.isolated
    ? "The session runs in a sandbox: there are no files, no network, no environment and no packages beyond what is " +
      "listed here, and the Node.js modules are not there. The language itself and the web's own APIs (URL, TextEncoder, " +
      "structuredClone, Intl, timers) are." + describePermissions(runtime)
    : "The session runs in the user's own process. Use what is listed here and nothing that changes the user's machine.";
  return `To act, write one code block in your reply:

\`\`\`${language}
const answer: number = 6 * 7;
console.log(answer);
\`\`\`

The block runs as a cell of a persistent session, as in a notebook, and you are shown what came of it. Then you go on.

- Write one block per reply and end the reply with it: what follows the block is not read.
- Everything defined at the top level (variables, functions, classes) stays for later blocks and may be defined again. Do
  not repeat earlier work.
- \`await\` and \`return\` work at the top level. What you print with console.log and the value of a last expression are
  shown to you. Print little: counts, samples, results.
- \`display(value)\` shows the user a table (a list of records), a chart (a Vega-Lite specification) or an image (bytes);
  you are told only that it was shown. There are \`display.html\`, \`.markdown\`, \`.svg\`, \`.image\` and \`.table\` as well.
- Never predict or invent what a block prints. Run it and read it.
- The functions listed here, and methods and members of the objects listed here that are instances of classes, are on the
  user's side: always \`await\` them, as in \`await light.brightness\` and \`for await (const row of table.rows())\`. Where calls do not depend on each other,
  use \`await Promise.all([...])\`.
- Use the variables listed here by name; they hold the real data. Results the user wants to keep belong in the variables
  that are listed for them.
- An error leaves the session as it was at that point: mend what failed and go on from there.
- When you are done, answer in plain text without a ${language} block. That ends the task.

${place}${limit}`;
}

const ACCESS: Readonly<Record<PermissionKind, string>> = {
  net: "use the network with fetch",
  read: "read files with Deno.readTextFile and its like",
  write: "write files with Deno.writeTextFile and its like",
  env: "read the environment with Deno.env",
  sys: "ask Deno about the system",
  import: "import modules from https URLs",
  run: "run programs with Deno.Command, with piped output",
  ffi: "load native libraries with Deno.dlopen",
};

function describePermissions(
  { permissions = {}, packages = [] }: Pick<Runtime, "permissions" | "packages">,
): string {
  const { run, ffi, ...others } = permissions;
  const granted = grantedPermissions(others, { run, ffi }).map(({ kind, allow, deny }) => {
    const limits = [
      ...allow === true ? [] : [`only ${allow.join(", ")}`],
      ...deny.length === 0 ? [] : [`not ${deny.join(", ")}`],
    ];
    return limits.length === 0 ? ACCESS[kind] : `${ACCESS[kind]} (${limits.join("; ")})`;
  });
  if (packages.length > 0) granted.push(`import the packages ${packages.join(", ")}`);
  return granted.length === 0 ? "" : ` Beyond that it may ${granted.join(", and ")}.`;
}

/**
 * Gathers what the prompt is made of.
 *
 * @param runtime The runtime.
 * @param options Texts in place of the default ones.
 */
export function promptParts(
  runtime: Runtime,
  options: {
    readonly instructions?: string | undefined;
    readonly systemInstructions?: string | undefined;
    readonly language: string;
    /** Time limit of a cell. @default the runtime's */
    readonly timeoutMs?: number | undefined;
  },
): PromptParts {
  const { isolated, permissions, packages } = runtime;
  const limits = {
    isolated,
    permissions,
    packages,
    timeoutMs: options.timeoutMs ?? runtime.timeoutMs,
  };
  return {
    instructions: options.instructions ?? DEFAULT_INSTRUCTIONS,
    systemInstructions: options.systemInstructions ??
      defaultSystemInstructions(limits, options.language),
    ...declareInjections(runtime.injections, { isolated }),
  };
}

/**
 * Puts a system prompt together. Sections without content are left out.
 *
 * @param parts What it is made of.
 */
export function defaultPromptTemplate(parts: PromptParts): string {
  const sections = [parts.instructions, parts.systemInstructions];
  for (const name of ["types", "functions", "variables"] as const) {
    if (parts[name].length > 0) sections.push(`<${name}>\n${parts[name].join("\n")}\n</${name}>`);
  }
  return sections.join("\n\n");
}

/**
 * The reminder of the date that stands behind the system message, and not in the history. To the hour, so that a prompt
 * can be cached.
 *
 * @param now The time.
 */
export function dateReminder(now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `<system-reminder>It is ${date}, ${two(now.getHours())}:00.</system-reminder>`;
}
