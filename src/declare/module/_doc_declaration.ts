/** Declarations for cells, generated from the output of `deno doc`. */

import type {
  DocComment,
  DocDeclaration,
  DocFunction,
  DocMember,
  DocMembers,
  DocParameter,
  DocType,
  DocTypeParameter,
} from "./_doc_nodes.ts";
import {
  hasPlainName,
  memberTexts,
  parametersText,
  signatureText,
  typeParametersText,
  type TypeScope,
  typeText,
} from "./_doc_type.ts";
import type { Parameter } from "../_signature.ts";
import { commentOf } from "../_comment.ts";
import { member } from "../_value_type.ts";

/** Types of generators and the like. Cells receive their values one by one. */
const ITERATED =
  /^(?:Async)?(?:Generator|IterableIterator|Iterator|IteratorObject|Iterable)<(.*)>$/s;

/**
 * Returns the signatures of a function as cells see it, one for each overload.
 *
 * @param declarations The declarations of the function.
 * @param options The scope of its types, and the parameters found in its source.
 */
export function functionSignatures(
  declarations: readonly DocDeclaration[],
  { scope, source }: { scope: TypeScope; source: readonly Parameter[] },
): string[] {
  const functions = overloads(declarations.map(({ def }) => def as DocFunction));
  return functions.map((call) => asyncSignature(call, { scope, source }));
}

/** Drops the signature of an implementation, which is not visible to callers if there are others. */
function overloads(functions: readonly DocFunction[]): readonly DocFunction[] {
  return functions.length > 1 ? functions.filter(({ hasBody }) => !hasBody) : functions;
}

function asyncSignature(
  call: DocFunction,
  { scope, source }: { scope: TypeScope; source?: readonly Parameter[] },
): string {
  const parameters = parametersText(call.params, { scope, source }).join(", ");
  return `${typeParametersText(call.typeParams, scope)}(${parameters}): ${
    promised(call.returnType, scope)
  }`;
}

/** Returns the result of a call from a cell: a promise, or an async iterable. */
function promised(type: DocType | null | undefined, scope: TypeScope): string {
  if (type?.kind === "typePredicate") {
    return (type.value as { asserts?: boolean }).asserts ? "Promise<void>" : "Promise<boolean>";
  }
  const text = typeText(type, scope);
  if (/^Promise(Like)?</.test(text) && type?.kind === "typeRef") {
    return text.replace(/^PromiseLike/, "Promise");
  }
  const params = (type?.value as { typeParams?: DocType[] } | undefined)?.typeParams;
  if (ITERATED.test(text) && type?.kind === "typeRef" && params !== undefined) {
    return `AsyncIterable<${typeText(params[0], scope)}>`;
  }
  return /\bPromise/.test(text) ? `Promise<Awaited<${text}>>` : `Promise<${text}>`;
}

/** A class, with the scope of its types. */
export interface DocClass {
  /** Its declaration. */
  readonly def: DocMembers;
  /** The meaning of the names in it. */
  readonly scope: TypeScope;
}

/** Options for the declaration of a class. */
export interface DocClassOptions {
  /** The name of the class in the declaration. */
  readonly name: string;
  /** The name of the class that it extends, if that one is declared. */
  readonly base: string | undefined;
  /** Whether cells have the class itself; otherwise its objects stay on the host and all their members are awaited. */
  readonly isShared: boolean;
}

/**
 * Declares a class by its public members.
 *
 * @param chain The class, followed by the classes that it extends.
 * @param options The name of the class, and whether cells have it.
 */
export function classDeclaration(
  chain: readonly [DocClass, ...DocClass[]],
  { name, base, isShared }: DocClassOptions,
): string {
  const [{ def, scope }, ...others] = chain;
  const inherited = base === undefined ? [] : others.flatMap((other) => publicMembers(other.def));
  const known = new Set(inherited.map(keyOf));
  const builtIn = new Set(
    others.length === 0 && base !== undefined ? Object.getOwnPropertyNames(prototypeOf(base)) : [],
  );
  // Inherited members that another declaration covers are left out.
  const own = publicMembers(def).filter((item) =>
    !known.has(keyOf(item)) && !builtIn.has(item.name) && (isShared || !item.isStatic)
  );
  const lines = [...Map.groupBy(own, keyOf).values()].map((members) =>
    memberLines(members as [DocMember], { scope, isShared })
  );
  if (isShared) {
    const makers = overloads(def.constructors ?? []);
    lines.unshift(
      ...makers.map(({ params }) =>
        `constructor(${parametersText(params, { scope }).join(", ")});`
      ),
    );
  }
  const parent = base === undefined
    ? ""
    : ` extends ${base}${argumentsText(def.superTypeParams, scope)}`;
  const head = `declare class ${name}${typeParametersText(def.typeParams, scope)}${parent} {`;
  return [head, ...lines.map(indent), "}"].join("\n");
}

function prototypeOf(name: string): object {
  const Class: unknown = Reflect.get(globalThis, name);
  return typeof Class === "function" ? Class.prototype as object : {};
}

function keyOf({ name, isStatic }: DocMember): string {
  return `${isStatic ? "static " : ""}${member(name)}`;
}

