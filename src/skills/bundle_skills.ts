/**
 * Bundles: several skills, validated, in one directory.
 *
 * @module
 */

import { discoverSkills, type SkillSource } from "./discover_skills.ts";
import type { Skill } from "./skill.ts";
import { quoted, SkillError, skillError } from "./parse/skill_error.ts";
import { listFiles, MAX_FILE_BYTES, readInside } from "./skill_files.ts";
import { MAX_SKILL_BYTES } from "./parse/skill_text.ts";

/** Files of a skill that are copied. */
const MAX_FILES = 1_000;

/**
 * Copies skills into one directory. All of them have to be valid. Of two with one name, the first is copied, which
 * `discoverSkills` reports. Hidden files and symbolic links are left out.
 *
 * @param sources Directories with skills, in the order of precedence.
 * @param target The directory of the bundle, which has to be absent or empty.
 * @returns The skills in the bundle.
 * @throws {SkillError} If a skill is not valid, there is none, or the target has content. Nothing is written then.
 *
 * @example A bundle
 * ```ts
 * import { bundleSkills } from "@cave/agent/skills";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * await Deno.mkdir(`${directory}/a/pdf`, { recursive: true });
 * await Deno.writeTextFile(`${directory}/a/pdf/SKILL.md`, "---\nname: pdf\ndescription: Forms\n---\n");
 * const skills = await bundleSkills([`${directory}/a`], `${directory}/bundle`);
 * assertEquals(skills.map(({ name }) => name), ["pdf"]);
 * assertEquals((await Deno.stat(`${directory}/bundle/pdf/SKILL.md`)).isFile, true);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function bundleSkills(
  sources: readonly (string | SkillSource)[],
  target: string,
): Promise<readonly Skill[]> {
  const { skills, diagnostics } = await discoverSkills(sources, { mode: "strict" });
  if (diagnostics.some(({ level }) => level === "error")) throw new SkillError(diagnostics);
  const task = `Cannot bundle skills into ${quoted(target)}`;
  if (skills.length === 0) throw skillError("path", `${task}: there are none`);
  if (await hasContent(target)) throw skillError("path", `${task}: it is not empty`);
  const copies: { directory: string; file: string; to: string; max: number }[] = [];
  for (const { directory, name } of skills) {
    const files = await listFiles(directory!, MAX_FILES + 1);
    if (files.length > MAX_FILES) {
      throw skillError("size", `${task}: ${quoted(name)} has more than ${MAX_FILES} files`);
    }
    // The name is valid, so it is no path.
    const folder = `${target}/${name.normalize("NFKC")}`;
    for (const file of ["SKILL.md", ...files]) {
      const max = file === "SKILL.md" ? MAX_SKILL_BYTES : MAX_FILE_BYTES;
      copies.push({ directory: directory!, file, to: `${folder}/${file}`, max });
    }
  }
  for (const { directory, file, to, max } of copies) {
    const from = `${directory}/${file}`;
    const bytes = readInside(directory, file, { max, task: `Cannot copy ${quoted(from)}` });
    await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(to, bytes);
  }
  return skills;
}

async function hasContent(directory: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(directory)) return true;
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
