/**
 * The names that a cell has changed. Comparing all names would take longer the more there are, so the names are noticed that
 * the text of the cell assigns, those that functions of earlier cells assign, and those that are bound meanwhile.
 *
 * @module
 */

import { Map, Object, Set } from "../../rpc/builtins.ts";
import type { Assignments, NamespaceEntry } from "../../rpc/protocol.ts";
import { filterList, mapList } from "../../rpc/lists.ts";
import { type NamedValue, type Namespace, toEntry } from "./namespace.ts";

/** The value of each name before the cell; names that were not bound are missing. */
type Before = Map<string, unknown>;

/** Notices changes of names. */
export class Changes {
  readonly #namespace: Namespace;
  /** Names that functions of earlier cells assign. */
  readonly #assignedLater = new Set<string>();
  /** Whether code has, or may have, the global object itself: it can change any name. */
  #comparesAll = false;
  #before: Before = new Map();

  /** @param namespace The names. */
  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /** Functions have come back whose text was not read. */
  distrust(): void {
    this.#comparesAll = true;
  }

  /**
   * Begins a cell.
   *
   * @param assignments The assignments in its text. @default there are none
   */
  begin({ now = [], later = [], any = false }: Assignments = {}): void {
    const namespace = this.#namespace;
    const before: Before = new Map();
    this.#before = before;
    if (any) this.#comparesAll = true;
    for (let i = 0; i < later.length; i++) this.#assignedLater.add(later[i]!);
    if (this.#comparesAll) {
      const all = namespace.values();
      for (let i = 0; i < all.length; i++) before.set(all[i]!.name, all[i]!.value);
      return;
    }
    namespace.watch();
    const keep = (name: string) => {
      const known = namespace.named(name);
      if (known !== undefined) before.set(name, known.value);
    };
    for (let i = 0; i < now.length; i++) keep(now[i]!);
    this.#assignedLater.forEach(keep);
  }

  /** Ends the cell, and returns the names that it has changed, in the order in which they were first bound. */
  end(): NamespaceEntry[] {
    const before = this.#before;
    const isChanged = ({ name, value }: NamedValue) =>
      !before.has(name) || !Object.is(before.get(name), value);
    this.#before = new Map();
    if (this.#comparesAll) {
      return mapList(filterList(this.#namespace.values(), isChanged), toEntry);
    }
    const names = new Set<string>();
    before.forEach((_, name) => names.add(name));
    this.#namespace.unwatch().forEach((bound, name) => {
      names.add(name);
      if (bound !== undefined && !before.has(name)) before.set(name, bound.value);
    });
    return mapList(filterList(this.#namespace.inOrder(names), isChanged), toEntry);
  }
}
