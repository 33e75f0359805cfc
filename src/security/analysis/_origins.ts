/** The origins of values. */

import type { AnyNode, Property } from "acorn";

/** The origin of a value: an expression, a member of another origin, or one of two; absent if unknown. */
export type Origin = AnyNode | MemberOrigin | EitherOrigin | undefined;

/** A member of another origin. */
export interface MemberOrigin {
  readonly type: "member";
  /** The origin of the object. */
  readonly object: Origin;
  /** The name of the member, or the expression that computes it. */
  readonly key: string | AnyNode;
}

/** A value, or the default in its place. */
export interface EitherOrigin {
  readonly type: "either";
  /** The two origins. */
  readonly origins: readonly [Origin, Origin];
}

/** Returns the name of a property or member, or the expression that computes it. */
export function keyOf(
  node: Pick<Property, "computed"> & { key: AnyNode },
): string | AnyNode {
  const { computed, key } = node;
  if (computed) return key;
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : key;
}
