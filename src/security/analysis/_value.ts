/** The values that an expression may have. */

import type { AnyNode } from "acorn";
import type { PathValue } from "./_paths.ts";

/** A value that an expression may have. */
export type Value =
  /** A global, or a member of one: `Deno.exit`. The path of a member of an unknown value begins with a dot. */
  | PathValue
  /** Constant text; numbers are text as well, since they are keys. */
  | { readonly kind: "text"; readonly text: string }
  /** A list of constant texts. */
  | { readonly kind: "list"; readonly items: readonly string[] }
  /** An object or array literal, whose members can be looked up. */
  | { readonly kind: "literal"; readonly node: AnyNode }
  /** A function or class of the cell. */
  | { readonly kind: "function" }
  /** The descriptor of a property. */
  | { readonly kind: "descriptor"; readonly values: readonly Value[] };

/** Wraps a folded constant, if there is one. */
export function constantValue(constant: string | readonly string[] | undefined): readonly Value[] {
  if (constant === undefined) return [];
  if (typeof constant === "string") return [{ kind: "text", text: constant }];
  return [{ kind: "list", items: constant }];
}
