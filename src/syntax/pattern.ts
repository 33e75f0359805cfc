/** The contents of patterns: the names that they declare, and expressions. */

import type { Expression, Identifier, Pattern, PrivateIdentifier } from "acorn";

/** Receives the parts of a pattern. */
export interface PatternReader {
  /** Receives each name. */
  readonly target: (name: Identifier) => void;
  /** Receives each default and each computed key. @default they are skipped */
  readonly expression?: (node: Expression | PrivateIdentifier) => void;
}

/**
 * Reads the pattern of a declaration or an assignment in source order. Members to which one assigns are skipped.
 *
 * @param pattern The pattern, which may be just a name.
 * @param reader Receives its parts.
 */
export function readPattern(pattern: Pattern, reader: PatternReader): void {
  switch (pattern.type) {
    case "Identifier":
      reader.target(pattern);
      break;
    case "ObjectPattern":
      for (const entry of pattern.properties) {
        if (entry.type === "RestElement") readPattern(entry.argument, reader);
        else {
          if (entry.computed) reader.expression?.(entry.key);
          readPattern(entry.value, reader);
        }
      }
      break;
    case "ArrayPattern":
      for (const element of pattern.elements) if (element !== null) readPattern(element, reader);
      break;
    case "RestElement":
      readPattern(pattern.argument, reader);
      break;
    case "AssignmentPattern":
      readPattern(pattern.left, reader);
      reader.expression?.(pattern.right);
      break;
  }
}
