/**
 * The functions `search` and `describe` of cells, for functions that are too many for the prompt.
 *
 * @module
 */

import { type FinderNames, wordsOf } from "./function_groups.ts";
import { Declarations, type DeclareOptions } from "./declarations.ts";
import { HostFunction } from "../inject/host_function.ts";
import type { Injections } from "../inject/injections.ts";
import { headOf, truncate } from "../text/truncate.ts";

/** Maximum number of functions in a search result. */
const MAX_FOUND = 20;

/** Maximum length of a line in a search result. */
const MAX_LINE_CHARS = 140;

/** Maximum number of names per call of `describe`. */
const MAX_DESCRIBED = 20;

/** Maximum length of a description: agents show little more to their model by default. */
const MAX_DESCRIBED_CHARS = 4_500;

/** Maximum length of a query, which is compared with every function on the host. */
const MAX_QUERY_CHARS = 500;

/** Options of {@linkcode Finder}. */
export interface FinderOptions extends DeclareOptions {
  /** Maximum number of functions that the prompt declares one by one. Only with more there is a need to search. */
  readonly maxDeclared: number;
  /** Describes the current value of each name in a line; `null` for names that do not exist. */
  readonly outline: (names: string[]) => Promise<(string | null)[]>;
}

/** Searches and describes the injected names. */
export class Finder {
  readonly #injections: Injections;
  readonly #options: FinderOptions;

  /**
   * @param injections The injected names, which may change later.
   * @param options The maximum of declared functions, and access to current values.
   */
  constructor(injections: Injections, options: FinderOptions) {
    this.#injections = injections;
    this.#options = options;
  }

  /** The names of both functions, chosen so that they do not clash; `undefined` if all functions are declared. */
  get names(): FinderNames | undefined {
    let listed = 0;
    for (const { listed: counts } of this.#injections.functions.values()) listed += counts ? 1 : 0;
    if (listed <= this.#options.maxDeclared) return undefined;
    return { search: this.#free("search"), describe: this.#free("describe") };
  }

  /** Both functions by name; empty if all functions are declared. */
  get functions(): ReadonlyMap<string, HostFunction> {
    const { names } = this;
    if (names === undefined) return new Map();
    return new Map<string, HostFunction>([
      [names.search, new HostFunction((words: unknown) => this.search(words))],
      [names.describe, new HostFunction((...names: unknown[]) => this.describe(...names))],
    ]);
  }

  #free(name: string): string {
    const { functions, variables, modules } = this.#injections;
    for (let i = 1;; i++) {
      const free = i === 1 ? name : `${name}${i}`;
      if (![functions, variables, modules].some((names) => names.has(free))) return free;
    }
  }

  /**
   * Finds functions by words.
   *
   * @param query The words.
   * @returns A line for each function found, the best match first.
   * @throws {TypeError} If the query is not a string.
   */
  search(query: unknown): string {
    if (typeof query !== "string") {
      throw new TypeError(`Cannot search for ${typeof query}: expected words in a string`);
    }
    const words = [...new Set(wordsOf(headOf(query, MAX_QUERY_CHARS)))];
    const found = [...this.#injections.functions].filter(([, { listed }]) => listed)
      .map(([name, { description = "", path = name }]) => ({
        name,
        score: scoreOf(words, { name: path, description }),
      }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
    if (found.length === 0) {
      return `No function has these words in its name or description: ${shorten(query)}`;
    }
    const lines = found.slice(0, MAX_FOUND).map(({ name }) => this.#line(name));
    if (found.length > MAX_FOUND) lines.push(`... and ${found.length - MAX_FOUND} more`);
    return lines.join("\n");
  }

  #line(name: string): string {
    const { description = "", path = name } = this.#injections.functions.get(name)!;
    const [first = ""] = description.trim().split(/[\r\n]/);
    return shorten(first === "" ? path : `${path}: ${first}`);
  }

  /**
   * Describes injected names.
   *
   * @param names The names.
   * @throws {TypeError} If one of the names is not a string.
   */
  async describe(...names: unknown[]): Promise<string> {
    if (names.length === 0 || !names.every((name) => typeof name === "string")) {
      throw new TypeError(
        `Cannot describe ${names.length ? typeof names[0] : "nothing"}: expected names as strings`,
      );
    }
    const asked = [...new Set(names.map((name) => this.#nameOf(name)))].slice(0, MAX_DESCRIBED);
    const outlines = await this.#options.outline(asked);
    const declarations = new Declarations(this.#injections, this.#options);
    const texts = asked.map((name, i) => this.#describe(name, { declarations, now: outlines[i] }));
    const all = [declarations.reference ?? [], texts].flat().join("\n");
    return truncate(all, MAX_DESCRIBED_CHARS, { mark: "\n... ask for fewer names at once" });
  }

  /** Returns the name of the function that cells call by a path, or the path if there is none. */
  #nameOf(path: string): string {
    if (!path.includes(".")) return path;
    const { functions } = this.#injections;
    return functions.entries().find(([, { path: own }]) => own === path)?.[0] ?? path;
  }

  #describe(
    name: string,
    { declarations, now }: { declarations: Declarations; now: string | null | undefined },
  ): string {
    const declared = declarations.of(name).join("\n");
    const { functions, types, variables } = this.#injections;
    const isDeclared = functions.has(name) || types.has(name) ||
      variables.get(name)?.transfer === "lend";
    // Objects that stay on the host have no size here.
    if (isDeclared) return declared;
    if (now === undefined || now === null) return `// There is no ${shorten(name)}`;
    return `${declared && `${declared}\n`}// ${name} is now: ${now}`;
  }
}

function shorten(text: string): string {
  return truncate(text, MAX_LINE_CHARS);
}

/** Rates how well a function matches words: names count more than descriptions, whole words more than parts. */
function scoreOf(
  words: readonly string[],
  { name, description }: { name: string; description: string },
): number {
  const nameWords = wordsOf(name);
  const described = wordsOf(description);
  let score = words.join("") === nameWords.join("") ? 10 : 0;
  for (const word of words) {
    if (nameWords.includes(word)) score += 5;
    else if (nameWords.some((other) => other.startsWith(word))) score += 3;
    else if (name.toLowerCase().includes(word)) score += 2;
    if (described.includes(word)) score += 2;
    else if (described.some((other) => other.startsWith(word))) score += 1;
  }
  return score;
}
