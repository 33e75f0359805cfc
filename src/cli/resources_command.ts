/**
 * The command line for resources: `deno task resources [FOLDER]` lists them, with their faults.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { discoverResources, type Resources } from "../resources/discover_resources.ts";
import { printable } from "../text/printable.ts";
import { writeJson, writeLine, writeNote } from "../terminal/terminal_output.ts";

const HELP =
  `List the agents, prompts, skills, middleware and MCP servers of a folder and of the home.

Usage: deno task resources [FOLDER] [--json] [--trust project] [--trust home]

Code is loaded from trusted folders only. Exit codes: 0, 1 if a file has a fault, 2 for a wrong command line.`;

if (import.meta.main) Deno.exitCode = await main(Deno.args);

/**
 * Runs the command line.
 *
 * @param args The arguments of the command.
 * @param options The home of the user. @default that of the environment
 * @returns The exit code: 0, 1 if a file has a fault, 2 for a wrong command line.
 */
export async function main(
  args: readonly string[],
  options: { readonly home?: string | undefined } = {},
): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        help: { type: "boolean" },
        trust: { type: "string", multiple: true },
      },
    });
  } catch (error) {
    writeNote((error as Error).message);
    return 2;
  }
  const { values: { json = false, help = false, trust = [] }, positionals } = parsed;
  const isKnown = (name: string) => name === "project" || name === "home";
  if (positionals.length > 1 || !trust.every(isKnown)) {
    writeNote(
      "Cannot list resources: give one folder at most, and --trust project or --trust home",
    );
    return 2;
  }
  if (help) {
    writeLine(HELP);
    return 0;
  }
  const resources = await discoverResources({
    project: positionals[0] ?? Deno.cwd(),
    home: options.home ?? Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE"),
    trust: trust as ("project" | "home")[],
  });
  for (const entry of entriesOf(resources)) {
    if (json) writeJson(entry);
    else {
      const about = entry.about === "" ? "" : `: ${entry.about}`;
      writeLine(printable(`${entry.kind} ${entry.name} (${entry.origin})${about}`));
    }
  }
  for (const { kind, origin, path, message } of resources.diagnostics) {
    if (json) writeJson({ fault: message, kind, origin, path });
    else writeNote(`${origin} ${path}: ${message}`);
  }
  return resources.diagnostics.length > 0 ? 1 : 0;
}

interface Entry {
  readonly kind: string;
  readonly name: string;
  readonly origin: string;
  readonly about: string;
}

function entriesOf({ agents, prompts, skills, middleware, servers }: Resources): Entry[] {
  const named = (kind: string, list: Iterable<{ name: string; origin: string; path: string }>) =>
    [...list].map(({ name, origin, path }) => ({ kind, name, origin, about: path }));
  return [
    ...[...agents.values()].map(({ name, origin, value }) => ({
      ...{ kind: "agent", name, origin, about: value.description },
    })),
    ...named("prompt", prompts.values()),
    ...skills.map(({ name, description }) => ({
      ...{ kind: "skill", name, origin: "files", about: description },
    })),
    ...named("middleware", middleware.values()),
    ...named("server", servers.values()),
  ];
}
