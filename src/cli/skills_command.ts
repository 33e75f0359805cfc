/**
 * The command line for skills: `deno task skills list|validate|show|bundle PATH...`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { bundleSkills } from "../skills/bundle_skills.ts";
import {
  conventionalSources,
  discoverSkills,
  type SkillSource,
} from "../skills/discover_skills.ts";
import type { Skill } from "../skills/skill.ts";
import { type SkillDiagnostic, SkillError } from "../skills/parse/skill_error.ts";
import { UsageError } from "../terminal/command_line.ts";
import { describeFailure, writeJson, writeLine, writeNote } from "../terminal/terminal_output.ts";

/** The exit code for a command line that is malformed. */
const USAGE_EXIT_CODE = 2;

/** The text of `--help`. */
const HELP = `List, validate, show and bundle Agent Skills.

Usage: deno task skills list [PATH...]       skills that agents would find
       deno task skills validate PATH...     check skills against the specification
       deno task skills show PATH...         skills with their instructions
       deno task skills bundle PATH... --output DIR

Without a PATH, list looks at .agents/skills, .claude/skills and skills of this folder and of the home.

Options:
  --json               a line of JSON per skill and per fault
  --help

Exit codes: 0, 1 if a skill has an error or none was found, 2 for a wrong command line.`;

if (import.meta.main) Deno.exitCode = await main(Deno.args);

/**
 * Runs the command line.
 *
 * @param args The arguments of the command.
 * @returns The exit code: 0, 1 after an error of a skill, 2 for a wrong command line.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(parse(args));
  } catch (error) {
    if (error instanceof UsageError) {
      writeNote(error.message);
      return USAGE_EXIT_CODE;
    }
    if (error instanceof SkillError) writeFaults(error.diagnostics, { json: false });
    else writeNote(`Error: ${describeFailure(error)}`);
    return 1;
  }
}

/** A parsed command line. */
interface SkillsCommand {
  readonly action: string;
  readonly paths: readonly string[];
  readonly output: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

function parse(args: readonly string[]): SkillsCommand {
  try {
    const { values, positionals: [action = "", ...paths] } = parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean" },
        output: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
    const { json = false, help = false, output } = values;
    return { action, paths, output, json, help };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw new UsageError(message, { cause });
  }
}

async function run({ action, paths, output, json, help }: SkillsCommand): Promise<number> {
  if (help) {
    writeLine(HELP);
    return 0;
  }
  if (!["list", "validate", "show", "bundle"].includes(action)) {
    throw new UsageError(
      `Cannot run ${JSON.stringify(action)}: the commands are list, validate, show and bundle`,
    );
  }
  if (action !== "list" && paths.length === 0) {
    throw new UsageError(`Cannot ${action} skills: there is no path`);
  }
  if (action === "bundle") {
    if (output === undefined) throw new UsageError("Cannot bundle skills: --output is missing");
    const skills = await bundleSkills(paths.map(directoryOf), output);
    for (const skill of skills) writeSkill(skill, { action, json });
    return 0;
  }
  const isList = action === "list" && paths.length === 0;
  const sources = isList ? conventionalPlaces() : paths.map(directoryOf);
  const mode = action === "validate" ? "strict" : "lenient";
  const { skills, diagnostics } = await discoverSkills(sources, { mode });
  for (const skill of skills) writeSkill(skill, { action, json });
  writeFaults(diagnostics, { json });
  if (skills.length === 0 && diagnostics.length === 0) writeNote("There are no skills");
  const fails = diagnostics.some(({ level }) => level === "error");
  return fails || skills.length === 0 && !isList ? 1 : 0;
}

/** Returns the directory of a skill whose file is named. */
function directoryOf(path: string): string {
  return path.replace(/(?:^|[/\\])SKILL\.md$/, "") || ".";
}

function conventionalPlaces(): SkillSource[] {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  return conventionalSources({ project: Deno.cwd(), ...(home === undefined ? {} : { home }) });
}

function writeSkill(
  skill: Skill,
  { action, json }: { readonly action: string; readonly json: boolean },
): void {
  const { name, description, instructions, directory, allowedTools } = skill;
  if (json) {
    writeJson({ type: "skill", ...(action === "show" ? skill : { name, description, directory }) });
  } else if (action === "validate") writeLine(`Valid skill: ${oneLine(name)} (${directory})`);
  else if (action === "bundle") writeLine(`Copied: ${oneLine(name)}`);
  else writeLine(`${oneLine(name)}: ${oneLine(description)}`);
  if (json || action !== "show") return;
  if (allowedTools !== undefined) writeLine(`Tools: ${oneLine(allowedTools)}`);
  writeLine(`Directory: ${directory}\n\n${instructions}\n`);
}

function writeFaults(
  diagnostics: readonly SkillDiagnostic[],
  { json }: { readonly json: boolean },
): void {
  for (const fault of diagnostics) {
    if (json) {
      writeJson({ type: "diagnostic", ...fault });
      continue;
    }
    const place = [fault.path, fault.line].filter((part) => part !== undefined).join(":");
    writeNote(`${fault.level}: ${place === "" ? "" : `${oneLine(place)}: `}${fault.message}`);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
