/** Where values come from. */

import type { AnyNode, Property } from "acorn";

/** Where a value comes from: an expression, a member of what something else gives, or one of two; absent where nobody knows. */
export type Origin = AnyNode | MemberOrigin | EitherOrigin | undefined;

/** A member of something. */
export interface MemberOrigin {
  readonly type: "member";
  /** What it is a member of. */
  readonly object: Origin;
  /** Its name, or the expression that computes it. */
  readonly key: string | AnyNode;
}

/** A value, or the default in its place. */
export interface EitherOrigin {
  readonly type: "either";
  /** The two. */
  readonly origins: readonly [Origin, Origin];
}

/** The name of a property or member, or the expression that computes it. */
export function keyOf(
  node: Pick<Property, "computed"> & { key: AnyNode },
): string | AnyNode {
  const { computed, key } = node;
  if (computed) return key;
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : key;
}
