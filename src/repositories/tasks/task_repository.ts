/**
 * Tasks with dependencies, which workers claim one by one.
 *
 * @module
 */

import { type JsonValue, type StoreChange, StoreConflictError } from "../../store/store.ts";
import { truncate } from "../../text/truncate.ts";
import { type Owner, prefixOf, projectOf } from "../table/owner.ts";
import { retryConflicts, type Row, Table, withoutUndefined } from "../table/table.ts";
import { claimedBy } from "./_claimed.ts";
import { byUrgency, hindranceOfDependencies, isReady } from "./_task_graph.ts";
import {
  type CustomFields,
  fieldsOf,
  type FieldsSchema,
  MAX_TEXT_CHARS,
  type NewTask,
  newTaskSchema,
  type Task,
  type TaskPatch,
  taskPatchSchema,
  taskSchema,
  type TaskState,
} from "./task.ts";

/** Narrows tasks. */
export interface TaskFilter {
  /** The list that they belong to. @default any */
  readonly list?: string | undefined;
  /** Their state. @default any */
  readonly state?: TaskState | undefined;
  /** The session that they belong to. @default any */
  readonly session?: string | undefined;
}

/** Options of {@linkcode TaskRepository.next}. */
export interface ClaimOptions {
  /** The list to take a task from. @default any */
  readonly list?: string | undefined;
  /** The name of the worker. @default "" */
  readonly worker?: string | undefined;
  /** Time after which others can claim the task, if it was not renewed, in milliseconds. @default never */
  readonly claimMs?: number | undefined;
}

/** Options of {@linkcode TaskRepository.fail}. */
export interface FailOptions {
  /** Whether the task can be claimed again. @default false */
  readonly retry?: boolean | undefined;
  /** Time until then, in milliseconds. @default 0 */
  readonly delayMs?: number | undefined;
}

/**
 * Tasks of an owner.
 *
 * @example Tasks in their order
 * ```ts
 * import { openRepositories } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * const { tasks } = openRepositories(store);
 * const fetching = await tasks.create({ name: "fetch" });
 * await tasks.create({ name: "report", dependencies: [fetching.id], priority: 9 });
 * const first = await tasks.next();
 * assertEquals(first?.name, "fetch");
 * assertEquals(await tasks.next(), undefined);
 * await tasks.complete(first!.id, { rows: 12 });
 * assertEquals((await tasks.next())?.name, "report");
 * ```
 */
export class TaskRepository<F extends object = CustomFields> {
  readonly #owner: Owner;
  readonly #table: Table<Task<F>>;
  readonly #graph: string;
  readonly #new: Table<NewTask<F>>;
  readonly #patch: Table<object>;

  /**
   * Opens the tasks of an owner.
   *
   * @param owner The store and the owner.
   * @param options The schema of the fields that the project adds.
   */
  constructor(owner: Owner, { fields }: { readonly fields?: FieldsSchema<F> | undefined } = {}) {
    const custom = fieldsOf(fields);
    const { store } = owner;
    const what = "the task";
    const prefix = prefixOf(owner, ["tasks", projectOf(owner)]);
    this.#owner = owner;
    // Not below the prefix of the tasks.
    this.#graph = `${prefixOf(owner, ["tasks"])}graph-of-${prefix.split("/").at(-2)}`;
    this.#table = new Table(store, { prefix, what, schema: taskSchema(custom) });
    this.#new = new Table(store, { prefix, what, schema: newTaskSchema(custom) });
    this.#patch = new Table(store, { prefix, what, schema: taskPatchSchema(custom) });
  }

