/**
 * Modules of the host as injections: their exports, with declarations from their own TypeScript.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { descriptionOf, functionSignatures } from "./_doc_declaration.ts";
import type { DocDeclaration, DocType } from "./_doc_nodes.ts";
import { typeText } from "./_doc_type.ts";
import { type Found, ModuleDocs } from "./_module_docs.ts";
import { ModuleTypes } from "./_module_types.ts";
import { parametersOf } from "../_signature.ts";
import { type AnyFunction, HostFunction } from "../../inject/host_function.ts";
import type { AnyClass } from "../../rpc/values/shared_types.ts";
import { HostType, missingNames } from "../../inject/host_type.ts";
import { isIdentifier } from "../../inject/identifier.ts";
import { denoCommand } from "../../host/launch/deno_command.ts";
import { HostVariable } from "../../inject/host_variable.ts";
import { isLendable } from "../../inject/transfer.ts";

/** Options of {@linkcode defineModule}. */
export interface ModuleOptions {
  /** The Deno executable, whose `deno doc` reads the module. @default `Deno.execPath()` */
  readonly denoPath?: string;
  /** A version of the module. Under a new one it is loaded again, without the modules that it imports. @default none */
  readonly version?: string;
}

const MODULE_OPTIONS: OptionNames<ModuleOptions> = { denoPath: true, version: true };

/** The exported functions by name. */
export type ModuleFunctions<M extends object> = {
  readonly [
    N in keyof M as N extends "default" ? never
      : M[N] extends abstract new (...args: never[]) => unknown ? never
      : M[N] extends HostFunction | AnyFunction ? N
      : never
  ]: M[N] extends HostFunction ? M[N] : M[N] extends AnyFunction ? HostFunction<M[N]> : never;
};

/** The exported values by name. */
export type ModuleVariables<M extends object> = {
  readonly [
    N in keyof M as N extends "default" ? never
      : M[N] extends abstract new (...args: never[]) => unknown ? never
      : M[N] extends HostType | HostFunction | AnyFunction ? never
      : N
  ]: M[N] extends HostVariable<unknown> ? M[N] : HostVariable<M[N]>;
};

/** The exports of a module, in the form of a runtime's options. */
export interface ModuleDefinitions<M extends object> {
  /** Functions by name. */
  readonly functions: ModuleFunctions<M>;
  /** Classes and enums by name, which cells have themselves; see `defineType`. */
  readonly types: Readonly<Record<string, HostType>>;
  /** Values by name. Data is copied, class instances stay on the host. */
  readonly variables: ModuleVariables<M>;
}

/** Maximum number of rounds in which types are looked up; each round reads the modules that the previous one named. */
const MAX_ROUNDS = 10;

/**
 * Loads a module, and describes its exports with its own TypeScript: signatures, comments, and the types and classes
 * that they name. Runs `deno doc`, for which the host needs `--allow-run`. Types that come from packages are `unknown`.
 *
 * Leaves out the default export, names that cannot be injected, and schemas. Exports that `defineFunction` or
 * `defineVariable` made are passed on unchanged.
 *
 * @typeParam M The type of the module, for `retrieve` and `call`: `typeof import("./tools.ts")`.
 * @param url The URL of the module, as `import.meta.resolve` gives it.
 * @param options The Deno executable to run.
 * @returns Options for a runtime.
 * @throws {Error} If the module cannot be loaded, or `deno doc` cannot read it.
 *
 * @example Inject the functions of a module
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { defineModule } from "@cave/agent/module";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.makeTempFile({ suffix: ".ts" });
 * await Deno.writeTextFile(file, `
 *   export interface City { name: string; people: number }
 *   /** The largest of them. *\/
 *   export function largest(cities: City[]): City | undefined {
 *     return cities.toSorted((a, b) => b.people - a.people)[0];
 *   }
 * `);
 * // In a program: defineModule<typeof import("./cities.ts")>(import.meta.resolve("./cities.ts"))
 * await using runtime = new DenoRuntime({ ...await defineModule(`file://${file}`) });
 * const result = await runtime.execute(`
 *   (await largest([{ name: "Oslo", people: 700_000 }, { name: "Narvik", people: 14_000 }]))?.name
 * `);
 * assertEquals(result.status === "ok" && result.value?.text, '"Oslo"');
 * await Deno.remove(file);
 * ```
 */
export async function defineModule<M extends object = Record<string, unknown>>(
  url: string,
  options: ModuleOptions = {},
): Promise<ModuleDefinitions<M>> {
  checkOptions(options, { names: MODULE_OPTIONS, task: "define a module" });
  const { version } = options;
  const exports = await load(version === undefined ? url : `${url}?${version}`);
  const docs = new ModuleDocs(options.denoPath ?? denoCommand());
  try {
    await docs.read(url);
  } catch (cause) {
    throw new Error(`Cannot describe the module ${url}: ${reasonOf(cause)}`, { cause });
  }
  let definitions = describe(url, { exports, docs });
  for (let round = 0; !docs.isComplete && round < MAX_ROUNDS; round++) {
    await docs.readWanted();
    definitions = describe(url, { exports, docs });
  }
  return definitions as unknown as ModuleDefinitions<M>;
}

