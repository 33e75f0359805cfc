/**
 * The description that every injected name can have.
 *
 * @module
 */

import type { OptionNames } from "../limits/options.ts";

/** Options of everything that is injected with a description. */
export interface DefinitionOptions {
  /** Text about the name, for the model. @default none */
  readonly description?: string | undefined;
  /**
   * The TypeScript that the model sees. Of a function its signature, `(city: string, days?: number): Promise<Forecast>`,
   * one line per overload; of a variable its type, `Map<string, Forecast>`; of a type its declaration,
   * `declare class Point { x: number }`. @default derived from the value, its source and its schemas
   */
  readonly declaration?: string | undefined;
  /**
   * Declarations of the types that `declaration` uses: `interface Forecast { celsius: number }`. One that several
   * definitions share is shown once. @default none
   */
  readonly typeDeclarations?: readonly string[] | undefined;
}

/** The names of {@linkcode DefinitionOptions}. */
export const DEFINITION_OPTIONS: OptionNames<DefinitionOptions> = {
  description: true,
  declaration: true,
  typeDeclarations: true,
};

/** The common part of variables, functions and types that are injected. */
export abstract class Definition {
  /** Text about the name, for the model. */
  readonly description: string | undefined;
  /** The TypeScript that the model sees; `undefined` if it is derived. */
  readonly declaration: string | undefined;
  /** Declarations of the types that `declaration` uses. */
  readonly typeDeclarations: readonly string[];

  /**
   * Stores the description.
   *
   * @param options The description.
   */
  constructor(options: DefinitionOptions) {
    this.description = options.description;
    this.declaration = options.declaration;
    this.typeDeclarations = [...options.typeDeclarations ?? []];
  }
}
