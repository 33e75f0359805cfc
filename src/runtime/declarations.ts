/**
 * What the model is told about the namespace: TypeScript declarations with JSDoc. Functions with their signatures,
 * variables with their types and never with their values.
 *
 * @module
 */

import type { AnyFunction, HostFunction } from "./host_function.ts";
import type { Injections } from "./injection.ts";
import { schemaParameters, schemaType } from "./_schema_type.ts";
import { declareClass } from "./_class_declaration.ts";
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
 * @param injections Variables and functions.
 * @param options Where objects are.
 * @returns One declaration for each name, and for each class of a variable before it, ready for the prompt.
 */
export function declareInjections(
  injections: Injections,
  options: DeclareOptions = {},
): { functions: string[]; variables: string[] } {
  const functions: string[] = [];
  for (const [name, definition] of injections.functions) {
    functions.push(
      comment(definition.description) +
        `declare function ${name}${signatureOf(definition)};`,
    );
  }
  const variables: string[] = [];
  const classes = new Classes(options.isolated ?? true);
  for (const [name, { value, description, members }] of injections.variables) {
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
  return { functions, variables };
}

/** The classes of variables, each declared once. */
class Classes {
  readonly #isolated: boolean;
  readonly #names = new Map<unknown, string>();

  constructor(isolated: boolean) {
    this.#isolated = isolated;
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
    const taken = new Set(this.#names.values());
    let className = nameOfClass(constructor);
    for (let i = 2; taken.has(className); i++) className = `${nameOfClass(constructor)}${i}`;
    this.#names.set(kind, className);
    const declaration = declareClass(value, { className, isolated: this.#isolated, members });
    return { className, declaration };
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
