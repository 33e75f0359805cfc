/** Kinds of nodes that the analysis of scopes tells apart. */

import type {
  AnyNode,
  MethodDefinition,
  PrivateIdentifier,
  PropertyDefinition,
  VariableDeclaration,
} from "acorn";

/** Returns whether a declaration is disposed of at the end of its block. */
export function isUsing({ kind }: VariableDeclaration): boolean {
  return kind === "using" || kind === "await using";
}

/** Returns whether a node declares names in the enclosing block. */
export function isLexical(node: AnyNode): boolean {
  return node.type === "FunctionDeclaration" || node.type === "ClassDeclaration" ||
    node.type === "VariableDeclaration" && node.kind !== "var";
}

/** Returns whether a member of a class is private. */
export function isPrivate(member: AnyNode): member is PrivateMember {
  return "key" in member && member.key.type === "PrivateIdentifier";
}

/** A private member of a class. */
export type PrivateMember = (MethodDefinition | PropertyDefinition) & { key: PrivateIdentifier };
