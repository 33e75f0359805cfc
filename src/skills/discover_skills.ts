/**
 * The search for skills in directories.
 *
 * @module
 */

import type { SkillMode } from "./parse/frontmatter.ts";
import type { Skill, SkillTrust } from "./skill.ts";
import { quoted, type SkillDiagnostic } from "./parse/skill_error.ts";
import { readSkill } from "./read_skill.ts";
import { isInside, isSkipped, sortedEntries } from "./skill_files.ts";

/** A directory with skills. */
export interface SkillSource {
  /** The path: of a skill, or of a directory in which skills are searched. */
  readonly path: string;
  /** The trust in these skills. @default "instructions" */
  readonly trust?: SkillTrust | undefined;
  /** Whether it is no fault if there is no such directory. @default false */
  readonly optional?: boolean | undefined;
}

/** Options of {@linkcode discoverSkills}. */
export interface DiscoverOptions {
  /** How closely skills have to follow the specification. @default "lenient" */
  readonly mode?: SkillMode | undefined;
}

/** The result of {@linkcode discoverSkills}. */
export interface DiscoveredSkills {
  /** The skills, sorted by source and path. */
  readonly skills: readonly Skill[];
  /** The faults of all files, and collisions of names. */
  readonly diagnostics: readonly SkillDiagnostic[];
}

/** Depth of the directories that are searched below a source. */
const MAX_DEPTH = 4;

/** Directories that are searched in all sources. */
const MAX_DIRECTORIES = 5_000;

/** Directories of a project, or of a home, in the order of precedence. */
const CONVENTIONAL = [".agents/skills", ".claude/skills", "skills"];

/**
 * Returns the conventional places of skills. Those of the project come first, and win.
 *
 * @param options The directories of the project and of the user.
 *
 * @example The places of a project
 * ```ts
 * import { conventionalSources } from "@cave/agent/skills";
 * import { assertEquals } from "@std/assert";
 *
 * const paths = conventionalSources({ project: "/app" }).map(({ path }) => path);
 * assertEquals(paths, ["/app/.agents/skills", "/app/.claude/skills", "/app/skills"]);
 * ```
 */
export function conventionalSources(
  { project, home }: { readonly project?: string; readonly home?: string },
): SkillSource[] {
  return [project, home].filter((base) => base !== undefined).flatMap((base) =>
    CONVENTIONAL.map((path) => ({ path: `${base}/${path}`, optional: true }))
  );
}

/** A place where a `SKILL.md` is. */
interface Place {
  readonly directory: string;
  readonly trust: SkillTrust;
}

/**
 * Finds skills. A faulty one is a diagnostic and never hides others; of two with one name, the first source wins.
 *
 * @param sources Directories, in the order of precedence.
 * @param options How closely skills have to follow the specification.
 *
 * @example Skills of a directory
 * ```ts
 * import { discoverSkills } from "@cave/agent/skills";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.mkdir(`${directory}/pdf`);
 * await Deno.writeTextFile(
 *   `${directory}/pdf/SKILL.md`,
 *   "---\nname: pdf\ndescription: Fills PDF forms\n---\nOpen the form first.\n",
 * );
 * const { skills, diagnostics } = await discoverSkills([directory]);
 * assertEquals(skills.map(({ name, trust }) => [name, trust]), [["pdf", "instructions"]]);
 * assertEquals(diagnostics, []);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function discoverSkills(
  sources: readonly (string | SkillSource)[],
  options: DiscoverOptions = {},
): Promise<DiscoveredSkills> {
  const search = new Search();
  for (const source of sources) {
    await search.source(typeof source === "string" ? { path: source } : source);
  }
  const diagnostics: SkillDiagnostic[] = [...search.diagnostics];
  const skills = new Map<string, Skill>();
  for (const { directory, trust } of search.places) {
    const { skill, diagnostics: faults } = readSkill(directory, { trust, mode: options.mode });
    diagnostics.push(...faults);
    if (skill === undefined) continue;
    // Names that differ in their form only would read the same.
    const key = skill.name.normalize("NFKC");
    const first = skills.get(key);
    if (first === undefined) skills.set(key, skill);
    else diagnostics.push(collision(skill, first));
  }
  return { skills: [...skills.values()], diagnostics };
}

function collision({ name, directory }: Skill, first: Skill): SkillDiagnostic {
  const message = `Cannot load the skill ${quoted(name)} of ${quoted(directory ?? "")}: ${
    quoted(first.directory ?? "")
  } has that name as well, and comes first`;
  return { level: "warning", code: "collision", message, path: directory };
}

/** The walk through all sources. */
class Search {
  readonly places: Place[] = [];
  readonly diagnostics: SkillDiagnostic[] = [];
  readonly #seen = new Set<string>();

  async source({ path, trust = "instructions", optional = false }: SkillSource): Promise<void> {
    let root: string;
    try {
      root = await Deno.realPath(path);
    } catch (error) {
      if (optional && error instanceof Deno.errors.NotFound) return;
      this.#report("error", path, "it does not exist");
      return;
    }
    await this.#walk(root, { root, trust, depth: 0 });
  }

  async #walk(
    directory: string,
    at: { readonly root: string; readonly trust: SkillTrust; readonly depth: number },
  ): Promise<void> {
    const { root, trust, depth } = at;
    if (this.#seen.has(directory)) return;
    if (this.#seen.size >= MAX_DIRECTORIES) {
      const isFirst = !this.diagnostics.some(({ code }) => code === "size");
      if (isFirst) {
        this.#report("warning", directory, `there are more than ${MAX_DIRECTORIES}`, "size");
      }
      return;
    }
    this.#seen.add(directory);
    let entries: Deno.DirEntry[];
    try {
      entries = await sortedEntries(directory, MAX_DIRECTORIES);
    } catch (error) {
      this.#report("error", directory, quoted(String(error)));
      return;
    }
    if (entries.some(({ name }) => name === "SKILL.md")) {
      this.places.push({ directory, trust });
      return;
    }
    if (depth === MAX_DEPTH) return;
    for (const { name, isDirectory, isSymlink } of entries) {
      if (isSkipped(name) || !isDirectory && !isSymlink) continue;
      const path = `${directory}/${name}`;
      const real = isSymlink ? await this.#target(path, root) : path;
      if (real !== undefined) await this.#walk(real, { root, trust, depth: depth + 1 });
    }
  }

  /** Returns the directory that a link means; `undefined` if it is none, or lies outside the source. */
  async #target(path: string, root: string): Promise<string | undefined> {
    try {
      const real = await Deno.realPath(path);
      if (!isInside(real, root)) {
        this.#report("warning", path, "it is a link out of the directory that is searched");
        return undefined;
      }
      return (await Deno.stat(real)).isDirectory ? real : undefined;
    } catch {
      this.#report("warning", path, "it is a link to nothing");
      return undefined;
    }
  }

  #report(
    level: SkillDiagnostic["level"],
    path: string,
    reason: string,
    code: SkillDiagnostic["code"] = "path",
  ): void {
    const message = `Cannot search ${quoted(path)} for skills: ${reason}`;
    this.diagnostics.push({ level, code, message, path });
  }
}
