/**
 * The names that skills have put into the cells of runtimes, whichever agent has activated them.
 *
 * @module
 */

import { Mutex } from "../async/mutex.ts";
import type { InjectOptions } from "../inject/injections.ts";
import { injectionsOf } from "./injection.ts";
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

/** The skills with names in one runtime. */
class NamesOfRuntime {
  readonly changes = new Mutex();
  readonly bySkill = new Map<Skill, readonly string[]>();
}

const runtimes = new WeakMap<SkillRuntime, NamesOfRuntime>();

/**
 * Puts the names of a skill into cells, unless they are there.
 *
 * @param runtime The runtime.
 * @param skill The skill.
 * @returns The names.
 * @throws {SkillError} If its module cannot be loaded; {TypeError} if a name is taken.
 */
export async function injectNames(
  runtime: SkillRuntime,
  skill: Skill,
): Promise<readonly string[]> {
  const { changes, bySkill } = of(runtime);
  return await changes.run(async () => {
    const known = bySkill.get(skill);
    if (known !== undefined) return known;
    const injections = await injectionsOf(skill);
    const names = namesOf(injections);
    if (injections !== undefined && names.length > 0) await runtime.inject(injections);
    bySkill.set(skill, names);
    return names;
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
    const names = bySkill.get(skill) ?? [];
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
