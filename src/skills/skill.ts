/**
 * A skill with its origin, and the trust of the host in it.
 *
 * @module
 */

import type { InjectOptions } from "../inject/injections.ts";
import type { SkillDocument } from "./parse/parse_skill.ts";

/**
 * The trust of the host in a skill. `none`: it is listed for people, and no model sees it. `instructions`: the model may
 * read its instructions and files. `kernel`: its modules for the kernel are also run, with the permissions of cells. `code`:
 * its `injection.ts` is also run, in the process of the host.
 */
export type SkillTrust = "none" | "instructions" | "kernel" | "code";

/** A skill. */
export interface Skill extends SkillDocument {
  /** The trust of the host in it. */
  readonly trust: SkillTrust;
  /** The path of its directory, without symbolic links; `undefined` for a skill in code. */
  readonly directory?: string | undefined;
  /** Names that a skill in code puts into cells when it is activated. */
  readonly injections?: InjectOptions | undefined;
}
