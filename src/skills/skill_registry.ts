/**
 * The registry of skills: by name, from code and from directories.
 *
 * @module
 */

import { catalogLine } from "./catalog.ts";
import { type DiscoverOptions, discoverSkills, type SkillSource } from "./discover_skills.ts";
import {
  quoted,
  type SkillDiagnostic,
  SkillError,
  skillError,
  type SkillFault,
} from "./parse/skill_error.ts";
import { readSkill } from "./read_skill.ts";
import type { Skill } from "./skill.ts";

/** Names that an error lists. */
const MAX_LISTED_NAMES = 50;

/** Receives the changes of a registry. */
export interface SkillWatcher {
  /** Called when a skill is taken away or replaced. The change waits for the end. */
  changed(before: Skill, after: Skill | undefined): Promise<void>;
}

/** The watchers of registries. A registry may outlive the agents that use it. */
const watchers = new WeakMap<SkillRegistry, Set<WeakRef<SkillWatcher>>>();

/**
 * Has a watcher receive the changes of a registry, as long as something else refers to the watcher.
 *
 * @param registry The registry.
 * @param watcher Receives the changes.
 */
export function watchSkills(registry: SkillRegistry, watcher: SkillWatcher): void {
  const all = watchers.get(registry) ?? new Set();
  watchers.set(registry, all);
  for (const known of all) if (known.deref() === undefined) all.delete(known);
  all.add(new WeakRef(watcher));
}

/**
 * Skills by name. Names that differ in their Unicode form only are the same. An agent that has a registry as its option
 * `skills` sees its changes: a skill that is added can be activated, and one that is removed or read anew takes the names
 * away that it has put into cells.
 *
 * @example Skills from code and from directories
 * ```ts
 * import { defineSkill, SkillRegistry } from "@cave/agent/skills";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const registry = new SkillRegistry();
 * registry.add(defineSkill({ name: "pdf", description: "Fills forms.", instructions: "Open it." }));
 * await registry.discover([{ path: "./none", optional: true }]);
 *
 * assertEquals(registry.describe(), "- pdf: Fills forms.");
 * assertEquals(registry.get("pdf").instructions, "Open it.");
 * assertThrows(() => registry.get("xls"), Error, 'the skills are "pdf"');
 * await registry.remove("pdf");
 * assertEquals(registry.has("pdf"), false);
 * ```
 */
export class SkillRegistry {
  readonly #skills = new Map<string, Skill>();

  /**
   * Makes a registry.
   *
   * @param skills The first skills.
   * @throws {SkillError} If one is malformed, or two have one name.
   */
  constructor(skills: Iterable<Skill> = []) {
    for (const skill of skills) this.add(skill);
  }

  /** The number of skills. */
  get size(): number {
    return this.#skills.size;
  }

  /**
   * Adds a skill.
   *
   * @param skill The skill, from `defineSkill`, `discoverSkills` or another registry.
   * @returns The registry.
   * @throws {SkillError} If it is malformed, or the registry has a skill of that name.
   */
  add(skill: Skill): this {
    const [code, hindrance] = this.#hindranceOf(skill) ?? [];
    if (code !== undefined) {
      throw skillError(code, `Cannot add ${nameInWords(skill)}: ${hindrance}`);
    }
    this.#skills.set(keyOf(skill.name), skill);
    return this;
  }

  /**
   * Adds the skills of directories. One whose name is taken is left out, and reported.
   *
   * @param sources The directories, in the order of precedence.
   * @param options How closely skills have to follow the specification.
   * @returns The faults of all files, and collisions of names.
   */
  async discover(
    sources: readonly (string | SkillSource)[],
    options: DiscoverOptions = {},
  ): Promise<readonly SkillDiagnostic[]> {
    const { skills, diagnostics } = await discoverSkills(sources, options);
    const collisions: SkillDiagnostic[] = [];
    for (const skill of skills) {
      if (!this.has(skill.name)) this.add(skill);
      else {
        const message = `Cannot load the skill ${quoted(skill.name)} of ${
          quoted(skill.directory ?? "")
        }: the registry has one of that name`;
        collisions.push({ level: "warning", code: "collision", message, path: skill.directory });
      }
    }
    return [...diagnostics, ...collisions];
  }

