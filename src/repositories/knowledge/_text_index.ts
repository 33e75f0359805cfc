/**
 * A full-text index in memory, by FTS5 of SQLite: made of the facts of any store.
 *
 * @module
 */

import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Maximum number of words of a search. */
const MAX_WORDS = 64;

/** Maximum length of the text of a fact that is found by its words. */
const MAX_INDEXED_CHARS = 1_000_000;

/** A text that matches. */
export interface TextMatch {
  /** The identifier of the text. */
  readonly id: string;
  /** The rank by BM25: the greater the better. */
  readonly score: number;
}

/** An index of texts. */
export class TextIndex implements Disposable {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #search: StatementSync;
  readonly #rows = new Map<string, number>();
  #nextRow = 1;

  /** Makes an empty index. */
  constructor() {
    this.#database = new DatabaseSync(":memory:");
    this.#database.exec(
      "create virtual table texts using fts5(id unindexed, key, text, tokenize = 'porter unicode61 remove_diacritics 2')",
    );
    this.#insert = this.#database.prepare(
      "insert into texts (rowid, id, key, text) values (?, ?, ?, ?)",
    );
    this.#delete = this.#database.prepare("delete from texts where rowid = ?");
    // Words of the key weigh twice as much.
    this.#search = this.#database.prepare(
      "select id, -bm25(texts, 0, 2, 1) as score from texts where texts match ? order by score desc, rowid limit ?",
    );
  }

  /** Adds a text, or replaces it. */
  set(id: string, { key, text }: { readonly key: string; readonly text: string }): void {
    this.delete(id);
    const row = this.#nextRow++;
    this.#insert.run(row, id, wellFormed(key), wellFormed(text));
    this.#rows.set(id, row);
  }

  /** Removes a text. */
  delete(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#delete.run(row);
    this.#rows.delete(id);
  }

  /**
   * Finds texts that have some of the words, those that match best first.
   *
   * @param query Words. All other characters separate them: the query language of FTS5 is not reachable.
   * @param limit Maximum number of texts.
   */
  search(query: string, limit: number): TextMatch[] {
    const words = [...new Set(query.toWellFormed().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])];
    if (words.length === 0) return [];
    const match = words.slice(0, MAX_WORDS).map((word) => `"${word}"`).join(" OR ");
    return this.#search.all(match, limit).map(({ id, score }) => ({
      id: String(id),
      score: Number(score),
    }));
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function wellFormed(text: string): string {
  return text.slice(0, MAX_INDEXED_CHARS).toWellFormed();
}
