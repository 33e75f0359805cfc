/**
 * Classes as text: what they need of the place where they stand.
 *
 * @module
 */

import type { Class } from "acorn";
import { findFreeNames } from "./_captures.ts";
import { parseProgram } from "./_strip.ts";
import { visit } from "../syntax/walk.ts";

/** A class that was read from its source. */
export interface ClassText {
  /** Its tree. */
  readonly node: Class;
  /** Names that it refers to and does not declare, but for those that it asks for with `typeof`. */
  readonly freeNames: readonly string[];
  /** Whether its instances have members that begin with `#`. */
  readonly hidesMembers: boolean;
}

/**
 * Reads the source of a class.
 *
 * @param source What `toString` of the class gives.
 * @returns Nothing if it is no class, or one whose source is not there.
 */
export function readClass(source: string): ClassText | undefined {
  const program = parsed(`(${source}\n)`);
  const statement = program?.body[0];
  if (statement?.type !== "ExpressionStatement") return undefined;
  const node = statement.expression;
  if (node.type !== "ClassExpression") return undefined;
  const optional = new Set<string>();
  visit(node, (part) => {
    const isQuestion = part.type === "UnaryExpression" && part.operator === "typeof";
    if (isQuestion && part.argument.type === "Identifier") optional.add(part.argument.name);
    return true;
  });
  return {
    node,
    freeNames: [...findFreeNames(program!)].filter((name) => !optional.has(name)),
    hidesMembers: node.body.body.some((member) =>
      "key" in member && member.key.type === "PrivateIdentifier" && !member.static
    ),
  };
}

function parsed(code: string) {
  try {
    return parseProgram(code);
  } catch {
    return undefined;
  }
}
