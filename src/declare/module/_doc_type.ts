/** TypeScript types, written back from the output of `deno doc`. */

import type {
  DocFunction,
  DocMember,
  DocMembers,
  DocParameter,
  DocType,
  DocTypeParameter,
} from "./_doc_nodes.ts";
import { isOfLanguage, takesAnything } from "./_language_types.ts";
import { complete, type Parameter, toText } from "../_signature.ts";
import { arrayOf, member } from "../_value_type.ts";

/** The meaning of the names in a type. */
export interface TypeScope {
  /** Returns the name under which a type of the module is declared, or `undefined` if the type is unknown. */
  refer(name: string): string | undefined;
}

/** Returns the text of a type, with `unknown` for the parts that are not known. */
export function typeText(type: DocType | null | undefined, scope: TypeScope): string {
  if (type === null || type === undefined) return "unknown";
  const { value } = type;
  const text = (part: unknown) => typeText(part as DocType, scope);
  const list = (parts: unknown) => (parts as DocType[]).map(text);
  switch (type.kind) {
    case "keyword":
      return String(value);
    case "this":
      return "this";
    case "literal":
      return literalText(value as LiteralType, scope);
    case "typeRef":
      return referenceText(value as ReferenceType, scope);
    case "union":
      return (value as DocType[]).map((part) => inParentheses(part, text(part))).join(" | ");
    case "intersection":
      return (value as DocType[]).map((part) => inParentheses(part, text(part))).join(" & ");
    case "array":
      return arrayOf(text(value));
    case "tuple":
      return `[${list(value).join(", ")}]`;
    case "optional":
      return `(${text(value)})?`;
    case "rest":
      return `...${text(value)}`;
    case "parenthesized":
      return `(${text(value)})`;
    case "typeLiteral":
      return `{ ${memberTexts(value as DocMembers, scope).join(" ")} }`;
    case "fnOrConstructor":
      return signatureType(value as DocFunction & { constructor?: unknown }, scope);
    case "typeOperator":
      return operatorText(value as { operator: string; tsType: DocType }, scope);
    case "indexedAccess":
      return accessText(value as { objType: DocType; indexType: DocType }, scope);
    case "conditional":
      return conditionText(value as ConditionalType, scope);
    case "infer":
      return `infer ${(value as { typeParam: DocTypeParameter }).typeParam.name}`;
    case "mapped":
      return mappedText(value as MappedType, scope);
    case "typePredicate":
      return "boolean";
    default:
      // `typeof` queries, types in namespaces of other modules, and kinds of types that Deno may add.
      return "unknown";
  }
}

interface LiteralType {
  readonly kind: string;
  readonly string?: string;
  readonly number?: number;
  readonly boolean?: boolean;
  readonly tsTypes?: readonly DocType[];
}

function literalText(literal: LiteralType, scope: TypeScope): string {
  switch (literal.kind) {
    case "string":
      return JSON.stringify(literal.string);
    case "number":
      return String(literal.number);
    case "boolean":
      return String(literal.boolean);
    case "bigInt":
      return `${literal.string}n`;
    default:
      return literal.tsTypes === undefined ? "unknown" : templateText(literal.tsTypes, scope);
  }
}

