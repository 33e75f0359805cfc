/**
 * The decision how a value reaches cells: as a copy, or as a reference to an object that stays on the host.
 *
 * @module
 */

import { isInstance } from "../rpc/values/kinds.ts";
import { SharedTypes } from "../rpc/values/shared_types.ts";
import { classesOf, type HostType } from "./host_type.ts";

/** How a value reaches cells: `copy` for data, `lend` for what stays on the host behind a reference. */
export type Transfer = "copy" | "lend";

/** Options of {@linkcode Transfers}. */
export interface TransferOptions {
  /** Whether cells run in another process. In the host's own, objects are neither copied nor lent. @default true */
  readonly isolated?: boolean;
}

/** Decides for each value how it reaches cells. */
export class Transfers {
  readonly #shared: SharedTypes;
  readonly #isolated: boolean;

  /**
   * @param types Injected types by name; instances of some classes are copied.
   * @param options Where cells run.
   */
  constructor(types: ReadonlyMap<string, HostType>, { isolated = true }: TransferOptions = {}) {
    this.#shared = new SharedTypes(classesOf(types));
    this.#isolated = isolated;
  }

  /** Returns how a value reaches cells. */
  of(value: unknown): Transfer {
    if (!isLendable(value)) return "copy";
    return this.#isolated && this.#shared.copies(value) ? "copy" : "lend";
  }

  /** Returns the name of the injected class of an object, or of the nearest one that its class extends. */
  className(value: object): string | undefined {
    return this.#shared.of(value)?.name;
  }
}

/** Whether a value can be lent at all: a function, or an instance of a class that is not part of the language. */
export function isLendable(value: unknown): value is object {
  return typeof value === "function" ||
    typeof value === "object" && value !== null && !Array.isArray(value) && isInstance(value);
}
