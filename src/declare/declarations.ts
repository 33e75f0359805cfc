/**
 * The namespace as the model sees it: TypeScript declarations with JSDoc. Functions have their signatures, variables their
 * types and never their values.
 *
 * @module
 */

import { outline } from "../rpc/outline.ts";
import { declareClass } from "./_class_declaration.ts";
import { commentOf } from "./_comment.ts";
import { schemaParameters, schemaType } from "./_schema_type.ts";
import { parametersOf, toText } from "./_signature.ts";
import { inNamespace, mergeNamespaces } from "./_namespace_text.ts";
import { declareReference, declareType } from "./_type_declaration.ts";
import { freeTypeName, typeOfValue } from "./_value_type.ts";
import { declareFinders, type FinderNames } from "./function_groups.ts";
import type { AnyFunction, HostFunction } from "../inject/host_function.ts";
import type { HostType } from "../inject/host_type.ts";
import type { InjectedVariable, Injections } from "../inject/injections.ts";
import { isLendable, Transfers } from "../inject/transfer.ts";
import type { KernelExport } from "../inject/kernel_module.ts";
import { escapeTags } from "../text/escape_tags.ts";
import type { HostVariable } from "../inject/host_variable.ts";

/** Options of {@linkcode declareInjections}. */
export interface DeclareOptions {
  /** Whether class instances stay on the host, so that their members have to be awaited. @default true */
  readonly isolated?: boolean;
  /** The functions that find others, if functions are not declared one by one. @default none */
  readonly finders?: FinderNames | undefined;
}

/**
 * Declares everything that is injected. With finders, functions are counted instead of declared.
 *
 * @param injections Types, functions and variables.
 * @param options Where objects live, and the finders.
 * @returns One declaration for each name, after the types that it uses, ready for the prompt.
 */
export function declareInjections(
  injections: Injections,
  options: DeclareOptions = {},
): { types: string[]; functions: string[]; variables: string[] } {
  const declarations = new Declarations(injections, options);
  const all = (names: Iterable<string>) => [...names].flatMap((name) => declarations.of(name));
  const { finders } = options;
  const exported = (kind: KernelExport["kind"]) =>
    [...injections.modules].filter(([name, { exports }]) => {
      const found = exports.get(name);
      return found?.kind === kind && found.listed !== false;
    }).map(([name]) => name);
  const types = all([...injections.types.keys(), ...exported("type")]);
  const listed = [...injections.functions].filter(([, { listed }]) => listed);
  const functions = [
    ...finders === undefined
      ? mergeNamespaces(all(listed.map(([name]) => name)))
      : declareFinders(finders, listed.map(([name, { path }]) => path ?? name)),
    ...all(exported("function")),
  ];
  const variables = all([...injections.variables.keys(), ...exported("variable")]);
  const { reference } = declarations;
  return { types: reference === undefined ? types : [reference, ...types], functions, variables };
}

/** Declarations that can stand beside one another: each type is declared once, under a unique name. */
export class Declarations {
  readonly #injections: Injections;
  readonly #isolated: boolean;
  /** Names of types. */
  readonly #types = new Set<string>();
  /** The names of the host's own types, by their declarations. */
  readonly #declared = new Map<string, string>();
  /** Names of the classes of objects. */
  readonly #classes = new Map<unknown, string>();
  readonly #transfers: Transfers;
  /** The name of the type of what stands for objects of shared classes. */
  #reference: string | undefined;

  /**
   * @param injections The injected names.
   * @param options Whether objects stay on the host.
   */
  constructor(injections: Injections, options: DeclareOptions = {}) {
    this.#injections = injections;
    this.#isolated = options.isolated ?? true;
    this.#transfers = new Transfers(injections.types, { isolated: this.#isolated });
  }

  /**
   * Declares an injected name, preceded by the types that it uses and that are not declared yet.
   *
   * @param name The name.
   */
  of(name: string): string[] {
    const type = this.#injections.types.get(name);
    if (type !== undefined) return this.#type(name, type);
    const definition = this.#injections.functions.get(name);
    if (definition !== undefined) return this.#function(name, definition);
    const variable = this.#injections.variables.get(name);
    if (variable !== undefined) return this.#variable(name, variable);
    const exported = this.#injections.modules.get(name)?.exports.get(name);
    return exported === undefined ? [] : this.#exported(exported);
  }

