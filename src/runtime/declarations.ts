/**
 * What the model is told about the namespace: TypeScript declarations with JSDoc. Functions with their signatures,
 * variables with their types and never with their values.
 *
 * @module
 */

import { SharedTypes } from "../rpc/shared_types.ts";
import type { AnyFunction, HostFunction } from "./host_function.ts";
import { classesOf } from "./host_type.ts";
import type { Injections } from "./injection.ts";
import { schemaParameters, schemaType } from "./_schema_type.ts";
import { declareClass } from "./_class_declaration.ts";
import { declareReference, declareType } from "./_type_declaration.ts";
import { parametersOf, toText } from "./_signature.ts";
import { typeOfValue } from "./_value_type.ts";
import { isReference } from "./variable.ts";

/** Options of {@linkcode declareInjections}. */
export interface DeclareOptions {
  /** Whether objects of classes stay on the host, so that their members have to be awaited. @default true */
  readonly isolated?: boolean;
}

/**
 * Declares what is injected.
 *
 * @param injections Types, functions and variables.
 * @param options Where objects are.
 * @returns One declaration for each name, and for each class of a variable before it, ready for the prompt.
 */
export function declareInjections(
  injections: Injections,
  options: DeclareOptions = {},
): { types: string[]; functions: string[]; variables: string[] } {
  const isolated = options.isolated ?? true;
  const shared = new SharedTypes(classesOf(injections.types));
  const types: string[] = [];
  for (const [name, type] of injections.types) {
    types.push(comment(type.description) + declareType(name, type));
  }
  const functions: string[] = [];
  for (const [name, definition] of injections.functions) {
    functions.push(
      comment(definition.description) +
        `declare function ${name}${signatureOf(definition)};`,
    );
  }
  const variables: string[] = [];
  const classes = new Classes(isolated, injections.types.keys());
  let reference: string | undefined;
  for (const [name, { value, description, members }] of injections.variables) {
    const type = members === undefined && isReference(value)
      ? shared.of(value as object)
      : undefined;
    if (type !== undefined) {
      const isLent = isolated && !shared.copies(value as object);
      if (isLent) reference ??= classes.free("Reference");
      const declared = isLent
        ? `const ${name}: ${reference}<${type.name}>`
        : `let ${name}: ${type.name}`;
      variables.push(`${comment(description)}declare ${declared};`);
      continue;
    }
    if (!isReference(value)) {
      variables.push(`${comment(description)}declare let ${name}: ${typeOfValue(value)};`);
      continue;
    }
    if (typeof value === "function") {
      const parameters = parametersOf(value as AnyFunction).map(toText).join(", ");
      const type = `(${parameters}) => Promise<unknown>`;
      variables.push(`${comment(description)}declare const ${name}: ${type};`);
      continue;
    }
    const { className, declaration } = classes.of(value as object, members);
    if (declaration !== undefined) variables.push(declaration);
    variables.push(`${comment(description)}declare const ${name}: ${className};`);
  }
  if (reference !== undefined) types.unshift(declareReference(reference));
  return { types, functions, variables };
}

/** The classes of variables, each declared once. */
class Classes {
  readonly #isolated: boolean;
  readonly #names = new Map<unknown, string>();
  readonly #taken: Set<string>;

  constructor(isolated: boolean, taken: Iterable<string>) {
    this.#isolated = isolated;
    this.#taken = new Set(taken);
  }

  /** An object of which cells can reach only some members has a class of its own. */
  of(
    value: object,
    members: readonly string[] | undefined,
  ): { className: string; declaration?: string } {
    const { constructor } = value;
    const kind = members ?? constructor;
    const known = this.#names.get(kind);
    if (known !== undefined) return { className: known };
    const className = this.free(nameOfClass(constructor));
    this.#names.set(kind, className);
    const declaration = declareClass(value, { className, isolated: this.#isolated, members });
    return { className, declaration };
  }

  /** A name that no type has, as much like the wanted one as possible. It is taken then. */
  free(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted}${i}`;
    this.#taken.add(name);
    return name;
  }
}

function nameOfClass(constructor: unknown): string {
  const name = typeof constructor === "function" ? constructor.name : "";
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : "HostObject";
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

function comment(description: string | undefined): string {
  if (description === undefined || description.trim() === "") return "";
  const lines = description.trim().replaceAll("*/", "*\\/").split("\n");
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}
