/** What an expression may stand for. */

import type { AnyNode } from "acorn";
import type { PathValue } from "./_paths.ts";

/** Something that an expression may stand for. */
export type Value =
  /** A global, or a member of one: `Deno.exit`. A member of something unknown has a path that begins with a dot. */
  | PathValue
  /** Constant text; numbers are text as well, since they are keys. */
  | { readonly kind: "text"; readonly text: string }
  /** A list of constant texts. */
  | { readonly kind: "list"; readonly items: readonly string[] }
  /** An object literal or list, whose members can be looked up. */
  | { readonly kind: "literal"; readonly node: AnyNode }
  /** A function or class of the cell. */
  | { readonly kind: "function" }
  /** The descriptor of a property. */
  | { readonly kind: "descriptor"; readonly values: readonly Value[] };

/** The value of what was computed from constants, if it was. */
export function constantValue(constant: string | readonly string[] | undefined): readonly Value[] {
  if (constant === undefined) return [];
  if (typeof constant === "string") return [{ kind: "text", text: constant }];
  return [{ kind: "list", items: constant }];
}