function templateText(types: readonly DocType[], scope: TypeScope): string {
  const parts = types.map((type) => {
    const { kind, string } = (type.value ?? {}) as LiteralType;
    if (type.kind !== "literal" || kind !== "string") return `\${${typeText(type, scope)}}`;
    return string!.replace(/[\\`]|\$\{/g, "\\$&");
  });
  // An unknown type cannot be part of a template literal type.
  return parts.includes("${unknown}") ? "string" : `\`${parts.join("")}\``;
}

interface ReferenceType {
  readonly typeName: string;
  readonly typeParams?: readonly DocType[];
  readonly resolution?: { readonly kind: string };
}

function referenceText({ typeName, typeParams, resolution }: ReferenceType, scope: TypeScope) {
  if (resolution?.kind === "typeParam") return typeName;
  const name = resolution === undefined && isOfLanguage(typeName)
    ? typeName
    : scope.refer(typeName);
  if (name === undefined) return "unknown";
  if (typeParams === undefined) return name;
  const args = typeParams.map((type) => {
    const text = typeText(type, scope);
    return text === "unknown" && !takesAnything(name) ? "any" : text;
  });
  return `${name}<${args.join(", ")}>`;
}

function operatorText(
  { operator, tsType }: { operator: string; tsType: DocType },
  scope: TypeScope,
) {
  const text = typeText(tsType, scope);
  if (operator === "unique") return text;
  if (text === "unknown") return operator === "keyof" ? "PropertyKey" : text;
  // `readonly` applies to an array type with brackets, and to no other type.
  return `${operator} ${operator === "readonly" ? text.replace(/^Array<(.*)>$/s, "($1)[]") : text}`;
}

function accessText(
  { objType, indexType }: { objType: DocType; indexType: DocType },
  scope: TypeScope,
): string {
  const text = typeText(objType, scope);
  const index = typeText(indexType, scope);
  return text === "unknown" || index === "unknown"
    ? "unknown"
    : `${inParentheses(objType, text)}[${index}]`;
}

interface ConditionalType {
  readonly checkType: DocType;
  readonly extendsType: DocType;
  readonly trueType: DocType;
  readonly falseType: DocType;
}

function conditionText(type: ConditionalType, scope: TypeScope): string {
  const bound = new Set(inferredNames(type.extendsType));
  const inner = { refer: (name: string) => bound.has(name) ? name : scope.refer(name) };
  const [check, pattern] = [type.checkType, type.extendsType].map((part) =>
    inParentheses(part, typeText(part, scope))
  );
  return `${check} extends ${pattern} ? ${typeText(type.trueType, inner)} : ${
    typeText(type.falseType, scope)
  }`;
}

function* inferredNames(part: unknown): Generator<string> {
  if (typeof part !== "object" || part === null) return;
  const { kind, value } = part as DocType;
  if (kind === "infer") yield (value as { typeParam: DocTypeParameter }).typeParam.name;
  for (const inner of Object.values(part)) yield* inferredNames(inner);
}

interface MappedType {
  readonly typeParam: DocTypeParameter;
  readonly nameType?: DocType;
  readonly tsType?: DocType;
  readonly readonly?: boolean | string;
  readonly optional?: boolean | string;
}

function mappedText(type: MappedType, scope: TypeScope): string {
  const { typeParam, nameType, tsType } = type;
  const sign = (mark: boolean | string | undefined, word: string) =>
    mark === undefined || mark === false ? "" : `${mark === true ? "" : mark}${word}`;
  const readonly = sign(type.readonly, "readonly ");
  const keys = typeText(typeParam.constraint, scope);
  const renamed = nameType === undefined ? "" : ` as ${typeText(nameType, scope)}`;
  if (keys === "unknown") return "Record<PropertyKey, unknown>";
  return `{ ${readonly}[${typeParam.name} in ${keys}${renamed}]${sign(type.optional, "?")}: ${
    typeText(tsType, scope)
  } }`;
}

/** Returns the members of an interface or a type literal, without those with computed names. */
export function memberTexts(members: DocMembers, scope: TypeScope): string[] {
  const named = (list: readonly DocMember[] = []) => list.filter(hasPlainName);
  return [
    ...(members.callSignatures ?? []).map((call) => `${signatureText(call, scope)};`),
    ...(members.indexSignatures ?? []).map((index) => {
      const [key] = index.params ?? [];
      const readonly = index.readonly ? "readonly " : "";
      const type = typeText(index.tsType, scope);
      return `${readonly}[${key?.name ?? "key"}: ${typeText(key?.tsType, scope)}]: ${type};`;
    }),
    ...named(members.properties).map((property) =>
      `${property.readonly ? "readonly " : ""}${member(property.name)}${
        property.optional ? "?" : ""
      }: ${typeText(property.tsType, scope)};`
    ),
    ...named(members.methods).flatMap((method) => {
      const name = member(method.name);
      if (method.kind === "getter") return `readonly ${name}: ${resultText(method, scope)};`;
      if (method.kind === "setter") return [];
      return `${name}${method.optional ? "?" : ""}${signatureText(method, scope)};`;
    }),
  ];
}

/** Returns whether a member has a plain name, not a symbol or an expression. */
export function hasPlainName({ name, computed }: DocMember): boolean {
  return computed !== true && !name.startsWith("[");
}

function signatureType(call: DocFunction & { constructor?: unknown }, scope: TypeScope): string {
  const word = call.constructor === true ? "new " : "";
  return `(${word}${typeParametersText(call.typeParams, scope)}(${
    parametersText(call.params, { scope }).join(", ")
  }) => ${resultText(call, scope)})`;
}

/** Returns the parameters and the result of a function, unchanged. */
export function signatureText(call: DocFunction, scope: TypeScope): string {
  return `${typeParametersText(call.typeParams, scope)}(${
    parametersText(call.params, { scope }).join(", ")
  }): ${resultText(call, scope)}`;
}

function resultText({ returnType, tsType }: DocFunction, scope: TypeScope): string {
  return typeText(returnType ?? tsType, scope);
}

/** Returns the type parameters of a type or a function, with their brackets. */
export function typeParametersText(
  parameters: readonly DocTypeParameter[] | undefined,
  scope: TypeScope,
): string {
  if (parameters === undefined || parameters.length === 0) return "";
  const texts = parameters.map((parameter) => {
    const bound = parameter.constraint === undefined ? "" : typeText(parameter.constraint, scope);
    const given = parameter.default === undefined ? "" : typeText(parameter.default, scope);
    // A constraint that is not known to be met is avoided with `any`.
    const fallback = given === "unknown" && bound !== "" ? "any" : given;
    return `${parameter.name}${bound && ` extends ${bound}`}${fallback && ` = ${fallback}`}`;
  });
  return `<${texts.join(", ")}>`;
}

/** Returns the parameters of a function as written in a declaration. */
export function parametersText(
  params: readonly DocParameter[] | undefined,
  { scope, source = [] }: { scope: TypeScope; source?: readonly Parameter[] | undefined },
): string[] {
  const parameters = (params ?? []).map((param, i): Parameter => {
    const { target, mark } = partsOf(param);
    const type = target.tsType ?? param.tsType;
    return {
      name: nameOf(target, i),
      type: type ? typeText(type, scope) : source[i]?.type.replace(/ \| undefined$/, "") ??
        (mark === "..." ? "unknown[]" : "unknown"),
      ...(mark && { mark }),
    };
  });
  return complete(parameters).map(toText);
}

function partsOf(param: DocParameter): { target: DocParameter; mark?: Parameter["mark"] } {
  if (param.kind === "assign" && param.left) return { target: param.left, mark: "?" };
  if (param.kind === "rest" && param.arg) return { target: param.arg, mark: "..." };
  return param.optional ? { target: param, mark: "?" } : { target: param };
}

function nameOf({ kind, name }: DocParameter, index: number): string {
  return name ?? (kind === "object" ? "options" : `arg${index + 1}`);
}

/** Puts parentheses around a type that an operator beside it would split. */
function inParentheses({ kind }: DocType, text: string): string {
  return /^(union|intersection|conditional|typeOperator|infer)$/.test(kind) ? `(${text})` : text;
}
