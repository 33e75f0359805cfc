/**
 * The names that are injected into the kernels of a runtime: those of the host, and the functions that find others when
 * there are too many to list.
 *
 * @module
 */

import { Finder, type FinderOptions } from "../declare/finder.ts";
import type { FinderNames } from "../declare/function_groups.ts";
import type { Definitions, HostBinding } from "../host/kernel.ts";
import type { HostFunction } from "../inject/host_function.ts";
import type { KernelModule } from "../inject/kernel_module.ts";
import type { HostType } from "../inject/host_type.ts";
import {
  hasName,
  type InjectedVariable,
  type Injections,
  type InjectOptions,
  toInjected,
  toInjections,
} from "../inject/injections.ts";
import { Secrets } from "../inject/secrets.ts";
import { Transfers } from "../inject/transfer.ts";

/** Options of {@linkcode Injected}. */
export interface InjectedOptions extends FinderOptions {
  /** Whether cells run in another process. */
  readonly isolated: boolean;
}

/** The injected names of one runtime, which may become more. */
export class Injected {
  readonly #variables: Map<string, InjectedVariable>;
  readonly #functions: Map<string, HostFunction>;
  readonly #types: Map<string, HostType>;
  readonly #modules: Map<string, KernelModule>;
  readonly #isolated: boolean;
  readonly #finder: Finder;
  /** The values of secret variables, earlier ones included. */
  readonly secrets: Secrets = new Secrets();

  /**
   * Checks the first records of the host.
   *
   * @param given The records.
   * @param options Where cells run, and from how many functions on finders are needed.
   * @throws {TypeError} If something cannot be injected.
   */
  constructor(given: InjectOptions, options: InjectedOptions) {
    const { variables, functions, types, modules } = toInjections(given, options);
    this.#variables = variables;
    this.#functions = functions;
    this.#types = types;
    this.#modules = modules;
    this.#isolated = options.isolated;
    this.#finder = new Finder(this.all, options);
    this.keepSecrets(variables);
  }

  /** All injections of the host. */
  get all(): Injections {
    return {
      variables: this.#variables,
      functions: this.#functions,
      types: this.#types,
      modules: this.#modules,
    };
  }

  /** The names of the functions that find others; `undefined` if all functions are declared. */
  get finders(): FinderNames | undefined {
    return this.#finder.names;
  }

  /**
   * Checks further records, without adding them.
   *
   * @param given The records of the host.
   * @throws {TypeError} If something cannot be injected.
   */
  check(given: InjectOptions): Injections {
    return toInjections(given, { taken: this.all, isolated: this.#isolated });
  }

  /** Adds injections that were checked. */
  add({ variables, functions, types, modules }: Injections): void {
    for (const [name, variable] of variables) this.#variables.set(name, variable);
    for (const [name, definition] of functions) this.#functions.set(name, definition);
    for (const [name, type] of types) this.#types.set(name, type);
    for (const [name, module] of modules) this.#modules.set(name, module);
  }

  /** Removes names. Those that are not injected are ignored. */
  remove(names: Iterable<string>): void {
    const all = [this.#variables, this.#functions, this.#types, this.#modules];
    for (const name of names) for (const known of all) known.delete(name);
  }

  /** Returns the variable by a name. */
  variable(name: string): InjectedVariable | undefined {
    return this.#variables.get(name);
  }

  /**
   * Returns a variable with another value, without storing it.
   *
   * @param name The name of the variable.
   * @param value The value.
   * @throws {TypeError} If the value lacks one of the variable's members.
   */
  withValue(name: string, value: unknown): InjectedVariable {
    const transfers = new Transfers(this.#types, { isolated: this.#isolated });
    const definition = this.#variables.get(name)!.definition.with(value);
    return toInjected(definition, { name, transfers });
  }

  /** Replaces a variable. */
  update(name: string, variable: InjectedVariable): void {
    this.#variables.set(name, variable);
  }

  /** Makes the values of secret variables known, before cells have them. */
  keepSecrets(variables: ReadonlyMap<string, InjectedVariable>): void {
    for (const [name, { definition: { secret, value } }] of variables) {
      if (secret) this.secrets.add(name, value);
    }
  }

  /** Returns the function that cells call by a name. */
  functionOf(name: string): HostFunction | undefined {
    return this.#functions.get(name) ?? this.#finder.functions.get(name);
  }

  /** Whether a name is injected. */
  has(name: string): boolean {
    return hasName(this.all, name) || this.#finder.functions.has(name);
  }

  /** Whether calls of a name, or of its members, return promises because they cross the boundary. */
  isAsync(name: string): boolean {
    if (this.functionOf(name) !== undefined) return true;
    if (this.#modules.get(name)?.exports.get(name)?.isAsync === true) return true;
    return this.#isolated && this.#variables.get(name)?.transfer === "lend";
  }

  /**
   * Returns the definitions for a kernel that starts.
   *
   * @param restored Names that a snapshot brings back. Of a reference it has only the name, so references are sent anyway.
   */
  definitions(restored: ReadonlySet<string>): Definitions {
    const isMissing = (name: string, { transfer }: InjectedVariable) =>
      !restored.has(name) || transfer === "lend";
    return {
      types: this.#types,
      modules: this.#modules,
      values: bindingsOf(this.#variables, isMissing),
      functions: [...this.#functions.keys(), ...this.finderNames],
    };
  }

  /** Returns the definitions of names that a snapshot should have brought back and did not. */
  definitionsAgain(names: ReadonlySet<string>): Definitions {
    return {
      values: bindingsOf(this.#variables, (name) => names.has(name)),
      functions: [...this.#functions.keys(), ...this.finderNames].filter((name) => names.has(name)),
    };
  }

  /** The functions that find others, as a list of names; empty if all functions are declared. */
  get finderNames(): string[] {
    return [...this.#finder.functions.keys()];
  }
}

/**
 * Returns variables as a kernel binds them.
 *
 * @param variables The variables.
 * @param isWanted Selects variables. @default all
 */
export function* bindingsOf(
  variables: ReadonlyMap<string, InjectedVariable>,
  isWanted: (name: string, variable: InjectedVariable) => boolean = () => true,
): Generator<HostBinding> {
  for (const [name, variable] of variables) {
    if (!isWanted(name, variable)) continue;
    const { definition: { value, members, writable }, transfer } = variable;
    yield { name, value, transfer, members, writable };
  }
}