  /**
   * Adds a task.
   *
   * @param given Its fields.
   * @returns The task.
   * @throws {RangeError} If a dependency is unknown, the dependencies make a cycle, or there is a task of that identifier.
   * @throws {TypeError} If a field is of another type.
   */
  async create(given: NewTask<F>): Promise<Task<F>> {
    const checked = this.#new.check(given, "create");
    const { id = crypto.randomUUID(), description = "", priority = 0 } = checked;
    const now = Date.now();
    const task = this.#table.check(
      withoutUndefined({
        ...checked,
        id,
        description,
        priority,
        dependencies: checked.dependencies ?? [],
        fields: checked.fields ?? {},
        session: this.#owner.session,
        state: "not_started",
        attempts: 0,
        createdAt: now,
        updatedAt: now,
      }),
      "create",
    );
    return await retryConflicts(async () => {
      if (await this.#table.get(id) !== undefined) {
        throw new RangeError(`Cannot create the task ${JSON.stringify(id)}: there is one already`);
      }
      const needsGraph = task.dependencies.length > 0 || task.parent !== undefined;
      const others = needsGraph ? await this.#checkGraph(task, "create") : [];
      await this.#owner.store.commit([this.#table.set(id, task, { ifVersion: 0 }), ...others]);
      return task;
    });
  }

  /**
   * Returns a task.
   *
   * @param id The identifier.
   */
  async get(id: string): Promise<Task<F> | undefined> {
    return (await this.#table.get(id))?.value;
  }

  /**
   * Lists tasks, the most urgent first.
   *
   * @param filter The list, the state, the session.
   */
  async list({ list, state, session }: TaskFilter = {}): Promise<Task<F>[]> {
    return (await this.#table.all()).map(({ value }) => value).filter((task) =>
      (list === undefined || task.list === list) && (state === undefined || task.state === state) &&
      (session === undefined || task.session === session)
    ).sort(byUrgency);
  }

  /**
   * Changes a task.
   *
   * @param id The identifier.
   * @param patch The fields to change.
   * @returns The task.
   * @throws {RangeError} If there is no such task, a dependency is unknown, or the dependencies make a cycle.
   */
  async update(id: string, patch: TaskPatch<F>): Promise<Task<F>> {
    const checked = this.#patch.check(patch, "change") as TaskPatch<F>;
    const changes = (task: Task<F>) =>
      withoutUndefined({ ...task, ...checked, ...released(checked.state), updatedAt: Date.now() });
    if (checked.dependencies === undefined && checked.parent === undefined) {
      return await this.#table.update(id, changes);
    }
    return await retryConflicts(async () => {
      const { value, version } = await this.#table.need(id, "change");
      const task = this.#table.check(changes(value), "change");
      const others = await this.#checkGraph(task, "change");
      const change = this.#table.set(id, task, { ifVersion: version });
      await this.#owner.store.commit([change, ...others]);
      return task;
    });
  }

  /**
   * Deletes a task.
   *
   * @param id The identifier.
   * @returns Whether there was one.
   * @throws {RangeError} If other tasks depend on it, or are parts of it.
   */
  async delete(id: string): Promise<boolean> {
    return await retryConflicts(async () => {
      const bump = await this.#bumpGraph();
      const found = await this.#table.get(id);
      if (found === undefined) return false;
      const users = (await this.#table.all()).filter(({ value: { dependencies, parent } }) =>
        dependencies.includes(id) || parent === id
      ).map(({ value }) => JSON.stringify(value.id));
      if (users.length > 0) {
        throw new RangeError(
          `Cannot delete the task ${JSON.stringify(id)}: others need it, ${users.join(", ")}`,
        );
      }
      const { key, version } = found;
      await this.#owner.store.commit([{ kind: "delete", key, ifVersion: version }, bump]);
      return true;
    });
  }

  /**
   * Lists the tasks that can begin now: not started, with all dependencies complete. Those with the highest priority come
   * first, then those that are due first, then the oldest.
   *
   * @param options The list.
   */
  async ready({ list }: Pick<ClaimOptions, "list"> = {}): Promise<Task<F>[]> {
    return (await this.#ready(list)).map(({ value }) => value);
  }

  /**
   * Claims the first task that can begin: no two callers get the same one.
   *
   * @param options The list, the worker, and the time of the claim.
   * @returns The task, which is in progress; `undefined` if none is ready.
   */
  async next({ list, worker = "", claimMs }: ClaimOptions = {}): Promise<Task<F> | undefined> {
    while (true) {
      const ready = await this.#ready(list);
      if (ready.length === 0) return undefined;
      for (const { value, version } of ready) {
        const claimed = claimedBy(value, { worker, claimMs });
        try {
          const change = this.#table.set(value.id, claimed, { ifVersion: version });
          await this.#owner.store.commit([change]);
          return claimed;
        } catch (error) {
          // Somebody else has it.
          if (!(error instanceof StoreConflictError)) throw error;
        }
      }
    }
  }

  /**
   * Claims one task, whatever its place in the order.
   *
   * @param id The identifier.
   * @param options The worker, and the time of the claim.
   * @returns The task, which is in progress.
   * @throws {RangeError} If there is no such task, or it is in progress, complete or given up.
   */
  async claim(
    id: string,
    { worker = "", claimMs }: Omit<ClaimOptions, "list"> = {},
  ): Promise<Task<F>> {
    return await this.#table.update(id, (task) => {
      if (task.state !== "not_started") {
        throw new RangeError(`Cannot claim ${JSON.stringify(task.name)}: it is ${task.state}`);
      }
      return claimedBy(task, { worker, claimMs });
    }, { task: "claim" });
  }

  /**
   * Renews a claim.
   *
   * @param id The identifier.
   * @param options The worker that has claimed it, and the time of the claim.
   * @throws {RangeError} If another worker has claimed the task meanwhile.
   */
  async renew(
    id: string,
    { worker = "", claimMs }: Pick<ClaimOptions, "worker" | "claimMs">,
  ): Promise<Task<F>> {
    const task = "renew the claim of";
    return await this.#table.update(id, (value) => {
      assertInProgress(value, task);
      if (value.worker !== worker) {
        throw new RangeError(
          `Cannot ${task} the task ${JSON.stringify(id)}: it is claimed by ${
            JSON.stringify(value.worker ?? "")
          }`,
        );
      }
      const claimedUntil = claimMs === undefined ? undefined : Date.now() + claimMs;
      return withoutUndefined({ ...value, claimedUntil });
    }, { task });
  }

  /**
   * Stores the point from which the next attempt goes on.
   *
   * @param id The identifier.
   * @param checkpoint The point.
   */
  async checkpoint(id: string, checkpoint: JsonValue): Promise<Task<F>> {
    const now = Date.now();
    return await this.#table.update(
      id,
      (task) => ({ ...task, checkpoint, checkpointAt: now, updatedAt: now }),
    );
  }

  /**
   * Completes a task that is in progress.
   *
   * @param id The identifier.
   * @param result The result. @default none
   * @throws {RangeError} If it is not in progress.
   */
  async complete(id: string, result?: JsonValue): Promise<Task<F>> {
    return await this.#end(id, "complete", (task, now) => ({
      ...task,
      state: "complete",
      result,
      completedAt: now,
    }));
  }

  /**
   * Ends an attempt that has failed.
   *
   * @param id The identifier.
   * @param error The error.
   * @param options Whether there is another attempt.
   * @throws {RangeError} If it is not in progress.
   */
  async fail(
    id: string,
    error: unknown,
    { retry = false, delayMs = 0 }: FailOptions = {},
  ): Promise<Task<F>> {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const lastError = truncate(text, MAX_TEXT_CHARS / 2);
    return await this.#end(id, "fail", (task, now) => ({
      ...task,
      state: retry ? "not_started" : "failed",
      lastError,
      ...(retry && delayMs > 0 ? { startAt: now + delayMs } : {}),
    }));
  }

  async #end(
    id: string,
    verb: string,
    change: (task: Task<F>, now: number) => Task<F>,
  ): Promise<Task<F>> {
    return await this.#table.update(id, (task) => {
      assertInProgress(task, verb);
      const now = Date.now();
      return withoutUndefined({ ...change(task, now), ...RELEASED, updatedAt: now });
    }, { task: verb });
  }

  async #ready(list: string | undefined): Promise<Row<Task<F>>[]> {
    const rows = await this.#table.all();
    const all = new Map(rows.map(({ value }) => [value.id, value]));
    const now = Date.now();
    return rows.filter(({ value }) =>
      (list === undefined || value.list === list) && isReady(value, { all, now })
    ).sort((a, b) => byUrgency(a.value, b.value));
  }

  /** Checks the dependencies of a task, and returns the change by which no other writer changes the graph meanwhile. */
  async #checkGraph(task: Task<F>, verb: string): Promise<StoreChange[]> {
    const bump = await this.#bumpGraph();
    const all = (await this.#table.all()).map(({ value }) => [value.id, value] as const);
    const hindrance = hindranceOfDependencies(task, new Map(all));
    if (hindrance === undefined) return [bump];
    throw new RangeError(`Cannot ${verb} the task ${JSON.stringify(task.id)}: ${hindrance}`);
  }

  async #bumpGraph(): Promise<StoreChange> {
    const found = await this.#owner.store.get(this.#graph);
    return { kind: "set", key: this.#graph, value: null, ifVersion: found?.version ?? 0 };
  }
}

const RELEASED = { worker: undefined, claimedUntil: undefined };

function released(state: string | undefined): object {
  return state === undefined ? {} : RELEASED;
}

function assertInProgress({ id, state }: Task<unknown>, verb: string): void {
  if (state === "in_progress") return;
  throw new RangeError(
    `Cannot ${verb} the task ${JSON.stringify(id)}: it is ${state}; next() claims a task`,
  );
}
