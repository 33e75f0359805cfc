/**
 * Facts, with a search by words and by meaning.
 *
 * @module
 */

import type { JsonValue, StoreChange } from "../../store/store.ts";
import { type Owner, prefixOf, projectOf } from "../table/owner.ts";
import { Table, withoutUndefined } from "../table/table.ts";
import { type CustomFields, fieldsOf, type FieldsSchema } from "../tasks/task.ts";
import { TextIndex } from "./_text_index.ts";
import { checkVectors, cosine, vectorFromText, vectorToText } from "./_vectors.ts";
import {
  type Fact,
  factSchema,
  type FactType,
  type NewFact,
  newFactSchema,
  type StoredFact,
} from "./fact.ts";

/** Returns a vector for each text. */
export type Embed = (texts: readonly string[]) => Promise<readonly ArrayLike<number>[]>;

/** Options of {@linkcode KnowledgeRepository}. */
export interface KnowledgeOptions<F extends object> {
  /** The schema of the fields that the project adds. @default any JSON */
  readonly fields?: FieldsSchema<F> | undefined;
  /** Makes vectors of texts, for searches by meaning. @default none */
  readonly embed?: Embed | undefined;
  /** The name of the model behind `embed`: vectors of others are not compared with its own. @default "default" */
  readonly embeddingModel?: string | undefined;
}

/** Options of {@linkcode KnowledgeRepository.list}. */
export interface ListFactsOptions {
  /** The kind. @default any */
  readonly type?: FactType | undefined;
  /** The beginning of the keys. @default any */
  readonly prefix?: string | undefined;
  /** Maximum number. @default 100 */
  readonly limit?: number | undefined;
}

/** Options of {@linkcode KnowledgeRepository.search}. */
export interface SearchFactsOptions {
  /** Whether facts are found by `text`, by `vector`, or by both. @default "both" with `embed`, "text" without */
  readonly by?: "text" | "vector" | "both" | undefined;
  /** The kind. @default any */
  readonly type?: FactType | undefined;
  /** Maximum number. @default 10 */
  readonly limit?: number | undefined;
}

/** A fact that was found. */
export interface FactMatch<F = CustomFields> {
  /** The fact. */
  readonly fact: Fact<F>;
  /** The rank: the greater the better. Ranks of different searches cannot be compared. */
  readonly score: number;
}

/** Adds up ranks of two searches, as reciprocal rank fusion does (Cormack et al., 2009). */
const FUSION = 60;

/** Number of texts of one call of `embed`. */
const TEXTS_AT_ONCE = 64;

/**
 * Facts of an owner.
 *
 * @example Search by words
 * ```ts
 * import { openRepositories } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * using knowledge = openRepositories(store, { user: "ann" }).knowledge;
 * await knowledge.save({ key: "user.coffee", value: "Ann drinks espresso" });
 * await knowledge.save({ key: "user.tea", value: "Ann dislikes tea" });
 * const [match] = await knowledge.search("espresso drinkers");
 * assertEquals(match!.fact.key, "user.coffee");
 * ```
 */
export class KnowledgeRepository<F extends object = CustomFields> implements Disposable {
  readonly #owner: Owner;
  readonly #table: Table<StoredFact<F>>;
  readonly #new: Table<NewFact<F>>;
  readonly #embed: Embed | undefined;
  readonly #model: string;
  /** The key of a record that every writer changes: it tells whether the index is up to date. */
  readonly #stamp: string;
  #index: TextIndex | undefined;
  #indexed = new Map<string, { readonly version: number; readonly fact: StoredFact<F> }>();
  #indexedAt = -1;
  #refreshing: Promise<void> = Promise.resolve();