  /** Whether there is a skill of a name. */
  has(name: string): boolean {
    return this.#skills.has(keyOf(name));
  }

  /**
   * Returns a skill.
   *
   * @param name The name.
   * @throws {SkillError} If there is no such skill. The message lists the names that there are.
   */
  get(name: string): Skill {
    return this.#find(name, "get");
  }

  /** Returns all skills, in the order in which they were added. */
  list(): readonly Skill[] {
    return [...this.#skills.values()];
  }

  /** Describes the skills, one a line, for people: also those without trust, which no model sees. */
  describe(): string {
    return this.list().map(catalogLine).join("\n") || "No skills available";
  }

  /**
   * Removes a skill. The names that it has put into cells are taken away.
   *
   * @param name The name.
   * @returns The skill.
   * @throws {SkillError} If there is no such skill.
   */
  async remove(name: string): Promise<Skill> {
    const skill = this.#find(name, "remove");
    this.#skills.delete(keyOf(name));
    await this.#tell(skill, undefined);
    return skill;
  }

  /**
   * Reads the directory of a skill anew. Where the skill is active, its names in cells are replaced by those of the present
   * files.
   *
   * @param name The name.
   * @param options How closely the skill has to follow the specification.
   * @returns The skill as it is now.
   * @throws {SkillError} If there is no such skill, it has no directory, or it cannot be used any more; the registry keeps the
   * skill as it was then. If the names cannot be put into cells, it has the new one, which is not active.
   */
  async reload(name: string, options: DiscoverOptions = {}): Promise<Skill> {
    const before = this.#find(name, "reload");
    const { directory, trust } = before;
    if (directory === undefined) {
      throw skillError("path", `Cannot reload the skill ${quoted(name)}: it is made in code`);
    }
    const { skill, diagnostics } = readSkill(directory, { trust, mode: options.mode });
    if (skill === undefined) throw new SkillError(diagnostics);
    if (keyOf(skill.name) !== keyOf(before.name)) {
      throw skillError(
        "name",
        `Cannot reload the skill ${quoted(name)}: its name is ${quoted(skill.name)} now`,
      );
    }
    this.#skills.set(keyOf(name), skill);
    await this.#tell(before, skill);
    return skill;
  }

  async #tell(before: Skill, after: Skill | undefined): Promise<void> {
    const present = [...watchers.get(this) ?? []].map((watcher) => watcher.deref());
    const changes = present.map((watcher) => watcher?.changed(before, after));
    const results = await Promise.allSettled(changes);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  #hindranceOf(skill: Skill): [code: SkillFault, reason: string] | undefined {
    const { name, description, instructions } = skill ?? {};
    if ([name, description, instructions].some((text) => typeof text !== "string")) {
      return ["type", "it has no name, description or instructions; use defineSkill"];
    }
    if (this.has(name)) return ["collision", "there is one of that name"];
    return undefined;
  }

  #find(name: string, verb: string): Skill {
    const skill = typeof name === "string" ? this.#skills.get(keyOf(name)) : undefined;
    if (skill !== undefined) return skill;
    throw unknownSkill(String(name), { verb, names: this.list().map(({ name }) => name) });
  }
}

/** Options of {@linkcode unknownSkill}. */
export interface UnknownSkillOptions {
  /** The verb of the task. */
  readonly verb: string;
  /** The names that there are. */
  readonly names: readonly string[];
}

/**
 * Returns the error for a name that no skill has.
 *
 * @param name The name.
 * @param options The task, and the names that there are.
 */
export function unknownSkill(name: string, { verb, names }: UnknownSkillOptions): SkillError {
  const listed = names.slice(0, MAX_LISTED_NAMES).map(quoted).join(", ");
  const known = names.length === 0
    ? "there are no skills"
    : `the skills are ${listed}${names.length > MAX_LISTED_NAMES ? ", ..." : ""}`;
  return skillError("name", `Cannot ${verb} the skill ${quoted(name)}: ${known}`);
}

/** Returns the form of a name by which skills are compared. */
function keyOf(name: string): string {
  return name.normalize("NFKC");
}

function nameInWords(skill: Skill | undefined): string {
  return typeof skill?.name === "string" ? `the skill ${quoted(skill.name)}` : "a skill";
}
