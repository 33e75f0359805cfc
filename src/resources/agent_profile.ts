/**
 * The description of an agent in a file.
 *
 * @module
 */

import { z } from "zod";

/** An agent, as a file describes it. */
export interface AgentProfile {
  /** The name. */
  readonly name: string;
  /** Text about it. */
  readonly description: string;
  /** Its role and task. */
  readonly instructions: string;
  /** The name of its model. @default the host's */
  readonly model?: string | undefined;
  /** The names of families of tools that it gets, as far as the host has them. @default the host's */
  readonly tools?: readonly string[] | undefined;
  /** Maximum number of steps. @default the host's */
  readonly maxSteps?: number | undefined;
}

const text = z.string().max(200_000);
const names = z.array(z.string().max(200)).max(100);

const PROFILE = z.strictObject({
  name: z.string().max(100).optional(),
  description: text.default(""),
  instructions: text.default(""),
  model: z.string().max(200).optional(),
  // Files of other systems write a list as one text.
  tools: z.union([
    names,
    z.string().transform((list) => list.split(",").map((name) => name.trim())),
  ])
    .optional(),
  maxSteps: z.coerce.number().int().positive().optional(),
});

/** Names that can be typed, and quoted without escapes. */
const NAME = /^[a-z0-9][\w.-]{0,63}$/i;

/**
 * Checks the name of a resource: people type it, and terminals show it.
 *
 * @param name The name.
 * @throws {TypeError} If it has other characters than letters, digits, `.`, `-` and `_`, or more than 64.
 */
export function checkResourceName(name: string): void {
  if (NAME.test(name)) return;
  throw new TypeError(
    `the name ${JSON.stringify(name)} is not made of letters, digits, ., - and _`,
  );
}

/**
 * Checks a profile.
 *
 * @param name The name: that of the file or of the entry.
 * @param value The fields.
 * @throws {TypeError} If a field has another type or is unknown.
 */
export function agentProfile(name: string, value: unknown): AgentProfile {
  checkResourceName(name);
  const result = PROFILE.safeParse(value);
  if (result.success) return { ...result.data, name };
  throw new TypeError(
    result.error.issues.map(({ path, message }) => `${path.join(".") || "the entry"}: ${message}`)
      .join("; "),
  );
}
