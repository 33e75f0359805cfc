/**
 * The module beside a `SKILL.md` whose exports cells get when the skill is activated.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { defineModule } from "../declare/module/define_module.ts";
import type { InjectOptions } from "../inject/injections.ts";
import type { Skill } from "./skill.ts";
import { quoted, skillError } from "./parse/skill_error.ts";
import { INJECTION_FILE, isForKernel } from "./kernel_modules.ts";
import { readInside } from "./skill_files.ts";

/** Bytes of the module. */
const MAX_INJECTION_BYTES = 1 << 20;

/** Characters of a digest that tell versions of a module apart. */
const VERSION_CHARS = 16;

/**
 * Returns the names that a skill puts into cells from the host. The module of a skill in a directory is run here, in the
 * process of the host, and only if the host trusts its code and the module is not marked for the kernel.
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
  if (!await exists(`${directory}/${INJECTION_FILE}`)) return undefined;
  const bytes = readInside(directory, INJECTION_FILE, { max: MAX_INJECTION_BYTES, task });
  if (isForKernel(new TextDecoder().decode(bytes))) return undefined;
  // Modules are loaded once per URL, and a skill may be read anew.
  const version = createHash("sha256").update(bytes).digest("hex").slice(0, VERSION_CHARS);
  try {
    const url = pathToFileURL(`${directory}/${INJECTION_FILE}`).href;
    const { functions, types, variables } = await defineModule(url, { version });
    return { functions, types, variables };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw skillError("injection", `${task}: ${quoted(reason)}`, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
