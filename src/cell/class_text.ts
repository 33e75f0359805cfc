/**
 * The source text of classes, and the names on which it depends.
 *
 * @module
 */

import type { Class } from "acorn";
import { findFreeNames } from "./rewrite/captures.ts";
import { parseProgram } from "./parse/strip.ts";
import { visit } from "../syntax/walk.ts";

/** A class, parsed from its source. */
export interface ClassText {
  /** The tree of the class. */
  readonly node: Class;
  /** Names that it refers to and does not declare, except those that it tests with `typeof`. */
  readonly freeNames: readonly string[];
  /** Whether its instances have private members, whose names begin with `#`. */
  readonly hidesMembers: boolean;
}

/**
 * Parses the source of a class.
 *
 * @param source The result of the class's `toString`.
 * @returns The class, or `undefined` if the source is not that of a class or not available.
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
