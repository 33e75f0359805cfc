/** Declarations from the text of a module: its own TypeScript, without the bodies of functions. */

import type {
  AnonymousClassDeclaration,
  AnonymousFunctionDeclaration,
  ArrowFunctionExpression,
  Class,
  ClassDeclaration,
  Expression,
  Function as FunctionNode,
  FunctionDeclaration,
  FunctionExpression,
  MethodDefinition,
  Pattern,
  PropertyDefinition,
} from "acorn";
import { findOutside, MAX_DECLARATION_CHARS } from "./_source_gaps.ts";

/** The text of a module, before and after its types were erased. Positions are the same in both. */
export interface ModuleText {
  /** The TypeScript. */
  readonly source: string;
  /** The JavaScript. */
  readonly code: string;
}

/** The nodes of functions that are declared. */
type AnyFunctionNode =
  | FunctionDeclaration
  | AnonymousFunctionDeclaration
  | FunctionExpression
  | ArrowFunctionExpression;

/**
 * Returns the signature of a function: `<T>(list: T[], n?: number): T[]`.
 *
 * @param node The function.
 * @param text The module.
 */
export function signatureOf(node: FunctionNode, text: ModuleText): string {
  const { source, code } = text;
  const { params, body } = node;
  const isArrow = node.type === "ArrowFunctionExpression";
  const head = "id" in node && node.id != null ? node.id.end : node.start;
  const open = opensAt(node, { code, head });
  const last = params.at(-1);
  const close = open === undefined
    ? last!.end
    : findOutside(code, ")", { from: last === undefined ? open + 1 : last.end });
  const start = isArrow && !node.async ? node.start : findTypeParameters(node, { source, head });
  const types = open === undefined ? "" : source.slice(start, open).trim();
  const texts = params.map((param, i) => {
    const next = params[i + 1]?.start ?? close;
    const end = i + 1 < params.length ? findOutside(code, ",", { from: param.end }) : next;
    return parameterOf(param, { text, end });
  });
  const end = isArrow ? findOutside(code, "=>", { from: close }) : body.start;
  const result = source.slice(Math.min(close + 1, end), end).trim().replace(/^:\s*/, "");
  const returned = result !== "" && open !== undefined
    ? result
    : node.async
    ? "Promise<unknown>"
    : "unknown";
  const signature = `${/^</.test(types) ? types : ""}(${texts.join(", ")}): ${returned}`;
  return signature.length > MAX_DECLARATION_CHARS ? "(...args: unknown[]): unknown" : signature;
}

/** Returns the place of the parenthesis before the parameters; `undefined` for an arrow function without one. */
function opensAt(
  node: FunctionNode,
  { code, head }: { readonly code: string; readonly head: number },
): number | undefined {
  const open = findOutside(code, "(", { from: head });
  const first = node.params[0];
  return first === undefined || open < first.start ? open : undefined;
}

/** Returns the place behind the keywords and the name of a function. */
function findTypeParameters(
  node: FunctionNode,
  { source, head }: { readonly source: string; readonly head: number },
): number {
  if ("id" in node && node.id != null) return head;
  const keywords = /^(?:async\b)?\s*(?:function\b)?\s*\*?\s*/.exec(source.slice(head))?.[0] ?? "";
  return head + keywords.length;
}

/** Returns a parameter with its type. A default value makes it optional; a pattern gets a name. */
function parameterOf(
  param: Pattern,
  { text: { source, code }, end }: { readonly text: ModuleText; readonly end: number },
): string {
  if (param.type === "AssignmentPattern") {
    const { left, right } = param;
    const equals = findOutside(code, "=", { from: left.end });
    const type = source.slice(left.end, Math.min(equals, right.start)).replace(/^\s*\?/, "").trim();
    return `${nameOf(left, source)}?${type === "" ? `: ${typeOfValue(right)}` : type}`;
  }
  const type = source.slice(param.end, end).trim();
  return `${nameOf(param, source)}${type === "" ? ": unknown" : type}`;
}

function nameOf(param: Pattern, source: string): string {
  if (param.type === "ObjectPattern") return "options";
  if (param.type === "ArrayPattern") return "list";
  return source.slice(param.start, param.end);
}

/**
 * Returns the type of a value, as far as its text says.
 *
 * @param value The expression.
 */
export function typeOfValue(value: Expression | null | undefined): string {
  switch (value?.type) {
    case "Literal":
      return value.value === null || typeof value.value === "object"
        ? "unknown"
        : typeof value.value;
    case "TemplateLiteral":
      return "string";
    case "ArrayExpression":
      return "unknown[]";
    case "ObjectExpression":
      return "object";
    default:
      return "unknown";
  }
}

/**
 * Returns the declaration of a class, with its public members.
 *
 * @param name The name.
 * @param node The class.
 * @param options The module.
 */
export function classText(
  name: string,
  node: Class | ClassDeclaration | AnonymousClassDeclaration,
  { text }: { readonly text: ModuleText },
): string {
  const { source } = text;
  const head = node.id == null ? node.start + "class".length : node.id.end;
  const heritage = source.slice(head, node.body.start).trim();
  const members: string[] = [];
  let before = node.body.start;
  for (const member of node.body.body) {
    const modifiers = source.slice(before, member.start);
    before = member.end;
    if (member.type === "StaticBlock" || /\b(?:private|protected)\b[^;}]*$/.test(modifiers)) {
      continue;
    }
    if (member.computed || member.key.type !== "Identifier") continue;
    members.push(memberText(member, text));
  }
  const full = `declare class ${name}${heritage === "" ? "" : spaced(heritage)} {${
    members.map((member) => `\n  ${member};`).join("")
  }\n}`;
  return full.length > MAX_DECLARATION_CHARS ? `declare class ${name} {}` : full;
}

function spaced(heritage: string): string {
  return heritage.startsWith("<") ? heritage : ` ${heritage}`;
}

function memberText(member: MethodDefinition | PropertyDefinition, text: ModuleText): string {
  const { key, value } = member;
  const name = text.source.slice(key.start, key.end);
  const prefix = member.static ? "static " : "";
  if (member.type === "PropertyDefinition") {
    const equals = value == null ? member.end : findOutside(text.code, "=", { from: key.end });
    const type = text.source.slice(key.end, equals).trim().replace(/;$/, "").trim();
    return `${prefix}${name}${type === "" ? `: ${typeOfValue(value)}` : type}`;
  }
  const signature = signatureOf(member.value as AnyFunctionNode, text);
  if (member.kind === "constructor") return `constructor${signature.replace(/: unknown$/, "")}`;
  if (member.kind === "get") return `readonly ${name}${signature.replace(/^\(\)/, "")}`;
  if (member.kind === "set") return `set ${name}${signature.replace(/: unknown$/, "")}`;
  return `${prefix}${name}${signature}`;
}
