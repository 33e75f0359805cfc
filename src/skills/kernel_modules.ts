/**
 * The modules of a skill whose code runs in the kernel.
 *
 * @module
 */

import { defineKernelModule } from "../declare/module/define_kernel_module.ts";
import type { KernelModule } from "../inject/kernel_module.ts";
import { quoted, SkillError } from "./parse/skill_error.ts";
import type { Skill } from "./skill.ts";
import { isSkipped, readInside, sortedEntries } from "./skill_files.ts";

/** The name of the module beside `SKILL.md`. */
export const INJECTION_FILE = "injection.ts";

/** The directory of scripts. */
const SCRIPTS = "scripts";

/** Scripts that are looked at. */
const MAX_SCRIPTS = 50;

/** Bytes of a module. */
const MAX_MODULE_BYTES = 256 << 10;

/** Entries of a directory that are looked at. */
const MAX_ENTRIES = 5_000;

/** The mark of a module beside `SKILL.md` that runs in the kernel: the tag `@kernel` in the comment at its beginning. */
const KERNEL_MARK = /^\ufeff?(?:#![^\n]*\n)?\s*\/\*\*(?:(?!\*\/)[\s\S])*?@kernel\b/;

/** A line that begins with an export. */
const EXPORT = /^export\b/m;

/** The modules of a skill for the kernel. */
export interface KernelModules {
  /** The modules. */
  readonly modules: readonly KernelModule[];
  /** The reasons why others are left out, as sentences. */
  readonly faults: readonly string[];
}

/**
 * Returns whether the text of `injection.ts` says that it runs in the kernel.
 *
 * @param text The text.
 */
export function isForKernel(text: string): boolean {
  return KERNEL_MARK.test(text);
}

/**
 * Reads the modules of a skill for the kernel: `scripts/*.ts` that export something, and `injection.ts` with the tag
 * `@kernel`. Nothing is run here.
 *
 * @param skill The skill. Without the trust "kernel" or "code" it has none.
 */
export async function kernelModulesOf(
  { directory, trust }: Skill,
): Promise<KernelModules> {
  if (directory === undefined || trust !== "kernel" && trust !== "code") {
    return { modules: [], faults: [] };
  }
  const modules: KernelModule[] = [];
  const faults: string[] = [];
  for (const path of await candidates(directory)) {
    const task = `Cannot load ${quoted(path)}`;
    try {
      const bytes = readInside(directory, path, { max: MAX_MODULE_BYTES, task });
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      if (path === INJECTION_FILE ? !isForKernel(text) : !EXPORT.test(text)) continue;
      modules.push(defineKernelModule(text, { name: path, trusted: trust === "code" }));
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof SkillError) faults.push(error.message);
      else if (error instanceof TypeError) faults.push(`${task}: it is not UTF-8`);
      else throw error;
    }
  }
  return { modules, faults };
}

/** Returns the paths of files that may be modules for the kernel. */
async function candidates(directory: string): Promise<string[]> {
  const entries = await sortedEntries(directory, MAX_ENTRIES);
  const paths = entries.some(({ name }) => name === INJECTION_FILE) ? [INJECTION_FILE] : [];
  // A link could lead anywhere; readInside checks the files as well.
  if (!entries.some(({ name, isDirectory }) => name === SCRIPTS && isDirectory)) return paths;
  const scripts = (await sortedEntries(`${directory}/${SCRIPTS}`, MAX_ENTRIES))
    .filter(({ name, isFile }) =>
      isFile && !isSkipped(name) && /(?<!\.d|[._]test)\.ts$/.test(name)
    );
  return [...paths, ...scripts.slice(0, MAX_SCRIPTS).map(({ name }) => `${SCRIPTS}/${name}`)];
}
