/**
 * What the model is told about the namespace: TypeScript declarations with JSDoc. Functions with their signatures,
 * variables with their types and never with their values.
 *
 * @module
 */

import { outline } from "../rpc/outline.ts";
import { declareClass } from "./_class_declaration.ts";
import { commentOf } from "./_comment.ts";
import { declareFinders } from "./function_groups.ts";
import { schemaParameters, schemaType } from "./_schema_type.ts";
import { parametersOf, toText } from "./_signature.ts";
import { freeTypeName, typeOfValue } from "./_value_type.ts";
import type { AnyFunction, HostFunction } from "./host_function.ts";
import type { Injections } from "./injection.ts";
import { isReference, type Variable } from "./variable.ts";

/** Options of {@linkcode declareInjections}. */
export interface DeclareOptions {
  /** Whether objects of classes stay on the host, so that their members have to be awaited. @default true */
  readonly isolated?: boolean;
}

/**
 * Declares what is injected. Functions that are found by searching are not declared but counted.
 *
 * @param injections Variables and functions.
 * @param options Where objects are.
 * @returns One declaration for each name, and for each type that it uses before it, ready for the prompt.
 */
export function declareInjections(
  injections: Injections,
  options: DeclareOptions = {},
): { functions: string[]; variables: string[] } {
  const declarations = new Declarations(injections, options);
  const { finders } = injections;
  const functions = finders === undefined
    ? [...injections.functions.keys()].flatMap((name) => declarations.of(name))
    : declareFinders(finders, [...injections.functions.keys()]);
  const variables = [...injections.variables.keys()].flatMap((name) => declarations.of(name));
  return { functions, variables };
}

/** Declarations that stand beside one another: each type is declared once, by a name of its own. */
export class Declarations {
  readonly #injections: Injections;
  readonly #isolated: boolean;
  /** Types by name. */
  readonly #types = new Map<string, string>();
  /** Names of the classes of objects. */
  readonly #classes = new Map<unknown, string>();

  /**
   * @param injections What can be declared.
   * @param options Where objects are.
   */
  constructor(injections: Injections, options: DeclareOptions = {}) {
    this.#injections = injections;
    this.#isolated = options.isolated ?? true;
  }

  /**
   * Declares an injected name, and before it the types that it uses and that are not declared yet.
   *
   * @param name The name.
   */
  of(name: string): string[] {
    const definition = this.#injections.functions.get(name);
    if (definition !== undefined) return this.#function(name, definition);
    const variable = this.#injections.variables.get(name);
    return variable === undefined ? [] : this.#variable(name, variable);
  }

  #function(name: string, definition: HostFunction): string[] {
    const { description, declaration, typeDeclarations } = definition;
    const [types, signatures] = this.#withTypes(
      declaration ?? signatureOf(definition),
      typeDeclarations,
    );
    const lines = signatures.split("\n").filter((line) => line.trim() !== "")
      .map((line) => `declare function ${name}${line.trim().replace(/;$/, "")};`);
    return [...types, commentOf(description) + lines.join("\n")];
  }

  #variable(name: string, variable: Variable<unknown>): string[] {
    const { value, declaration, typeDeclarations, summary } = variable;
    const word = isReference(value) ? "const" : "let";
    const [types, type] = declaration === undefined
      ? this.#typeOf(variable)
      : this.#withTypes(declaration, typeDeclarations);
    const description = summary
      ? `${variable.description ?? ""}\n(${outline(value)})`
      : variable.description;
    return [...types, `${commentOf(description)}declare ${word} ${name}: ${type};`];
  }

  #typeOf({ value, members }: Variable<unknown>): [types: string[], type: string] {
    if (typeof value === "function") {
      const parameters = parametersOf(value as AnyFunction).map(toText).join(", ");
      return [[], `(${parameters}) => Promise<unknown>`];
    }
    const types: string[] = [];
    const nameClass = (instance: object) => this.#class(instance, { members, types });
    const type = isReference(value) ? nameClass(value as object) : typeOfValue(value, nameClass);
    return [types, type];
  }

  /** The name of the class of an object. One of which cells can reach only some members has a class of its own. */
  #class(
    instance: object,
    { members, types }: { members: readonly string[] | undefined; types: string[] },
  ): string {
    const { constructor } = instance;
    const kind = members ?? constructor;
    const known = this.#classes.get(kind);
    if (known !== undefined) return known;
    const ownName = typeof constructor === "function" ? constructor.name : "";
    const className = freeTypeName(ownName, (name) => this.#isTaken(name));
    this.#classes.set(kind, className);
    const text = declareClass(instance, { className, isolated: this.#isolated, members });
    this.#types.set(className, text);
    types.push(text);
    return className;
  }

  /** Types that are declared by the host, under other names where theirs are taken. */
  #withTypes(text: string, declarations: readonly string[]): [types: string[], text: string] {
    const renamed = new Map<string, string>();
    for (const declaration of declarations) {
      const name = nameOfType(declaration);
      const isKnown = this.#types.get(name) === declaration;
      const isClass = CLASS.test(declaration);
      if (!isKnown && (isClass ? this.#isTaken(name) : this.#types.has(name))) {
        renamed.set(name, freeTypeName(name, (name) => this.#isTaken(name)));
      }
    }
    const rename = (text: string) => {
      for (const [name, other] of renamed) text = text.replaceAll(wordOf(name), other);
      return text;
    };
    const types: string[] = [];
    for (const declaration of declarations) {
      const own = nameOfType(declaration);
      const name = renamed.get(own) ?? own;
      if (this.#types.get(name) === declaration) continue;
      const written = rename(declaration);
      this.#types.set(name, declaration);
      types.push(written);
    }
    return [types, rename(text)];
  }

  #isTaken(name: string): boolean {
    const { functions, variables } = this.#injections;
    return this.#types.has(name) || functions.has(name) || variables.has(name);
  }
}

/** What stands before the name in the declaration of a type. */
const HEAD =
  /^(?:\s|\/\*[\s\S]*?\*\/)*(?:declare\s+)?(?:abstract\s+)?(?:class|interface|type|enum)\s+([\p{ID_Continue}$]+)/u;

const CLASS = /^(?:\s|\/\*[\s\S]*?\*\/)*(?:declare\s+)?(?:abstract\s+)?(?:class|enum)\s/;

/** The name that a declaration gives; what gives none stands for itself. */
function nameOfType(declaration: string): string {
  return HEAD.exec(declaration)?.[1] ?? declaration;
}

/** Finds a name where it is the name of a type, and no member. */
function wordOf(name: string): RegExp {
  return new RegExp(
    `(?<![\\p{ID_Continue}$.])${RegExp.escape(name)}(?![\\p{ID_Continue}$]|\\??:)`,
    "gu",
  );
}

/** Parameters and result of a function as cells see it: whatever it is on the host, a call gives a promise. */
function signatureOf(definition: HostFunction): string {
  const names = parametersOf(definition.call);
  const { input, output } = definition;
  const parameters = input === undefined
    ? names.map(toText)
    : schemaParameters(input, names.map(({ name }) => name));
  const result = output === undefined ? "unknown" : schemaType(output, "output");
  return `(${parameters.join(", ")}): Promise<${result}>`;
}
