/** Declarations of injected types: classes from their source, schemas as aliases, constants with their values. */

import type { Class, Expression, MethodDefinition, Pattern, PropertyDefinition } from "acorn";
import { readClass } from "../cell/class_text.ts";
import { isReachable } from "../rpc/references/members.ts";
import { schemaType } from "./_schema_type.ts";
import { parametersFrom, toText, typeOfDefault } from "./_signature.ts";
import { canParse, type Schema } from "../inject/schema.ts";
import { literal, member } from "./_value_type.ts";
import type { HostType } from "../inject/host_type.ts";

/** Declares the type of a reference to an object of the host. */
export function declareReference(name: string): string {
  return `/** An object on the user's side: await its methods and members. */
declare type ${name}<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : Promise<T[K]>;
};`;
}

/**
 * Declares a type.
 *
 * @param name The name of the type.
 * @param options The type, and whether cells have a class of their own, made from its source.
 */
export function declareType(
  name: string,
  { type: { copy, kind, value }, isolated }: { type: HostType; isolated: boolean },
): string {
  if (kind === "class") {
    const note = `  // new ${name}() makes one of the cell's own: the user gets its data\n`;
    const own = copy || !isolated ? "" : note;
    return `declare class ${name} {\n${own}${membersOf(value as object)}}`;
  }
  if (kind === "constants") return declareConstants(name, value as Record<string, unknown>);
  const alias = `declare type ${name} = ${schemaType(value as Schema, "output")};`;
  if (!canParse(value)) return alias;
  return `${alias}\ndeclare const ${name}: { parse(value: unknown): Promise<${name}> };`;
}

function declareConstants(name: string, constants: Record<string, unknown>): string {
  const names = Object.keys(constants).filter((key) => !isReverse(constants, key));
  const members = names.map((key) => `readonly ${member(key)}: ${literal(constants[key])}`);
  return `declare const ${name}: { ${members.join("; ")} };\n` +
    `declare type ${name} = (typeof ${name})[keyof typeof ${name}];`;
}

/** Returns whether a key is a reverse mapping: an enum of TypeScript also maps its numbers to its names. */
function isReverse(constants: Record<string, unknown>, key: string): boolean {
  const name = constants[key];
  return /^-?\d+$/.test(key) && typeof name === "string" && `${constants[name]}` === key;
}

/**
 * Returns the members of a class and of those that it extends, as far as their source is available; its own come first.
 */
function membersOf(Class: object): string {
  const lines = new Map<string, string>();
  let at: object | null = Class;
  for (; at !== null && at !== Function.prototype; at = Object.getPrototypeOf(at)) {
    const node = readClass(`${at}`)?.node;
    if (node === undefined) break;
    for (const [key, line] of linesOf(node, Class)) if (!lines.has(key)) lines.set(key, line);
  }
  return [...lines.values()].map((line) => `  ${line}\n`).join("");
}

function* linesOf({ body }: Class, Class: object): Generator<[key: string, line: string]> {
  const assigned = typesOfAssigned(body.body);
  for (const part of body.body) {
    if (part.type === "StaticBlock" || part.computed || part.key.type !== "Identifier") continue;
    const { name } = part.key;
    if (isConstructor(part)) {
      yield ["constructor", `constructor(${textOf(part.value.params)});`];
      for (const [field, type] of assigned) {
        if (isReachable({ [field]: 1 }, field)) yield [field, `${member(field)}: ${type};`];
      }
      continue;
    }
    const holder = part.static ? Class : { [name]: undefined };
    if (!isReachable(holder, name)) continue;
    const prefix = part.static ? "static " : "";
    const type = part.static ? undefined : assigned.get(name);
    yield [`${prefix}${name}`, `${prefix}${lineOf(part, { name: member(name), type })}`];
  }
}

function lineOf(
  part: MethodDefinition | PropertyDefinition,
  { name, type = "unknown" }: { name: string; type: string | undefined },
): string {
  if (part.type === "PropertyDefinition") {
    return `${name}: ${part.value == null ? type : typeOfDefault(part.value)};`;
  }
  if (part.kind === "get" || part.kind === "set") return `${name}: unknown;`;
  const result = part.value.async ? "Promise<unknown>" : "unknown";
  return `${name}(${textOf(part.value.params)}): ${result};`;
}

function textOf(params: Pattern[]): string {
  return parametersFrom(params).map(toText).join(", ");
}

/** Returns the types of the fields to which a constructor assigns a constant or a parameter. */
function typesOfAssigned(parts: Class["body"]["body"]): Map<string, string> {
  const types = new Map<string, string>();
  const made = parts.find(isConstructor)?.value;
  if (made === undefined) return types;
  const parameters = new Map(parametersFrom(made.params).map(({ name, type }) => [name, type]));
  for (const statement of made.body.body) {
    const field = statement.type === "ExpressionStatement" && assignmentOf(statement.expression);
    if (!field) continue;
    const { name, value } = field;
    const type = value.type === "Identifier" ? parameters.get(value.name) : typeOfDefault(value);
    types.set(name, type ?? "unknown");
  }
  return types;
}

/** Returns the field and the value of an assignment `this.field = value`. */
function assignmentOf(expression: Expression): { name: string; value: Expression } | undefined {
  if (expression.type !== "AssignmentExpression" || expression.operator !== "=") return undefined;
  const { left, right } = expression;
  return left.type === "MemberExpression" && left.object.type === "ThisExpression" &&
      !left.computed && left.property.type === "Identifier"
    ? { name: left.property.name, value: right }
    : undefined;
}

function isConstructor(part: Class["body"]["body"][number]): part is MethodDefinition {
  return part.type === "MethodDefinition" && part.kind === "constructor";
}