/** Returns the lines of one member: a method has a line for each overload. */
function memberLines(
  members: readonly [DocMember, ...DocMember[]],
  { scope, isShared }: { scope: TypeScope; isShared: boolean },
): string {
  const [first] = members;
  const methods = members.filter(({ kind }) => kind === "method");
  if (methods.length > 0) {
    const optional = methods.some((method) => method.optional) ? "?" : "";
    const calls = overloads(methods.map(({ functionDef }) => functionDef ?? {}));
    const signature = (call: DocFunction) =>
      isShared ? signatureText(call, scope) : asyncSignature(call, { scope });
    const lines = calls.map((call) => `${keyOf(first)}${optional}${signature(call)};`);
    return comment(first.jsDoc) + lines.join("\n");
  }
  const type = members.find(({ tsType }) => tsType)?.tsType ?? accessorType(members);
  const text = typeText(type, scope) + (first.optional ? " | undefined" : "");
  const isReadonly = !isShared || first.readonly ||
    members.every(({ kind }) => kind === "getter");
  return `${comment(first.jsDoc)}${first.isStatic ? "static " : ""}${
    isReadonly ? "readonly " : ""
  }${member(first.name)}: ${isShared ? text : `Promise<${text}>`};`;
}

function argumentsText(types: readonly DocType[] | undefined, scope: TypeScope): string {
  if (types === undefined || types.length === 0) return "";
  const texts = types.map((type) => typeText(type, scope)).map((text) =>
    text === "unknown" ? "any" : text
  );
  return `<${texts.join(", ")}>`;
}

function accessorType(members: readonly DocMember[]): DocType | null | undefined {
  const getter = members.find(({ kind }) => kind === "getter");
  const setter = members.find(({ kind }) => kind === "setter");
  return getter?.functionDef?.returnType ?? setter?.functionDef?.params?.[0]?.tsType;
}

/** Returns the members of a class's objects that cells can reach. */
function publicMembers({ constructors = [], properties = [], methods = [] }: DocMembers) {
  const declared = constructors.flatMap(({ params = [] }) => params).flatMap(parameterProperty);
  return [...declared, ...properties, ...methods].filter((item) =>
    hasPlainName(item) && !/^([_#]|then$|constructor$|prototype$)/.test(item.name) &&
    (item.accessibility ?? "public") === "public"
  );
}

/** Returns the members that a constructor's parameter declares. */
function parameterProperty(param: DocParameter): DocMember[] {
  const { accessibility, readonly = false } = param;
  const { name, tsType, optional = false } = param.left ?? param;
  if (name === undefined || !accessibility && !readonly) return [];
  return [{
    name,
    readonly,
    optional,
    ...(tsType && { tsType }),
    ...(accessibility && { accessibility }),
  }];
}

/**
 * Declares a type: an interface, an alias, or the values of an enum.
 *
 * @param declarations Its declarations; those of an interface are merged.
 * @param options The name of the type, and the scope of its types.
 * @returns The declaration, or `undefined` if it is not a type.
 */
export function typeDeclaration(
  declarations: readonly DocDeclaration[],
  { name, scope }: { name: string; scope: TypeScope },
): string | undefined {
  const [first] = declarations;
  if (first?.kind === "interface") {
    return declarations.filter(({ kind }) => kind === "interface")
      .map((declaration) =>
        comment(declaration.jsDoc) + interfaceText(declaration, { name, scope })
      )
      .join("\n");
  }
  if (first?.kind === "typeAlias") {
    const def = first.def as { tsType?: DocType; typeParams?: DocTypeParameter[] };
    const parameters = typeParametersText(def.typeParams, scope);
    return `${comment(first.jsDoc)}type ${name}${parameters} = ${typeText(def.tsType, scope)};`;
  }
  if (first?.kind === "enum") {
    const { members } = first.def as { members: { init?: DocType }[] };
    return `${comment(first.jsDoc)}type ${name} = ${enumType(members, scope)};`;
  }
  return undefined;
}

function interfaceText(
  { def }: DocDeclaration,
  { name, scope }: { name: string; scope: TypeScope },
): string {
  const members = def as DocMembers;
  const bases = (Array.isArray(members.extends) ? members.extends as DocType[] : [])
    .map((type) => typeText(type, scope)).filter((text) => text !== "unknown");
  const parent = bases.length === 0 ? "" : ` extends ${bases.join(", ")}`;
  const head = `interface ${name}${typeParametersText(members.typeParams, scope)}${parent} {`;
  return [head, ...memberTexts(members, scope).map(indent), "}"].join("\n");
}

function enumType(members: readonly { init?: DocType }[], scope: TypeScope): string {
  let next: number | undefined = 0;
  const types = members.map(({ init }) => {
    const text = init === undefined
      ? next === undefined ? "unknown" : `${next}`
      : typeText(init, scope);
    next = /^-?\d+$/.test(text) ? Number(text) + 1 : undefined;
    return text;
  });
  return types.includes("unknown") || types.length === 0 ? "string | number" : types.join(" | ");
}

/** Returns the text of a comment, with its tags. */
export function descriptionOf(comment: DocComment | undefined): string | undefined {
  if (comment === undefined) return undefined;
  const tags = (comment.tags ?? []).flatMap(({ kind, name, doc }) => {
    if (doc === undefined || !["param", "return", "throws"].includes(kind)) return [];
    const tag = kind === "return" ? "returns" : kind;
    return [`@${tag} ${name === undefined ? "" : `${name} `}${doc}`];
  });
  const text = [(comment.doc ?? "").trim(), ...tags].filter((part) => part !== "").join("\n");
  return text === "" ? undefined : text;
}

function comment(doc: DocComment | undefined): string {
  return commentOf(descriptionOf(doc));
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
