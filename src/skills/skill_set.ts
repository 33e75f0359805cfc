/**
 * The skills of an agent: named in the prompt, activated and read by cells.
 *
 * @module
 */

import { escapeTags } from "../text/escape_tags.ts";
import { printable } from "../text/printable.ts";
import { truncate } from "../text/truncate.ts";
import { catalogOf } from "./catalog.ts";
import { INJECTION_FILE } from "./kernel_modules.ts";
import { quoted, SkillError, skillError } from "./parse/skill_error.ts";
import type { Skill } from "./skill.ts";
import { listFiles, readFileInside } from "./skill_files.ts";
import { ejectNames, injectNames, type SkillRuntime, takenName } from "./skill_names.ts";
import { SkillRegistry, type SkillWatcher, unknownSkill, watchSkills } from "./skill_registry.ts";

export type { SkillRuntime };

/** Characters of the instructions of one skill that survive a compaction. */
const MAX_KEPT_CHARS = 15_000;

/** Characters of instructions above which the result of activateSkill says how to read them in parts. */
const LONG_CHARS = 4_000;

/** Active skills of a state that are resumed. */
const MAX_RESUMED = 1_000;

/** A skill that was active when a run was interrupted, and cannot be activated now. */
export interface LostSkill {
  /** The name. */
  readonly name: string;
  /** The reason, as a sentence. */
  readonly reason: string;
}

/** The skills of an agent. Those without trust are left out. */
export class SkillSet implements SkillWatcher {
  readonly #registry: SkillRegistry;
  readonly #runtime: SkillRuntime;
  readonly #active = new Set<Skill>();
  #lost: LostSkill[] = [];

  /**
   * Checks skills.
   *
   * @param skills The skills.
   * @param runtime The runtime into which they put names.
   * @throws {TypeError} If one is malformed, two have one name, or the runtime has a name of a skill in code.
   */
  constructor(skills: readonly Skill[] | SkillRegistry, runtime: SkillRuntime) {
    this.#registry = skills instanceof SkillRegistry ? skills : registryOf(skills);
    this.#runtime = runtime;
    for (const skill of this.#usable) {
      const taken = takenName(runtime, skill);
      if (taken === undefined) continue;
      throw new TypeError(
        `Cannot make an agent: the runtime has a name ${quoted(taken)}, which the skill ${
          quoted(skill.name)
        } puts into cells`,
      );
    }
    watchSkills(this.#registry, this);
  }

  /** The number of skills that the model may use. */
  get size(): number {
    return this.#usable.length;
  }

  /** The names of the active skills. */
  get active(): readonly string[] {
    return [...this.#active].map(({ name }) => name);
  }

  get #usable(): readonly Skill[] {
    return this.#registry.list().filter(isUsable);
  }

  /**
   * Describes the skills for the system prompt; empty if there are none.
   *
   * @param windowTokens The context window of the model.
   */
  catalog(windowTokens: number): string {
    return catalogOf(this.#usable, windowTokens);
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
    const verb = "activate";
    const skill = this.#find(name, verb);
    const { instructions, allowedTools, directory, trust } = skill;
    const { names, faults } = await injectNames(this.#runtime, skill);
    const files = directory === undefined ? [] : await listFiles(directory);
    // The host may have removed it meanwhile.
    if (this.#find(name, verb) !== skill) return await this.activate(name);
    this.#active.add(skill);
    return [
      instructions,
      ...(allowedTools === undefined
        ? []
        : [`The skill names these tools, which allows nothing: ${printable(allowedTools)}`]),
      ...(names.length === 0 ? [] : [`Names in cells from now on: ${names.join(", ")}`]),
      ...faults.map((fault) => printable(fault)),
      ...(trust === "instructions" && files.includes(INJECTION_FILE)
        ? [
          `${INJECTION_FILE} is not loaded: the host trusts the instructions of this skill, not its code`,
        ]
        : []),
      ...(files.length === 0 ? [] : [
        `Files, for readSkillFile(${JSON.stringify(skill.name)}, path):\n${
          files.map((file) => `- ${printable(file)}`).join("\n")
        }`,
      ]),
      ...(instructions.length <= LONG_CHARS ? [] : [
        `The instructions have ${instructions.length} characters. If a part is left out here, print it: ` +
        `(await activateSkill(${JSON.stringify(skill.name)})).slice(${LONG_CHARS}, ${
          2 * LONG_CHARS
        }), and so on`,
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
  readFile(name: string, path: string): Promise<string | Uint8Array<ArrayBuffer>> {
    return Promise.try(() => {
      const { directory } = this.#find(name, "read a file of");
      if (directory === undefined) {
        throw skillError(
          "path",
          `Cannot read a file of the skill ${quoted(name)}: it has no files`,
        );
      }
      return readFileInside(directory, path);
    });
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

  /**
   * Activates the skills that were active in an earlier agent. Those that cannot be activated are kept for
   * {@linkcode SkillSet.takeLost}.
   *
   * @param names Their names, as a state has them. A state of an older version has none.
   */
  async resume(names: readonly string[] = []): Promise<void> {
    if (!Array.isArray(names)) {
      throw new TypeError(
        `Cannot resume skills: they are a ${typeof names} and not a list of names`,
      );
    }
    const active = new Set(this.active);
    for (const name of names.slice(0, MAX_RESUMED)) {
      if (active.has(name)) continue;
      try {
        await this.activate(name);
      } catch (error) {
        if (!(error instanceof SkillError) && !(error instanceof TypeError)) throw error;
        this.#lost.push({ name: printable(String(name)), reason: error.message });
      }
    }
  }

  /** Returns the skills that could not be resumed. The caller reports them. */
  takeLost(): readonly LostSkill[] {
    const lost = this.#lost;
    this.#lost = [];
    return lost;
  }

  /** See {@linkcode SkillWatcher.changed}. */
  async changed(before: Skill, after: Skill | undefined): Promise<void> {
    const wasActive = this.#active.delete(before);
    await ejectNames(this.#runtime, before);
    if (!wasActive || after === undefined || !isUsable(after)) return;
    await injectNames(this.#runtime, after);
    this.#active.add(after);
  }

  #find(name: string, verb: string): Skill {
    const skill = typeof name === "string" && this.#registry.has(name)
      ? this.#registry.get(name)
      : undefined;
    if (skill !== undefined && isUsable(skill)) return skill;
    throw unknownSkill(String(name), { verb, names: this.#usable.map(({ name }) => name) });
  }
}

/** Whether a model may use a skill. Anything but a known trust is none. */
export function isUsable({ trust }: Skill): boolean {
  return trust === "instructions" || trust === "kernel" || trust === "code";
}

function registryOf(skills: readonly Skill[]): SkillRegistry {
  try {
    return new SkillRegistry(skills);
  } catch (cause) {
    if (!(cause instanceof SkillError)) throw cause;
    throw new TypeError(`Cannot make an agent: its skills are faulty. ${cause.message}`, { cause });
  }
}
