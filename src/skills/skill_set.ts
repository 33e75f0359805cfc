/**
 * The skills of an agent: named in the prompt, activated and read by cells.
 *
 * @module
 */

import type { InjectOptions } from "../inject/injections.ts";
import { escapeTags } from "../text/escape_tags.ts";
import { printable } from "../text/printable.ts";
import { truncate } from "../text/truncate.ts";
import { catalogOf } from "./catalog.ts";
import { injectionsOf } from "./injection.ts";
import type { Skill } from "./skill.ts";
import { quoted, skillError } from "./parse/skill_error.ts";
import { listFiles, readFileInside } from "./skill_files.ts";

/** The part of a runtime that skills need. */
export interface SkillRuntime {
  /** Adds names to cells. */
  inject(injections: InjectOptions): Promise<void>;
  /** Whether a name is injected. */
  isInjected?(name: string): boolean;
}

/** Names that an error lists. */
const MAX_LISTED_NAMES = 50;

/** Characters of the instructions of one skill that survive a compaction. */
const MAX_KEPT_CHARS = 15_000;

/** The injections of skills in each runtime, whichever agent has activated them. */
const injected = new WeakMap<SkillRuntime, Map<Skill, Promise<readonly string[]>>>();

/** The skills of an agent. Those without trust are left out. */
export class SkillSet {
  readonly #skills: ReadonlyMap<string, Skill>;
  readonly #runtime: SkillRuntime;
  readonly #active = new Set<Skill>();

  /**
   * Checks skills.
   *
   * @param skills The skills.
   * @param runtime The runtime into which they put names.
   * @throws {TypeError} If one is malformed, two have one name, or the runtime has a name of a skill in code.
   */
  constructor(skills: readonly Skill[], runtime: SkillRuntime) {
    this.#runtime = runtime;
    const byName = new Map<string, Skill>();
    for (const skill of skills) {
      const { name, description, instructions, trust, injections } = skill;
      if ([name, description, instructions].some((text) => typeof text !== "string")) {
        throw new TypeError(
          "Cannot make an agent: a skill has no name, description or instructions; use defineSkill or discoverSkills",
        );
      }
      if (byName.has(name)) {
        throw new TypeError(`Cannot make an agent: two skills have the name ${quoted(name)}`);
      }
      // Anything but a known trust is none.
      if (trust !== "instructions" && trust !== "code") continue;
      byName.set(name, skill);
      if (injected.get(runtime)?.has(skill)) continue;
      const taken = namesOf(injections).find((name) => runtime.isInjected?.(name) === true);
      if (taken !== undefined) {
        throw new TypeError(
          `Cannot make an agent: the runtime has a name ${quoted(taken)}, which the skill ${
            quoted(name)
          } puts into cells`,
        );
      }
    }
    this.#skills = byName;
  }

  /** The number of skills that the model may use. */
  get size(): number {
    return this.#skills.size;
  }

  /**
   * Describes the skills for the system prompt; empty if there are none.
   *
   * @param windowTokens The context window of the model.
   */
  catalog(windowTokens: number): string {
    return catalogOf([...this.#skills.values()], windowTokens);
  }

  /**
   * Activates a skill: puts its names into cells. Once more is harmless.
   *
   * @param name The name of the skill.
   * @returns Its instructions, with a list of its files and of the names.
   * @throws {SkillError} If there is no such skill, or its module cannot be loaded.
   * @throws {TypeError} If a name is taken.
   */
  async activate(name: string): Promise<string> {
    const skill = this.#find(name, "activate");
    const names = await this.#inject(skill);
    const files = skill.directory === undefined ? [] : await listFiles(skill.directory);
    this.#active.add(skill);
    return [
      skill.instructions,
      ...(skill.allowedTools === undefined
        ? []
        : [`The skill names these tools, which allows nothing: ${printable(skill.allowedTools)}`]),
      ...(names.length === 0 ? [] : [`Names in cells from now on: ${names.join(", ")}`]),
      ...(files.length === 0 ? [] : [
        `Files, for readSkillFile(${JSON.stringify(skill.name)}, path):\n${
          files.map((file) => `- ${printable(file)}`).join("\n")
        }`,
      ]),
    ].join("\n\n");
  }

  /**
   * Reads a file of a skill.
   *
   * @param name The name of the skill.
   * @param path The path relative to its directory.
   * @returns Its text, or its bytes if it is not UTF-8.
   * @throws {SkillError} If there is no such skill or file, or the path leaves the directory.
   */
  async readFile(name: string, path: string): Promise<string | Uint8Array<ArrayBuffer>> {
    const { directory } = this.#find(name, "read a file of");
    if (directory === undefined) {
      throw skillError("path", `Cannot read a file of the skill ${quoted(name)}: it has no files`);
    }
    return readFileInside(directory, path);
  }

  /**
   * Returns the instructions of the active skills, for a history from which they may have been left out.
   *
   * @param maxChars Characters of all together.
   */
  reminder(maxChars: number): string {
    const max = Math.min(MAX_KEPT_CHARS, Math.floor(maxChars / Math.max(1, this.#active.size)));
    return [...this.#active].map(({ name, instructions }) =>
      escapeTags(
        `The instructions of the active skill ${quoted(name)}:\n${
          truncate(printable(instructions), max)
        }`,
      )
    ).join("\n\n");
  }

  #find(name: string, verb: string): Skill {
    const skill = this.#skills.get(name);
    if (skill !== undefined) return skill;
    const names = [...this.#skills.keys()];
    const more = names.length > MAX_LISTED_NAMES ? ", ..." : "";
    throw skillError(
      "name",
      `Cannot ${verb} the skill ${quoted(String(name))}: the skills are ${
        names.slice(0, MAX_LISTED_NAMES).map(quoted).join(", ")
      }${more}`,
    );
  }

  #inject(skill: Skill): Promise<readonly string[]> {
    let known = injected.get(this.#runtime);
    if (known === undefined) injected.set(this.#runtime, known = new Map());
    let injecting = known.get(skill);
    if (injecting === undefined) {
      injecting = this.#load(skill);
      known.set(skill, injecting);
      injecting.catch(() => known.delete(skill));
    }
    return injecting;
  }

  async #load(skill: Skill): Promise<readonly string[]> {
    const injections = await injectionsOf(skill);
    const names = namesOf(injections);
    if (injections !== undefined && names.length > 0) await this.#runtime.inject(injections);
    return names;
  }
}

function namesOf(injections: InjectOptions | undefined): string[] {
  const { functions, variables, types } = injections ?? {};
  return [functions, variables, types].flatMap((record) => Object.keys(record ?? {}));
}
