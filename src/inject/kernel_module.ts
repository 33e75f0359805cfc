/**
 * Modules whose code runs in the kernel, with its permissions, and whose exports are names there.
 *
 * @module
 */

/** An export of a module. */
export interface KernelExport {
  /** The kind of the value, as far as the text of the module says. */
  readonly kind: "function" | "variable" | "type";
  /** Its declaration in TypeScript, with `declare`. */
  readonly declaration: string;
  /** Text about it, for the model. */
  readonly description?: string | undefined;
  /** Declarations of the types that `declaration` uses. */
  readonly typeDeclarations: readonly string[];
  /** Whether the model is shown the name. @default true */
  readonly listed?: boolean | undefined;
  /** Whether calls of the members of the value return promises. @default false */
  readonly isAsync?: boolean | undefined;
}

/** The parts of a {@linkcode KernelModule}. */
export interface KernelModuleParts {
  /** The name of the module, for errors. */
  readonly name: string;
  /** A cell that evaluates the module, and returns an object with its exports. */
  readonly cell: string;
  /** The exports by name. */
  readonly exports: ReadonlyMap<string, KernelExport>;
  /** Whether the code may run in the process of the host as well. */
  readonly trusted: boolean;
}

/** A module for the kernel: the result of {@linkcode defineKernelModule}. */
export class KernelModule implements KernelModuleParts {
  /** The name of the module, for errors. */
  readonly name: string;
  /** A cell that evaluates the module, and returns an object with its exports. */
  readonly cell: string;
  /** The exports by name. */
  readonly exports: ReadonlyMap<string, KernelExport>;
  /** Whether the code may run in the process of the host as well, as that of cells of a `LocalRuntime` does. */
  readonly trusted: boolean;

  /**
   * Makes a module of parts that were checked.
   *
   * @param parts The parts.
   */
  constructor({ name, cell, exports, trusted }: KernelModuleParts) {
    this.name = name;
    this.cell = cell;
    this.exports = exports;
    this.trusted = trusted;
  }
}