  /** The text of a module is that of a stranger: its tags are none of the prompt. */
  #exported({ declaration, description, typeDeclarations }: KernelExport): string[] {
    const [types, text] = this.#withTypes(declaration, typeDeclarations);
    return [...types.map(escapeTags), commentOf(description) + escapeTags(text)];
  }

  #type(name: string, type: HostType): string[] {
    const { description, declaration, typeDeclarations } = type;
    const [used, text] = this.#withTypes(
      declaration ?? declareType(name, { type, isolated: this.#isolated }),
      typeDeclarations,
    );
    return [...used, commentOf(description) + text];
  }

  #function(name: string, definition: HostFunction): string[] {
    const { approval, declaration, typeDeclarations, path } = definition;
    const description = approval === undefined || approval === false
      ? definition.description
      : `${definition.description ?? ""}\nThe user may have to approve a call, and can refuse it.`
        .trim();
    const [types, signatures] = this.#withTypes(
      declaration ?? signatureOf(definition),
      typeDeclarations,
    );
    const [space, member] = path?.split(".") ?? [];
    const head = member === undefined ? `declare function ${name}` : `function ${member}`;
    const lines = signatures.trim().split(/\n(?=\s*[(<])/)
      .map((line) => `${head}${line.trim().replace(/;$/, "")};`);
    const text = commentOf(description) + lines.join("\n");
    return [...types, space === undefined ? text : inNamespace(space, text)];
  }

  #variable(name: string, { definition, transfer }: InjectedVariable): string[] {
    const { value, description = "", summary, secret } = definition;
    const types: string[] = [];
    const type = this.#typeOf(definition, types);
    const word = transfer === "lend" ? "const" : "let";
    const comment = commentOf(
      summary && !secret ? `${description}\n(${outline(value)})` : description,
    );
    return [...types, `${comment}declare ${word} ${name}: ${type};`];
  }

  #typeOf(variable: HostVariable<unknown>, types: string[]): string {
    const { value, members, writable, declaration, typeDeclarations } = variable;
    if (declaration !== undefined) {
      const [used, type] = this.#withTypes(declaration, typeDeclarations);
      types.push(...used);
      return type;
    }
    if (typeof value === "function") {
      const parameters = parametersOf(value as AnyFunction).map(toText).join(", ");
      return `(${parameters}) => Promise<unknown>`;
    }
    const nameClass = (instance: object) => this.#class(instance, { members, writable, types });
    return isLendable(value) ? nameClass(value) : typeOfValue(value, nameClass);
  }

  /** The declaration of the reference type, if one of the declarations so far uses it. */
  get reference(): string | undefined {
    return this.#reference === undefined ? undefined : declareReference(this.#reference);
  }

  /** Returns the name of an object's class. An object with members of its own choice gets a class of its own. */
  #class(
    instance: object,
    { members, writable, types }: Pick<HostVariable<unknown>, "members" | "writable"> & {
      types: string[];
    },
  ): string {
    const restricted = members ?? writable;
    const shared = restricted === undefined ? this.#transfers.className(instance) : undefined;
    if (shared !== undefined) {
      if (!this.#isolated || this.#transfers.of(instance) === "copy") return shared;
      this.#reference ??= freeTypeName("Reference", (name) => this.#isTaken(name));
      return `${this.#reference}<${shared}>`;
    }
    const { constructor } = instance;
    const kind = typeof restricted === "object" ? restricted : restricted ? instance : constructor;
    const known = this.#classes.get(kind);
    if (known !== undefined) return known;
    const ownName = typeof constructor === "function" ? constructor.name : "";
    const className = freeTypeName(ownName, (name) => this.#isTaken(name));
    this.#classes.set(kind, className);
    const text = declareClass(instance, {
      className,
      isolated: this.#isolated,
      members,
      writable,
    });
    this.#types.add(className);
    types.push(text);
    return className;
  }

  /** Adds the host's own type declarations, renamed where their names are taken. */
  #withTypes(text: string, declarations: readonly string[]): [types: string[], text: string] {
    const added: string[] = [];
    const renamed = new Map<string, string>();
    for (const declaration of declarations) {
      const own = nameOfType(declaration);
      let name = this.#declared.get(declaration);
      if (name === undefined) {
        const isTaken = CLASS.test(declaration) ? this.#isTaken(own) : this.#hasType(own);
        name = isTaken ? freeTypeName(own, (name) => this.#isTaken(name)) : own;
        this.#declared.set(declaration, name);
        this.#types.add(name);
        added.push(declaration);
      }
      if (name !== own) renamed.set(own, name);
    }
    const rename = (text: string) => {
      for (const [name, other] of renamed) text = text.replaceAll(wordOf(name), other);
      return text;
    };
    const types = added.map(rename);
    return [types, rename(text)];
  }

  #hasType(name: string): boolean {
    return this.#types.has(name) || name === this.#reference || this.#injections.types.has(name);
  }

  /** Returns whether a name is taken. Classes are values as well. */
  #isTaken(name: string): boolean {
    const { functions, variables, modules } = this.#injections;
    return this.#hasType(name) || functions.has(name) || variables.has(name) || modules.has(name);
  }
}

/** The beginning of a type's declaration, up to its name. */
const HEAD =
  /^(?:\s|\/\*[\s\S]*?\*\/)*(?:declare\s+)?(?:abstract\s+)?(?:class|interface|type|enum)\s+([\p{ID_Continue}$]+)/u;

const CLASS = /^(?:\s|\/\*[\s\S]*?\*\/)*(?:declare\s+)?(?:abstract\s+)?(?:class|enum)\s/;

/** Returns the name of a declared type, or the declaration itself if it has none. */
function nameOfType(declaration: string): string {
  return HEAD.exec(declaration)?.[1] ?? declaration;
}

/** Returns a pattern that finds a name used as a type, and not as a member. */
function wordOf(name: string): RegExp {
  return new RegExp(
    `(?<![\\p{ID_Continue}$.])${RegExp.escape(name)}(?![\\p{ID_Continue}$]|\\??:)`,
    "gu",
  );
}

/** Returns parameters and result of a function as cells see it: each call returns a promise. */
function signatureOf(definition: HostFunction): string {
  const names = parametersOf(definition.call);
  const { input, output } = definition;
  const parameters = input === undefined
    ? names.map(toText)
    : schemaParameters(input, names.map(({ name }) => name));
  const result = output === undefined ? "unknown" : schemaType(output, "output");
  return `(${parameters.join(", ")}): Promise<${result}>`;
}
