/**
 * Faults of skills: values that a host can read, and the one error that carries them.
 *
 * @module
 */

import { printable } from "../../text/printable.ts";
import { truncate } from "../../text/truncate.ts";

/** The kind of a fault. */
export type SkillFault =
  | "path"
  | "size"
  | "encoding"
  | "fence"
  | "yaml"
  | "field"
  | "required"
  | "type"
  | "name"
  | "length"
  | "directory"
  | "collision"
  | "trust"
  | "injection";

/** A fault of a skill. */
export interface SkillDiagnostic {
  /** An `error` makes the skill unusable, a `warning` does not. */
  readonly level: "error" | "warning";
  /** The kind of the fault. */
  readonly code: SkillFault;
  /** A sentence that quotes the value, without characters that control a terminal. */
  readonly message: string;
  /** The field of the frontmatter. */
  readonly field?: string | undefined;
  /** The line of the file, from 1. */
  readonly line?: number | undefined;
  /** The path of the file or directory. */
  readonly path?: string | undefined;
}

/** Thrown for a skill that cannot be used. The message is that of its first fault. */
export class SkillError extends Error {
  /** Always `"SkillError"`. */
  override readonly name = "SkillError";
  /** All faults that were found. */
  readonly diagnostics: readonly SkillDiagnostic[];

  /**
   * Makes an error of faults.
   *
   * @param diagnostics The faults; at least one.
   * @param options The cause.
   */
  constructor(diagnostics: readonly SkillDiagnostic[], options?: ErrorOptions) {
    const first = diagnostics.find(({ level }) => level === "error") ?? diagnostics[0];
    super(first?.message ?? "Cannot use a skill: it has an unknown fault", options);
    this.diagnostics = diagnostics;
  }
}

/** Characters of a value that a message quotes. */
const MAX_QUOTED_CHARS = 100;

/** Quotes a value of a skill's file for a message. */
export function quoted(value: string): string {
  return JSON.stringify(truncate(printable(value), MAX_QUOTED_CHARS));
}

/** Returns an error with a single fault. */
export function skillError(code: SkillFault, message: string, options?: ErrorOptions): SkillError {
  return new SkillError([{ level: "error", code, message }], options);
}
