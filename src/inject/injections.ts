/**
 * The records that a host hands over, checked, and with every decision about them taken.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../limits/options.ts";
import { HostFunction } from "./host_function.ts";
import { checkFreeNames, HostType, isClass } from "./host_type.ts";
import { HostVariable } from "./host_variable.ts";
import { hindranceOfName } from "./identifier.ts";
import { KernelModule } from "./kernel_module.ts";
import { type Transfer, Transfers } from "./transfer.ts";

/** A variable that is injected, with the decision how its value reaches cells. */
export interface InjectedVariable {
  /** The variable, with its description. */
  readonly definition: HostVariable<unknown>;
  /** Whether its value is copied or lent, decided when it was handed over. */
  readonly transfer: Transfer;
}

/** Everything that is injected, by name. */
export interface Injections {
  /** Variables. */
  readonly variables: ReadonlyMap<string, InjectedVariable>;
  /** Functions. */
  readonly functions: ReadonlyMap<string, HostFunction>;
  /** Types. */
  readonly types: ReadonlyMap<string, HostType>;
  /** Modules whose code runs in the kernel, by the names of their exports. */
  readonly modules: ReadonlyMap<string, KernelModule>;
}

/** Records of what a host hands over, by name: definitions or bare values. */
export interface InjectOptions {
  /** Variables by name: values, or results of `defineVariable`. @default none */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** Functions by name: functions, or results of `defineFunction`. @default none */
  readonly functions?: Readonly<Record<string, unknown>> | undefined;
  /** Types by name: classes, schemas, objects with constants, or results of `defineType`. @default none */
  readonly types?: Readonly<Record<string, unknown>> | undefined;
  /** Modules whose code runs in the kernel, from `defineKernelModule`. Their exports become names. @default none */
  readonly modules?: readonly KernelModule[] | undefined;
}

/** The names of {@linkcode InjectOptions}. */
export const INJECT_OPTIONS: OptionNames<InjectOptions> = {
  variables: true,
  functions: true,
  types: true,
  modules: true,
};

const NOTHING: Injections = {
  variables: new Map(),
  functions: new Map(),
  types: new Map(),
  modules: new Map(),
};

/** Whether a name is injected. */
export function hasName(
  { variables, functions, types, modules }: Injections,
  name: string,
): boolean {
  return variables.has(name) || functions.has(name) || types.has(name) || modules.has(name);
}

/** Options of {@linkcode toInjections}. */
export interface InjectionOptions {
  /** The injections that exist already. @default none */
  readonly taken?: Injections;
  /** Whether cells run in another process, where classes are made anew from their source. @default true */
  readonly isolated?: boolean;
}

/**
 * Checks the records that a host hands over, turns bare values into definitions, and decides what is copied and what is
 * lent.
 *
 * @param given The records.
 * @param options The injections that exist already, and where cells run.
 * @returns The injections.
 * @throws {TypeError} If a name is taken or not an identifier, a function is something else, or a class refers to a name
 * that cells do not have.
 */
export function toInjections(
  given: InjectOptions,
  { taken = NOTHING, isolated = true }: InjectionOptions = {},
): { [K in keyof Injections]: Map<string, ValueIn<Injections[K]>> } {
  checkOptions(given, { names: INJECT_OPTIONS, task: "inject" });
  const types = new Map<string, HostType>();
  const functions = new Map<string, HostFunction>();
  const definitions = new Map<string, HostVariable<unknown>>();
  const modules = new Map<string, KernelModule>();
  const used = [definitions, functions, types, modules];
  const isInjected = (name: string) => hasName(taken, name) || used.some((own) => own.has(name));
  for (const [name, value] of Object.entries(given.types ?? {})) {
    checkName(name, isInjected);
    types.set(name, value instanceof HostType ? value : new HostType(value));
  }
  for (const [name, value] of Object.entries(given.variables ?? {})) {
    checkName(name, isInjected);
    definitions.set(name, value instanceof HostVariable ? value : new HostVariable(value));
  }
  for (const [name, value] of Object.entries(given.functions ?? {})) {
    checkName(name, isInjected);
    functions.set(name, toFunction(name, value));
  }
  for (const module of given.modules ?? []) {
    checkModule(module, isolated);
    for (const name of module.exports.keys()) {
      checkName(name, isInjected);
      modules.set(name, module);
    }
  }
  if (isolated) checkFreeNames(types, isInjected);
  const transfers = new Transfers(new Map([...taken.types, ...types]), { isolated });
  const variables = new Map<string, InjectedVariable>();
  for (const [name, definition] of definitions) {
    variables.set(name, toInjected(definition, { name, transfers }));
  }
  return { variables, functions, types, modules };
}

/** Refuses modules of strangers where cells run in the process of the host. */
function checkModule(module: KernelModule, isolated: boolean): void {
  if (!(module instanceof KernelModule)) {
    throw new TypeError(`Cannot inject a module: it is a ${typeof module}; use defineKernelModule`);
  }
  if (isolated || module.trusted) return;
  throw new TypeError(
    `Cannot inject the module ${module.name}: it is not trusted, and cells of this runtime run in the process of the ` +
      "host. Use a DenoRuntime",
  );
}

type ValueIn<M> = M extends ReadonlyMap<string, infer T> ? T : never;

function checkName(name: string, isInjected: (name: string) => boolean): void {
  const quoted = JSON.stringify(name);
  const hindrance = hindranceOfName(name);
  if (hindrance !== undefined) throw new TypeError(`Cannot inject ${quoted}: ${hindrance}`);
  if (isInjected(name)) {
    throw new TypeError(`Cannot inject ${quoted}: the name is injected already`);
  }
}

function toFunction(name: string, value: unknown): HostFunction {
  if (value instanceof HostFunction) return value;
  if (typeof value === "function") return new HostFunction(value as HostFunction["call"]);
  throw new TypeError(
    `Cannot inject ${JSON.stringify(name)}: it is a ${typeof value} and not a function`,
  );
}

/** Refuses values that are something else than they seem. */
function checkVariable(name: string, value: unknown): void {
  const quoted = JSON.stringify(name);
  if (value instanceof Promise) {
    throw new TypeError(`Cannot inject ${quoted}: it is a promise. Await it, and inject its value`);
  }
  if (isClass(value)) {
    throw new TypeError(
      `Cannot inject ${quoted} as a variable: it is a class. Put it into types, ` +
        "or inject an instance of it",
    );
  }
}

/**
 * Decides how the value of a variable reaches cells.
 *
 * @param definition The variable.
 * @param options Its name, and the policy.
 * @throws {TypeError} If it is a promise or a class, or the variable restricts members of a value that is copied: cells can
 * reach all of a copy.
 */
export function toInjected(
  definition: HostVariable<unknown>,
  { name, transfers }: { readonly name: string; readonly transfers: Transfers },
): InjectedVariable {
  checkVariable(name, definition.value);
  const transfer = transfers.of(definition.value);
  for (const option of ["members", "writable"] as const) {
    if (definition[option] === undefined || transfer === "lend") continue;
    throw new TypeError(
      `Cannot inject ${JSON.stringify(name)} with ${option}: instances of its class are copied`,
    );
  }
  return { definition, transfer };
}
