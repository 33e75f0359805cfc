/**
 * All repositories of an owner.
 *
 * @module
 */

import { isClass } from "../inject/host_type.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { JsonValue, Store } from "../store/store.ts";
import { AuditRepository } from "./audit/audit_repository.ts";
import { ConversationRepository } from "./conversations.ts";
import { type KnowledgeOptions, KnowledgeRepository } from "./knowledge/knowledge_repository.ts";
import { MemoryRepository } from "./memory.ts";
import { MetricsRepository } from "./metrics.ts";
import { type PreferencesOptions, PreferencesRepository } from "./preferences.ts";
import type { Owner } from "./table/owner.ts";
import type { CustomFields, FieldsSchema } from "./tasks/task.ts";
import { TaskRepository } from "./tasks/task_repository.ts";

/** The public members of a repository: what a repository of another kind implements. */
export type Port<T> = Pick<T, keyof T>;

/**
 * A repository in place of the one on the store: an instance, a function that makes one, or a class. Function and class receive the
 * owner, when the repository is used first.
 */
export type Plugged<T> = Port<T> | ((owner: Owner) => Port<T>) | (new (owner: Owner) => Port<T>);

/** Settings of the repository on the store: the schema of fields that a project adds. */
export interface FieldsOption<F extends object> {
  /** The schema of the fields. */
  readonly fields: FieldsSchema<F>;
}

/** Options of {@linkcode openRepositories}. */
export interface RepositoriesOptions<
  C extends object = CustomFields,
  T extends object = CustomFields,
  K extends object = CustomFields,
  P extends object = Record<string, JsonValue>,
> {
  /** The user: each sees its own records only. @default nobody */
  readonly user?: string | undefined;
  /** The project. @default "default" */
  readonly project?: string | undefined;
  /** The session, for the scope `session` and for deletion. @default none */
  readonly session?: string | undefined;
  /** Conversations of another kind, or the schema of added fields. @default those on the store */
  readonly conversations?: Plugged<ConversationRepository<C>> | FieldsOption<C> | undefined;
  /** Tasks of another kind, or the schema of added fields. @default those on the store */
  readonly tasks?: Plugged<TaskRepository<T>> | FieldsOption<T> | undefined;
  /** Memory of another kind. @default that on the store */
  readonly memory?: Plugged<MemoryRepository> | undefined;
  /** Preferences of another kind, or their schema. @default those on the store */
  readonly preferences?: Plugged<PreferencesRepository<P>> | PreferencesOptions<P> | undefined;
  /** Knowledge of another kind, or the schema of added fields and the vector hook. @default that on the store */
  readonly knowledge?: Plugged<KnowledgeRepository<K>> | KnowledgeOptions<K> | undefined;
  /** An audit log of another kind. @default that on the store */
  readonly audit?: Plugged<AuditRepository> | undefined;
  /** Measurements of another kind. @default those on the store */
  readonly metrics?: Plugged<MetricsRepository> | undefined;
}

/** The names of {@linkcode RepositoriesOptions}. */
const OPTIONS: OptionNames<RepositoriesOptions> = {
  user: true,
  project: true,
  session: true,
  conversations: true,
  tasks: true,
  memory: true,
  preferences: true,
  knowledge: true,
  audit: true,
  metrics: true,
};

/** The repositories of an owner. Each is made when it is used first. */
export interface Repositories<
  C extends object = CustomFields,
  T extends object = CustomFields,
  K extends object = CustomFields,
  P extends object = Record<string, JsonValue>,
> extends Disposable {
  /** The owner. */
  readonly owner: Owner;
  /** Conversations: trees of messages. */
  readonly conversations: Port<ConversationRepository<C>>;
  /** Tasks with dependencies. */
  readonly tasks: Port<TaskRepository<T>>;
  /** Values by name, in three scopes. */
  readonly memory: Port<MemoryRepository>;
  /** Settings of the user. */
  readonly preferences: Port<PreferencesRepository<P>>;
  /** Facts, with a search. */
  readonly knowledge: Port<KnowledgeRepository<K>>;
  /** Entries on past actions: append-only. */
  readonly audit: Port<AuditRepository>;
  /** Measurements. */
  readonly metrics: Port<MetricsRepository>;
}

