/**
 * The record of a fact.
 *
 * @module
 */

import { z } from "zod";
import type { JsonValue } from "../../store/store.ts";
import type { CustomFields } from "../tasks/task.ts";

/** The kind of a fact. */
export type FactType = "user" | "project" | "preference" | "context" | "summary" | "custom";

/** A fact. Times are in milliseconds since 1970. */
export interface Fact<F = CustomFields> {
  /** The identifier. */
  readonly id: string;
  /** A name: `user.language`. */
  readonly key: string;
  /** The value: text, or any JSON. */
  readonly value: JsonValue;
  /** The kind. */
  readonly type: FactType;
  /** The confidence, from 0 to 1. */
  readonly confidence: number;
  /** The place where it comes from. */
  readonly source?: string | undefined;
  /** The session that it belongs to. */
  readonly session?: string | undefined;
  /** The time at which it is no longer true. */
  readonly expiresAt?: number | undefined;
  /** The time of its creation. */
  readonly createdAt: number;
  /** The time of the last change. */
  readonly updatedAt: number;
  /** Fields of the project. */
  readonly fields: F;
}

/** The fields of a new fact, or of one that is written again. */
export interface NewFact<F = CustomFields> {
  /** A name: `user.language`. */
  readonly key: string;
  /** The value: text, or any JSON. */
  readonly value: JsonValue;
  /** The identifier; a fact of that identifier is replaced. @default a random one */
  readonly id?: string | undefined;
  /** The kind. @default "custom" */
  readonly type?: FactType | undefined;
  /** The confidence, from 0 to 1. @default 1 */
  readonly confidence?: number | undefined;
  /** The place where it comes from. @default none */
  readonly source?: string | undefined;
  /** The time at which it is no longer true, in milliseconds since 1970. @default never */
  readonly expiresAt?: number | undefined;
  /** Fields of the project. @default {} */
  readonly fields?: F | undefined;
}

/** A vector of a fact in a store. */
export interface StoredVector {
  /** The name of the model that has made it. */
  readonly model: string;
  /** The numbers, as 32-bit floats in base64. */
  readonly base64: string;
}

/** A fact in a store. */
export type StoredFact<F> = Fact<F> & { readonly vector?: StoredVector | undefined };

const name = z.string().min(1).max(1_000);
const type = z.enum(["user", "project", "preference", "context", "summary", "custom"]);

const NEW_FACT = {
  id: name.optional(),
  key: name,
  value: z.unknown().refine((value) => value !== undefined, "is missing"),
  type: type.optional(),
  confidence: z.number().min(0).max(1).optional(),
  source: z.string().max(10_000).optional(),
  expiresAt: z.number().optional(),
};

/** Returns the schema of what makes a fact. */
export function newFactSchema<F>(fields: z.ZodType<F>): z.ZodType<NewFact<F>> {
  const shape = { ...NEW_FACT, fields: fields.optional() };
  return z.strictObject(shape) as unknown as z.ZodType<NewFact<F>>;
}

/** Returns the schema of stored facts. */
export function factSchema<F>(fields: z.ZodType<F>): z.ZodType<StoredFact<F>> {
  return z.object({
    ...NEW_FACT,
    id: name,
    type,
    confidence: z.number(),
    session: z.string().optional(),
    createdAt: z.number(),
    updatedAt: z.number(),
    fields,
    vector: z.object({ model: z.string(), base64: z.string() }).optional(),
  }) as unknown as z.ZodType<StoredFact<F>>;
}
