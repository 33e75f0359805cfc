/**
 * Repositories as names in cells.
 *
 * @module
 */

import { defineVariable, type HostVariable } from "../inject/host_variable.ts";
import { checkOptions } from "../limits/options.ts";
import type { Repositories } from "./repositories.ts";

/** The repositories that cells can have. */
export type InjectableRepository =
  | "conversations"
  | "tasks"
  | "memory"
  | "preferences"
  | "knowledge";

/** Options of {@linkcode repositoryVariables}. */
export interface RepositoryVariablesOptions {
  /** The repositories. @default memory, tasks and knowledge */
  readonly names?: readonly InjectableRepository[] | undefined;
}

/** The members that cells can call, and the type that the model is shown. Functions and administration stay on the host. */
const PARTS: Readonly<
  Record<
    InjectableRepository,
    { readonly members: readonly string[]; readonly description: string; readonly type: string }
  >
> = {
  memory: {
    members: ["get", "set", "delete", "keys"],
    description: "Values that outlive this conversation, by any key",
    type: `{
  get(key: string, options?: MemoryScope): Promise<any>; // undefined if there is none
  set(key: string, value: any /* JSON */, options?: MemoryScope & { expiresInMs?: number }): Promise<void>;
  delete(key: string, options?: MemoryScope): Promise<boolean>;
  keys(options?: MemoryScope & { prefix?: string }): Promise<string[]>;
}`,
  },
  preferences: {
    members: ["get", "set", "all"],
    description: "Preferences of the user",
    type: `{
  get(name: string): Promise<any>; // undefined if there is none
  set(name: string, value: any /* JSON */): Promise<void>;
  all(): Promise<Record<string, any>>;
}`,
  },
  tasks: {
    members: [
      "create",
      "get",
      "list",
      "ready",
      "next",
      "update",
      "checkpoint",
      "complete",
      "fail",
    ],
    description: "Tasks with dependencies; next() claims the most urgent one that is ready",
    type: `{
  create(task: { name: string; description?: string; list?: string; dependencies?: string[] /* ids */; priority?: number; dueAt?: number /* ms since 1970 */ }): Promise<Task>;
  get(id: string): Promise<Task | undefined>;
  list(filter?: { list?: string; state?: string }): Promise<Task[]>;
  ready(options?: { list?: string }): Promise<Task[]>;
  next(options?: { list?: string }): Promise<Task | undefined>;
  update(id: string, patch: { name?: string; description?: string; dependencies?: string[]; priority?: number; dueAt?: number; state?: "not_started" | "cancelled" }): Promise<Task>;
  checkpoint(id: string, point: any /* JSON */): Promise<Task>;
  complete(id: string, result?: any /* JSON */): Promise<Task>;
  fail(id: string, error: string, options?: { retry?: boolean }): Promise<Task>;
}`,
  },
  knowledge: {
    members: ["save", "get", "list", "search", "delete"],
    description: "Facts, with a search",
    type: `{
  save(fact: { key: string; value: any /* JSON */; id?: string; confidence?: number; source?: string }): Promise<Fact>;
  get(id: string): Promise<Fact | undefined>;
  list(options?: { prefix?: string; limit?: number }): Promise<Fact[]>;
  search(query: string, options?: { limit?: number }): Promise<{ fact: Fact; score: number }[]>;
  delete(id: string): Promise<boolean>;
}`,
  },
  conversations: {
    members: ["get", "list", "messages"],
    description: "Earlier conversations",
    type: `{
  get(id: string): Promise<any>;
  list(options?: { limit?: number }): Promise<any[]>;
  messages(id: string, options?: { limit?: number }): Promise<{ role: string; content: any }[]>;
}`,
  },
};

/** Types that the members of one repository use. */
const TYPES: Readonly<Partial<Record<InjectableRepository, readonly string[]>>> = {
  memory: [`interface MemoryScope { scope?: "global" | "project" | "session" }`],
  tasks: [
    `interface Task { id: string; name: string; description: string; state: "not_started" | "in_progress" | "complete" | "failed" | "cancelled"; dependencies: string[]; priority: number; dueAt?: number; attempts: number; lastError?: string; checkpoint?: any; result?: any }`,
  ],
  knowledge: [
    `interface Fact { id: string; key: string; value: any; confidence: number; source?: string; updatedAt: number }`,
  ],
};

/**
 * Returns repositories as variables for a runtime: cells write `await memory.set("name", "Ann")`. They reach the members for records
 * only; the owner is fixed, and deletion of users, the audit log and metrics stay with the host.
 *
 * @param repositories The repositories.
 * @param options Their names in cells.
 * @returns Entries for the `variables` of a runtime.
 * @throws {TypeError} If a name is unknown.
 *
 * @example Memory in cells
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { openRepositories, repositoryVariables } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * const repositories = openRepositories(store, { user: "ann" });
 * await using runtime = new DenoRuntime({ variables: repositoryVariables(repositories) });
 * await runtime.execute(`await memory.set("name", "Ann"); await tasks.create({ name: "call" })`);
 * assertEquals(await repositories.memory.get("name"), "Ann");
 * assertEquals((await repositories.tasks.ready()).map(({ name }) => name), ["call"]);
 * ```
 */
export function repositoryVariables(
  repositories: Pick<Repositories, InjectableRepository>,
  options: RepositoryVariablesOptions = {},
): Record<string, HostVariable<object>> {
  const task = "inject repositories";
  checkOptions(options, { names: { names: true }, task });
  const { names = ["memory", "tasks", "knowledge"] } = options;
  return Object.fromEntries(names.map((name) => {
    if (!Object.hasOwn(PARTS, name)) {
      throw new TypeError(
        `Cannot ${task}: ${JSON.stringify(name)} is none of ${Object.keys(PARTS).join(", ")}`,
      );
    }
    const { members, description, type } = PARTS[name];
    const variable = defineVariable(repositories[name] as object, {
      members,
      description,
      declaration: type,
      typeDeclarations: TYPES[name] ?? [],
    });
    return [name, variable];
  }));
}