  /**
   * Opens the facts of an owner.
   *
   * @param owner The store and the owner.
   * @param options The schema of added fields, and the vector hook.
   */
  constructor(owner: Owner, options: KnowledgeOptions<F> = {}) {
    const { embed, embeddingModel = "default" } = options;
    const custom = fieldsOf(options.fields);
    const prefix = prefixOf(owner, ["knowledge", projectOf(owner)]);
    const what = "the fact";
    this.#owner = owner;
    this.#embed = embed;
    this.#model = embeddingModel;
    this.#stamp = `${prefixOf(owner, ["knowledge"])}changes-of-${prefix.split("/").at(-2)}`;
    this.#table = new Table(owner.store, { prefix, what, schema: factSchema(custom) });
    this.#new = new Table(owner.store, { prefix, what, schema: newFactSchema(custom) });
  }

  /**
   * Stores a fact.
   *
   * @param given Its fields. A fact of the same identifier is replaced.
   * @returns The fact.
   * @throws {TypeError} If a field is of another type; the error of `embed`.
   */
  async save(given: NewFact<F>): Promise<Fact<F>> {
    const checked = this.#new.check(given, "save");
    const { id = crypto.randomUUID(), type = "custom", confidence = 1 } = checked;
    const before = await this.#table.get(id);
    const now = Date.now();
    const fact = this.#table.check(
      withoutUndefined({
        ...checked,
        id,
        type,
        confidence,
        fields: checked.fields ?? {},
        session: this.#owner.session,
        createdAt: before?.value.createdAt ?? now,
        updatedAt: now,
      }),
      "save",
    );
    const [vector] = this.#embed === undefined ? [] : await this.#vectors([textOf(fact)]);
    const stored = vector === undefined
      ? fact
      : { ...fact, vector: { model: this.#model, base64: vectorToText(vector) } };
    await this.#owner.store.commit([this.#table.set(id, stored), this.#changed()]);
    return fact;
  }

  /**
   * Returns a fact.
   *
   * @param id The identifier.
   */
  async get(id: string): Promise<Fact<F> | undefined> {
    const found = await this.#table.get(id);
    return found === undefined || isOver(found.value) ? undefined : withoutVector(found.value);
  }

  /**
   * Lists facts, those that were saved last first.
   *
   * @param options The kind, and the beginning of the keys.
   */
  async list({ type, prefix = "", limit = 100 }: ListFactsOptions = {}): Promise<Fact<F>[]> {
    return (await this.#table.all()).map(({ value }) => value)
      .filter((fact) =>
        !isOver(fact) && fact.key.startsWith(prefix) && (type === undefined || fact.type === type)
      ).sort((a, b) => b.updatedAt - a.updatedAt).slice(0, limit).map(withoutVector);
  }

  /**
   * Deletes a fact.
   *
   * @param id The identifier.
   * @returns Whether there was one.
   */
  async delete(id: string): Promise<boolean> {
    return await this.#table.delete(id, [this.#changed()]);
  }

  /**
   * Finds facts, those that match best first. The index is made in the memory of this process at the first search, and follows
   * the writers of all processes.
   *
   * @param query Words; for vectors any text.
   * @param options The way to search, and the number of facts.
   * @throws {TypeError} If vectors are asked for, and there is no `embed`.
   */
  async search(
    query: string,
    { by = this.#embed === undefined ? "text" : "both", type, limit = 10 }: SearchFactsOptions = {},
  ): Promise<FactMatch<F>[]> {
    const task = "search facts";
    if (typeof query !== "string") {
      throw new TypeError(`Cannot ${task}: the query is a ${typeof query}`);
    }
    if (by !== "text" && this.#embed === undefined) {
      throw new TypeError(`Cannot ${task} by ${JSON.stringify(by)}: there is no option embed`);
    }
    await this.#refresh();
    const isWanted = (fact: StoredFact<F> | undefined): fact is StoredFact<F> =>
      fact !== undefined && !isOver(fact) && (type === undefined || fact.type === type);
    const matches = (ranked: readonly { readonly id: string; readonly score: number }[]) =>
      ranked.flatMap(({ id, score }) => {
        const fact = this.#indexed.get(id)?.fact;
        return isWanted(fact) ? [{ fact: withoutVector(fact), score }] : [];
      }).slice(0, limit);
    const byText = by === "vector" ? [] : this.#index!.search(query, this.#indexed.size);
    if (by === "text") return matches(byText);
    const byVector = await this.#nearest(query);
    if (by === "vector") return matches(byVector);
    const scores = new Map<string, number>();
    for (const ranked of [byText, byVector]) {
      for (const [rank, { id }] of ranked.entries()) {
        scores.set(id, (scores.get(id) ?? 0) + 1 / (FUSION + rank));
      }
    }
    const fused = [...scores].map(([id, score]) => ({ id, score }));
    return matches(fused.sort((a, b) => b.score - a.score));
  }

  /**
   * Makes vectors of facts that have none of the present model.
   *
   * @returns The number of vectors.
   * @throws {TypeError} If there is no `embed`.
   */
  async embedAll(): Promise<number> {
    if (this.#embed === undefined) {
      throw new TypeError("Cannot embed facts: there is no option embed");
    }
    const missing = (await this.#table.all()).map(({ value }) => value)
      .filter(({ vector }) => vector?.model !== this.#model);
    for (let at = 0; at < missing.length; at += TEXTS_AT_ONCE) {
      const facts = missing.slice(at, at + TEXTS_AT_ONCE);
      const vectors = await this.#vectors(facts.map(textOf));
      for (const [i, { id, updatedAt }] of facts.entries()) {
        const vector = { model: this.#model, base64: vectorToText(vectors[i]!) };
        // A fact that was saved meanwhile has a vector of its own.
        await this.#table.update(
          id,
          (fact) => fact.updatedAt === updatedAt ? { ...fact, vector } : fact,
          { others: () => [this.#changed()] },
        );
      }
    }
    return missing.length;
  }

  /** Frees the index. A later search makes it anew. */
  [Symbol.dispose](): void {
    this.#index?.[Symbol.dispose]();
    this.#index = undefined;
    this.#indexed.clear();
    this.#indexedAt = -1;
  }

  async #vectors(texts: readonly string[]): Promise<Float32Array<ArrayBuffer>[]> {
    return checkVectors(await this.#embed!(texts), texts.length);
  }

  async #nearest(query: string): Promise<{ readonly id: string; readonly score: number }[]> {
    const [wanted] = await this.#vectors([query]);
    return [...this.#indexed].flatMap(([id, { fact: { vector } }]) =>
      vector?.model === this.#model
        ? [{ id, score: cosine(wanted!, vectorFromText(vector.base64)) }]
        : []
    ).filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
  }

  #changed(): StoreChange {
    const value: JsonValue = null;
    return { kind: "set", key: this.#stamp, value };
  }

  /** Brings the index up to date, one after another. */
  #refresh(): Promise<void> {
    const next = this.#refreshing.catch(() => {}).then(() => this.#bringUpToDate());
    this.#refreshing = next;
    return next;
  }

  async #bringUpToDate(): Promise<void> {
    const index = this.#index ??= new TextIndex();
    // Read before the facts: one that changes meanwhile is read again at the next search.
    const stamp = (await this.#owner.store.get(this.#stamp))?.version ?? 0;
    if (stamp === this.#indexedAt) return;
    const rows = await this.#table.all();
    const found = new Set(rows.map(({ value }) => value.id));
    for (const id of [...this.#indexed.keys()].filter((id) => !found.has(id))) {
      index.delete(id);
      this.#indexed.delete(id);
    }
    for (const { value, version } of rows) {
      if (this.#indexed.get(value.id)?.version === version) continue;
      index.set(value.id, { key: value.key, text: textOf(value) });
      this.#indexed.set(value.id, { version, fact: value });
    }
    this.#indexedAt = stamp;
  }
}

function textOf({ key, value }: Pick<Fact<unknown>, "key" | "value">): string {
  return `${key}\n${typeof value === "string" ? value : JSON.stringify(value)}`;
}

function isOver({ expiresAt }: Pick<Fact<unknown>, "expiresAt">): boolean {
  return expiresAt !== undefined && expiresAt <= Date.now();
}

function withoutVector<F>({ vector: _, ...fact }: StoredFact<F>): Fact<F> {
  return fact as Fact<F>;
}
