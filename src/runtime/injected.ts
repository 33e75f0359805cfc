/**
 * What is injected into the kernels of a runtime: by the host, and what finds functions that are too many to list.
 *
 * @module
 */

import { Finder, type FinderOptions } from "../declare/finder.ts";
import type { HostFunction } from "../inject/host_function.ts";
import type { HostType } from "../inject/host_type.ts";
import {
  hasName,
  type Injections,
  type InjectOptions,
  isLent,
  toInjections,
} from "../inject/injections.ts";
import type { Definition, Definitions } from "../host/kernel.ts";
import type { Variable } from "../inject/variable.ts";

/** Options of {@linkcode Injected}. */
export interface InjectedOptions extends FinderOptions {
  /** Whether cells are cut off from the host. */
  readonly isolated: boolean;
}

/** Injections that grow. */
export class Injected {
  readonly #variables: Map<string, Variable<unknown>>;
  readonly #functions: Map<string, HostFunction>;
  readonly #types: Map<string, HostType>;
  readonly #isolated: boolean;
  readonly #finder: Finder;

  /**
   * Checks what is injected from the beginning.
   *
   * @param given The records of the host.
   * @param options Where cells are, and when there is something to find.
   * @throws {TypeError} If something cannot be injected.
   */
  constructor(given: InjectOptions, options: InjectedOptions) {
    const { variables, functions, types } = toInjections(given, options);
    this.#variables = variables;
    this.#functions = functions;
    this.#types = types;
    this.#isolated = options.isolated;
    this.#finder = new Finder({ variables, functions, types }, options);
  }

  /** All of it, for the prompt. */
  get all(): Injections {
    return {
      variables: this.#variables,
      functions: this.#functions,
      types: this.#types,
      finders: this.#finder.names,
    };
  }

  /**
   * Checks what is to be injected as well.
   *
   * @param given The records of the host.
   * @throws {TypeError} If something cannot be injected.
   */
  check(given: InjectOptions): Injections {
    return toInjections(given, { taken: this.all, isolated: this.#isolated });
  }

  /** Takes note that something is injected as well. */
  add({ variables, functions, types }: Injections): void {
    for (const [name, variable] of variables) this.#variables.set(name, variable);
    for (const [name, definition] of functions) this.#functions.set(name, definition);
    for (const [name, type] of types) this.#types.set(name, type);
  }

  /** The variable by a name. */
  variable(name: string): Variable<unknown> | undefined {
    return this.#variables.get(name);
  }

  /** Gives a variable another value. */
  update(name: string, variable: Variable<unknown>): void {
    this.#variables.set(name, variable);
  }

  /** The function that cells call by a name. */
  functionOf(name: string): HostFunction | undefined {
    return this.#functions.get(name) ?? this.#finder.functions.get(name);
  }

  /** The functions that find others. */
  get finders(): string[] {
    return [...this.#finder.functions.keys()];
  }

  /** Whether a name is injected. */
  has(name: string): boolean {
    return hasName(this.all, name) || this.#finder.functions.has(name);
  }

  /** What stays on the host is called across the boundary. Without one, objects are what they are. */
  isAsync(name: string): boolean {
    if (this.functionOf(name) !== undefined) return true;
    const variable = this.#variables.get(name);
    return this.#isolated && variable !== undefined && isLent(variable.value, this.#types);
  }

  /**
   * What a kernel is told of it at its start.
   *
   * @param restored Names that a snapshot has. What it has of a reference is its name.
   */
  definitions(restored: ReadonlySet<string>): Definitions {
    const isMissing = (name: string, value: unknown) =>
      !restored.has(name) || isLent(value, this.#types);
    return {
      types: this.#types,
      values: valuesOf(this.#variables, isMissing),
      functions: [...this.#functions.keys(), ...this.finders],
    };
  }

  /** What a kernel is told again, of names that a snapshot was to have. */
  definitionsAgain(names: ReadonlySet<string>): Definitions {
    return {
      values: valuesOf(this.#variables, (name) => names.has(name)),
      functions: [...this.#functions.keys(), ...this.finders].filter((name) => names.has(name)),
    };
  }
}

/**
 * Variables as a kernel takes them.
 *
 * @param variables The variables.
 * @param isWanted Which of them. @default all
 */
export function* valuesOf(
  variables: ReadonlyMap<string, Variable<unknown>>,
  isWanted: (name: string, value: unknown) => boolean = () => true,
): Generator<Definition> {
  for (const [name, { value, members }] of variables) {
    if (isWanted(name, value)) yield [name, value, members];
  }
}
