/**
 * The module beside a `SKILL.md` whose exports cells get when the skill is activated.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { defineModule } from "../declare/module/define_module.ts";
import type { InjectOptions } from "../inject/injections.ts";
import type { Skill } from "./skill.ts";
import { quoted, skillError } from "./parse/skill_error.ts";
import { isInside } from "./skill_files.ts";

/** The name of the module. */
export const INJECTION_FILE = "injection.ts";

/**
 * Returns the names that a skill puts into cells. The module of a skill in a directory is run here, in the process of the
 * host, and only if the host trusts its code.
 *
 * @param skill The skill.
 * @returns The names; `undefined` if there are none.
 * @throws {SkillError} If the module cannot be loaded.
 */
export async function injectionsOf(skill: Skill): Promise<InjectOptions | undefined> {
  const { directory, trust, injections, name } = skill;
  if (trust !== "code") return undefined;
  if (directory === undefined) return injections;
  const task = `Cannot load ${INJECTION_FILE} of the skill ${quoted(name)}`;
  let path: string;
  try {
    path = await Deno.realPath(`${directory}/${INJECTION_FILE}`);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw skillError("injection", `${task}: ${quoted(String(cause))}`, { cause });
  }
  if (!isInside(path, directory)) {
    throw skillError("injection", `${task}: it is a link out of its directory`);
  }
  try {
    const { functions, types, variables } = await defineModule(pathToFileURL(path).href);
    return { functions, types, variables };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw skillError("injection", `${task}: ${quoted(reason)}`, { cause });
  }
}
