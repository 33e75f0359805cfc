/**
 * The record of a task.
 *
 * @module
 */

import { z } from "zod";
import type { JsonValue } from "../../store/store.ts";

/** The state of a task. One that has failed for good is `failed`; a failed attempt makes it `not_started` again. */
export type TaskState = "not_started" | "in_progress" | "complete" | "failed" | "cancelled";

/** Fields of records that a project adds. */
export type CustomFields = Readonly<Record<string, JsonValue>>;

/** A schema of zod for the fields that a project adds to records, or of any library with such a method. */
export interface FieldsSchema<F> {
  /** Checks a value. */
  safeParse(value: unknown):
    | { readonly success: true; readonly data: F }
    | { readonly success: false; readonly error: Pick<Error, "message"> };
}

/** Returns the schema of added fields as zod's; any JSON without one. */
export function fieldsOf<F>(schema: FieldsSchema<F> | undefined): z.ZodType<F> {
  return (schema ?? z.record(z.string(), z.unknown())) as unknown as z.ZodType<F>;
}

/** A task. Times are in milliseconds since 1970. */
export interface Task<F = CustomFields> {
  /** The identifier. */
  readonly id: string;
  /** The name. */
  readonly name: string;
  /** More about it. */
  readonly description: string;
  /** The list that it belongs to. */
  readonly list?: string | undefined;
  /** The task that it is a part of. */
  readonly parent?: string | undefined;
  /** The session that it belongs to. */
  readonly session?: string | undefined;
  /** The state. */
  readonly state: TaskState;
  /** The tasks that have to be complete before. */
  readonly dependencies: readonly string[];
  /** The priority: the highest comes first. */
  readonly priority: number;
  /** The time by which it is to be complete. Among equal priorities the earliest comes first. */
  readonly dueAt?: number | undefined;
  /** The time before which it is not ready. */
  readonly startAt?: number | undefined;
  /** The time of its creation. */
  readonly createdAt: number;
  /** The time of the last change. */
  readonly updatedAt: number;
  /** The time at which it was complete. */
  readonly completedAt?: number | undefined;
  /** Number of times that it was claimed. */
  readonly attempts: number;
  /** The last error. */
  readonly lastError?: string | undefined;
  /** The point from which the next attempt goes on. */
  readonly checkpoint?: JsonValue | undefined;
  /** The time of the checkpoint. */
  readonly checkpointAt?: number | undefined;
  /** The result. */
  readonly result?: JsonValue | undefined;
  /** The worker that has claimed it. */
  readonly worker?: string | undefined;
  /** The time at which the claim ends, if the worker does not renew it. */
  readonly claimedUntil?: number | undefined;
  /** Fields of the project. */
  readonly fields: F;
}

/** The fields of a new task. */
export interface NewTask<F = CustomFields> {
  /** The name. */
  readonly name: string;
  /** The identifier. @default a random one */
  readonly id?: string | undefined;
  /** More about it. @default "" */
  readonly description?: string | undefined;
  /** The list that it belongs to. @default none */
  readonly list?: string | undefined;
  /** The task that it is a part of. @default none */
  readonly parent?: string | undefined;
  /** The tasks that have to be complete before. @default none */
  readonly dependencies?: readonly string[] | undefined;
  /** The priority: the highest comes first. @default 0 */
  readonly priority?: number | undefined;
  /** The time by which it is to be complete. @default none */
  readonly dueAt?: number | undefined;
  /** The time before which it is not ready. @default none */
  readonly startAt?: number | undefined;
  /** Fields of the project. @default {} */
  readonly fields?: F | undefined;
}

/** The fields of a task that can be changed. */
export type TaskPatch<F = CustomFields> =
  & Partial<Omit<NewTask<F>, "id">>
  & { readonly state?: "not_started" | "cancelled" | undefined };

/** Maximum length of names and of other short texts. */
const MAX_NAME_CHARS = 1_000;

/** Maximum length of descriptions and of errors. */
export const MAX_TEXT_CHARS = 100_000;

/** Maximum number of dependencies of one task. */
const MAX_DEPENDENCIES = 1_000;

const name = z.string().min(1).max(MAX_NAME_CHARS);
const text = z.string().max(MAX_TEXT_CHARS);
const time = z.number().finite();

const NEW_TASK = {
  id: name.optional(),
  name,
  description: text.optional(),
  list: name.optional(),
  parent: name.optional(),
  dependencies: z.array(name).max(MAX_DEPENDENCIES).readonly().optional(),
  priority: z.number().finite().optional(),
  dueAt: time.optional(),
  startAt: time.optional(),
};

/** Returns the schema of what makes a task. */
export function newTaskSchema<F>(fields: z.ZodType<F>): z.ZodType<NewTask<F>> {
  return z.strictObject({ ...NEW_TASK, fields: fields.optional() }) as unknown as z.ZodType<
    NewTask<F>
  >;
}

/** Returns the schema of what changes a task. */
export function taskPatchSchema<F>(fields: z.ZodType<F>): z.ZodType<TaskPatch<F>> {
  const { id: _, ...rest } = NEW_TASK;
  const state = z.enum(["not_started", "cancelled"]);
  return z.strictObject({ ...rest, state, fields }).partial() as unknown as z.ZodType<TaskPatch<F>>;
}

/** Returns the schema of stored tasks. */
export function taskSchema<F>(fields: z.ZodType<F>): z.ZodType<Task<F>> {
  return z.object({
    ...NEW_TASK,
    id: name,
    description: text,
    session: z.string().optional(),
    state: z.enum(["not_started", "in_progress", "complete", "failed", "cancelled"]),
    dependencies: z.array(name).readonly(),
    priority: z.number(),
    createdAt: time,
    updatedAt: time,
    completedAt: time.optional(),
    attempts: z.number(),
    lastError: z.string().optional(),
    checkpoint: z.unknown().optional(),
    checkpointAt: time.optional(),
    result: z.unknown().optional(),
    worker: z.string().optional(),
    claimedUntil: time.optional(),
    fields,
  }) as unknown as z.ZodType<Task<F>>;
}
