/**
 * The names that skills have put into the cells of runtimes, whichever agent has activated them.
 *
 * @module
 */

import { Mutex } from "../async/mutex.ts";
import type { InjectOptions } from "../inject/injections.ts";
import { injectionsOf } from "./injection.ts";
import { kernelModulesOf } from "./kernel_modules.ts";
import { quoted, skillError } from "./parse/skill_error.ts";
import type { Skill } from "./skill.ts";

/** The part of a runtime that skills need. */
export interface SkillRuntime {
  /** Adds names to cells. */
  inject(injections: InjectOptions): Promise<void>;
  /** Takes names away. @default not possible */
  eject?(names: readonly string[]): Promise<void>;
  /** Whether a name is injected. */
  isInjected?(name: string): boolean;
}

/** The names of a skill in a runtime. */
export interface SkillNames {
  /** The names. */
  readonly names: readonly string[];
  /** The reasons why others are missing, as sentences. */
  readonly faults: readonly string[];
}

/** The skills with names in one runtime. */
class NamesOfRuntime {
  readonly changes = new Mutex();
  readonly bySkill = new Map<Skill, SkillNames>();
}

const runtimes = new WeakMap<SkillRuntime, NamesOfRuntime>();

/**
 * Puts the names of a skill into cells, unless they are there. A module for the kernel that cannot be evaluated there is a
 * fault, and hides neither the others nor the instructions.
 *
 * @param runtime The runtime.
 * @param skill The skill.
 * @throws {SkillError} If its module cannot be loaded on the host; {TypeError} if a name is taken.
 */
export async function injectNames(
  runtime: SkillRuntime,
  skill: Skill,
): Promise<SkillNames> {
  const { changes, bySkill } = of(runtime);
  return await changes.run(async () => {
    const known = bySkill.get(skill);
    if (known !== undefined) return known;
    const injections = await injectionsOf(skill);
    const names = namesOf(injections);
    if (injections !== undefined && names.length > 0) await runtime.inject(injections);
    const { modules, faults } = await kernelModulesOf(skill);
    const all = { names: [...names], faults: [...faults] };
    for (const module of modules) {
      try {
        if (module.exports.size > 0) await runtime.inject({ modules: [module] });
        all.names.push(...module.exports.keys());
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        all.faults.push(error.message);
      }
    }
    bySkill.set(skill, all);
    return all;
  });
}

/**
 * Takes the names of a skill away from cells.
 *
 * @param runtime The runtime.
 * @param skill The skill.
 * @throws {SkillError} If the runtime can take no names away.
 */
export async function ejectNames(runtime: SkillRuntime, skill: Skill): Promise<void> {
  const { changes, bySkill } = of(runtime);
  await changes.run(async () => {
    const names = bySkill.get(skill)?.names ?? [];
    bySkill.delete(skill);
    if (names.length === 0) return;
    if (runtime.eject === undefined) {
      throw skillError(
        "injection",
        `Cannot take away the names of the skill ${
          quoted(skill.name)
        }: the runtime has no eject method`,
      );
    }
    await runtime.eject(names);
  });
}

/**
 * Returns a name of a skill in code that the runtime has from elsewhere.
 *
 * @param runtime The runtime.
 * @param skill The skill.
 */
export function takenName(runtime: SkillRuntime, skill: Skill): string | undefined {
  if (of(runtime).bySkill.has(skill)) return undefined;
  return namesOf(skill.injections).find((name) => runtime.isInjected?.(name) === true);
}

function of(runtime: SkillRuntime): NamesOfRuntime {
  const known = runtimes.get(runtime) ?? new NamesOfRuntime();
  runtimes.set(runtime, known);
  return known;
}

function namesOf(injections: InjectOptions | undefined): string[] {
  const { functions, variables, types } = injections ?? {};
  return [functions, variables, types].flatMap((record) => Object.keys(record ?? {}));
}