async function load(url: string): Promise<Record<string, unknown>> {
  try {
    return await import(url);
  } catch (cause) {
    throw new Error(`Cannot load the module ${url}: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

interface Described {
  readonly exports: Record<string, unknown>;
  readonly docs: ModuleDocs;
}

function describe(url: string, { exports, docs }: Described) {
  const found = new Map(docs.exports(url).map((item) => [item.name, item]));
  const shared = sharedTypes(exports, found);
  const types = new ModuleTypes(docs, shared);
  const functions: Record<string, HostFunction> = {};
  const variables: Record<string, HostVariable<unknown>> = {};
  const shares: Record<string, HostType> = {};
  for (const [name, value] of Object.entries(exports)) {
    if (!isIdentifier(name) || !isInjectable(value)) continue;
    const item = found.get(name);
    const type = shared.get(name);
    if (type !== undefined) {
      const text = isClass(value) ? types.shared(name, type) : {};
      shares[name] = new HostType(value, { ...describedBy(type.declarations), ...text });
    } else if (value instanceof HostType) shares[name] = value;
    else if (value instanceof HostFunction) functions[name] = value;
    else if (value instanceof HostVariable) variables[name] = value;
    else if (typeof value === "function") {
      if (!isClass(value)) functions[name] = toFunction(value as AnyFunction, { item, types });
    } else variables[name] = toVariable(value, { item, types, docs });
  }
  return { functions, types: shares, variables };
}

/**
 * Returns the classes and enums of a module that cells can have themselves: those that refer to nothing on the host.
 */
function sharedTypes(
  exports: Record<string, unknown>,
  found: ReadonlyMap<string, Found>,
): Map<string, Found> {
  const shared = new Map(
    [...found].filter(([name, { declarations: [first] }]) =>
      isIdentifier(name) && (isClass(exports[name]) || first?.kind === "enum") && exports[name]
    ),
  );
  const isThere = (name: string) =>
    shared.has(name) || name in exports && typeof exports[name] !== "function" &&
      !isLendable(exports[name]);
  const lacks = (name: string) => {
    const value = exports[name];
    return isClass(value) && missingNames(value, isThere).length > 0;
  };
  // A class that is left out may be one to which another refers.
  for (let size = -1; size !== shared.size;) {
    size = shared.size;
    for (const name of [...shared.keys()]) if (lacks(name)) shared.delete(name);
  }
  return shared;
}

/** Returns whether a value can be injected: not a schema, not a module, and nothing that cells could not use. */
function isInjectable(value: unknown): boolean {
  if (typeof value === "symbol") return false;
  if (typeof value !== "object" || value === null) return true;
  return !("~standard" in value) && Reflect.get(value, Symbol.toStringTag) !== "Module";
}

function isClass(value: unknown): value is AnyClass {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

function toFunction(
  call: AnyFunction,
  { item, types }: { item: Found | undefined; types: ModuleTypes },
): HostFunction {
  const declarations = (item?.declarations ?? []).filter(({ kind }) => kind === "function");
  if (item === undefined || declarations.length === 0) {
    return new HostFunction(call, describedBy(item?.declarations));
  }
  const { scope, declarations: used } = types.use(item.url);
  const signatures = functionSignatures(declarations, { scope, source: parametersOf(call) });
  return new HostFunction(call, {
    ...describedBy(declarations),
    declaration: signatures.join("\n"),
    typeDeclarations: used(),
  });
}

function toVariable(
  value: unknown,
  { item, types, docs }: { item: Found | undefined; types: ModuleTypes; docs: ModuleDocs },
): HostVariable<unknown> {
  const declared = item?.declarations.find(({ kind }) => kind === "variable");
  const type = (declared?.def as { tsType?: DocType | null } | undefined)?.tsType;
  const description = describedBy(item?.declarations);
  if (item === undefined || !type) return new HostVariable(value, description);
  // Members of what stays on the host are awaited, and of all types only such classes say so.
  if (isLendable(value) && !isHostClass(type, { item, types, docs })) {
    return new HostVariable(value, description);
  }
  const { scope, declarations: used } = types.use(item.url);
  const declaration = typeText(type, scope);
  if (declaration === "unknown") return new HostVariable(value, description);
  return new HostVariable(value, { ...description, declaration, typeDeclarations: used() });
}

function isHostClass(
  type: DocType,
  { item, types, docs }: { item: Found; types: ModuleTypes; docs: ModuleDocs },
): boolean {
  if (type.kind !== "typeRef") return false;
  const found = docs.find(item.url, (type.value as { typeName: string }).typeName);
  return found !== undefined && !types.isShared(found) &&
    found.declarations.some(({ kind }) => kind === "class");
}

function describedBy(declarations: readonly DocDeclaration[] = []): { description?: string } {
  const comment = declarations.find(({ jsDoc }) => jsDoc !== undefined)?.jsDoc;
  const description = descriptionOf(comment);
  return description === undefined ? {} : { description };
}
