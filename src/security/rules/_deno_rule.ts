/** The rule about `Deno`, which names the missing permission. */

import type { CellNode } from "../../syntax/cell_tree.ts";
import { placeOfName, shown } from "./_uses.ts";
import { denoMembers, permissionsFor } from "../permissions/deno_members.ts";
import type { Rule, RuleContext } from "../rule.ts";

/** Refuses members of `Deno` that cells do not have. */
export class DenoRule implements Rule {
  readonly name = "deno";
  /** The types of the nodes that the rule checks. */
  readonly nodes: readonly CellNode["type"][] = ["MemberExpression", "Property", "CallExpression"];

  check(node: CellNode, context: RuleContext): void {
    const place = placeOfName(node, context);
    const path = place && context.globals(node).find(isMember);
    if (path === undefined || isQuestion(node, context.parent)) return;
    const member = path.slice("Deno.".length);
    const granted = context.place.permissions ?? [];
    if (denoMembers(granted).includes(member)) return;
    const missing = permissionsFor(member);
    const reason = missing.length === 0
      ? "cells do not have it"
      : `it needs the permission ${missing.join(" or ")}, which cells do not have`;
    context.report(
      place!,
      `${shown(path)} is not available: ${reason}. Do without it and do not try again`,
    );
  }
}

function isMember(path: string): boolean {
  return path.startsWith("Deno.") && path.lastIndexOf(".") === "Deno".length;
}

/** Returns whether a cell merely tests for a member: `typeof Deno.run`, `Deno.run?.()`. */
function isQuestion(node: CellNode, parent: CellNode | undefined): boolean {
  switch (parent?.type) {
    case "UnaryExpression":
      return parent.operator === "typeof";
    case "MemberExpression":
      return parent.object === node && parent.optional;
    case "CallExpression":
      return parent.callee === node && parent.optional;
    default:
      return false;
  }
}