/**
 * Opens the repositories of an owner. They hold nothing in memory but the search index of `knowledge`, so open them for each request
 * if you like.
 *
 * @param store The store. Its owner closes it.
 * @param options The user, the project, the session, and repositories of other kinds.
 * @throws {TypeError} If an option has an unknown name or another type.
 *
 * @example Two users do not see each other
 * ```ts
 * import { openRepositories } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * const ofAnn = openRepositories(store, { user: "ann" });
 * const ofBob = openRepositories(store, { user: "bob" });
 * await ofAnn.memory.set("name", "Ann");
 * assertEquals(await ofBob.memory.get("name"), undefined);
 * ```
 */
export function openRepositories<
  C extends object = CustomFields,
  T extends object = CustomFields,
  K extends object = CustomFields,
  P extends object = Record<string, JsonValue>,
>(
  store: Store,
  options: RepositoriesOptions<C, T, K, P> = {},
): Repositories<C, T, K, P> {
  const task = "open repositories";
  checkOptions(options, { names: OPTIONS, task });
  if (typeof store?.commit !== "function") throw new TypeError(`Cannot ${task}: there is no store`);
  const { user, project, session } = options;
  for (const [name, value] of Object.entries({ user, project, session })) {
    if (value === undefined || typeof value === "string" && value !== "") continue;
    throw new TypeError(`Cannot ${task}: ${name} is ${JSON.stringify(value)}, and not a name`);
  }
  return new OpenRepositories({ store, user, project, session }, options);
}

class OpenRepositories<C extends object, T extends object, K extends object, P extends object>
  implements Repositories<C, T, K, P> {
  readonly owner: Owner;
  readonly #options: RepositoriesOptions<C, T, K, P>;
  readonly #made = new Map<string, unknown>();

  constructor(owner: Owner, options: RepositoriesOptions<C, T, K, P>) {
    this.owner = owner;
    this.#options = options;
  }

  get conversations(): Port<ConversationRepository<C>> {
    return this.#get("conversations", ConversationRepository<C>);
  }

  get tasks(): Port<TaskRepository<T>> {
    return this.#get("tasks", TaskRepository<T>);
  }

  get memory(): Port<MemoryRepository> {
    return this.#get("memory", MemoryRepository);
  }

  get preferences(): Port<PreferencesRepository<P>> {
    return this.#get("preferences", PreferencesRepository<P>);
  }

  get knowledge(): Port<KnowledgeRepository<K>> {
    return this.#get("knowledge", KnowledgeRepository<K>);
  }

  get audit(): Port<AuditRepository> {
    return this.#get("audit", AuditRepository);
  }

  get metrics(): Port<MetricsRepository> {
    return this.#get("metrics", MetricsRepository);
  }

  [Symbol.dispose](): void {
    for (const made of this.#made.values()) {
      (made as Partial<Disposable>)[Symbol.dispose]?.();
    }
    this.#made.clear();
  }

  #get<R>(
    name: Exclude<keyof RepositoriesOptions, "user" | "project" | "session">,
    Standard: new (owner: Owner, options?: never) => R,
  ): Port<R> {
    const made = this.#made.get(name) as Port<R> | undefined;
    if (made !== undefined) return made;
    const repository = this.#make(this.#options[name], Standard);
    if (typeof repository !== "object" || repository === null) {
      throw new TypeError(`Cannot open the repository ${name}: its factory made no object`);
    }
    this.#made.set(name, repository);
    return repository;
  }

  #make<R>(given: unknown, Standard: new (owner: Owner, options?: never) => R): Port<R> {
    if (isClass(given)) return new (given as new (owner: Owner) => Port<R>)(this.owner);
    if (typeof given === "function") return given(this.owner) as Port<R>;
    if (given === undefined || isSettings(given)) return new Standard(this.owner, given as never);
    return given as Port<R>;
  }
}

/** Names of settings of the repositories on the store: no repository has such members. */
const SETTINGS = ["fields", "schema", "embed", "embeddingModel"];

/** Whether an option has settings, and is no repository of another kind. */
function isSettings(given: unknown): boolean {
  return typeof given === "object" && given !== null &&
    Object.getPrototypeOf(given) === Object.prototype &&
    Object.keys(given).every((name) => SETTINGS.includes(name));
}
