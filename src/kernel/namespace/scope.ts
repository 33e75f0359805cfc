/**
 * The place of the names that cells define. In the kernel that is the global object, so that code runs at full speed; in the
 * host's own process it is an object of its own, so that evaluators neither meet nor touch the host's globals.
 *
 * @module
 */

import { Object, realm } from "../../rpc/builtins.ts";
import vm from "node:vm";
import type { ExecuteParams } from "../../rpc/protocol.ts";
import { scriptName } from "./stack_mapper.ts";

/** The object that a cell's code declares through; see the rewrite in `src/cell`. */
export interface CellHelper {
  /** An assignment declares a constant. */
  readonly c: Record<string, unknown>;
  /** An assignment declares a variable. */
  readonly l: Record<string, unknown>;
  /**
   * Prepares names at the beginning of a cell: those of its `var`s, which keep the values that they may have; those that it
   * declares further down; those to which it assigns without declaring them, and which of these it tests with `typeof`.
   */
  readonly p: (
    variables: readonly string[],
    later: readonly string[],
    assigned: readonly string[],
    tested: readonly string[],
  ) => void;
  /** Called by a guard when the flag is set; throws if the flag is meant for this code. */
  readonly g: () => void;
  /** Takes the value of an `await`; throws if the cell was stopped meanwhile. */
  readonly a: <T>(value: T) => T;
  /** Awaits an import and checks that it has the names. */
  readonly i: (module: Promise<object>, specifier?: string, names?: string[]) => Promise<object>;
}

/** A compiled cell: running it returns a promise for a list with its value, or for `undefined`. */
export type RunnableCell = (helper: CellHelper, flag: Int32Array) => () => Promise<unknown>;

/** Decides about every `import()` of a cell, and performs it. */
export type Importer = (specifier: string, attributes: Record<string, string>) => Promise<unknown>;

/** The place of the names that cells define, and the compiler of code that refers to them. */
export interface NamespaceScope {
  /** The object whose properties are the names. */
  readonly target: object;
  /**
   * Compiles a cell.
   *
   * @param cell Its number, its code, and the name of the helper in it.
   */
  compile(cell: ExecuteParams): RunnableCell;
  /**
   * Compiles an expression that cells have written, as the source of a function.
   *
   * @param code The expression.
   * @param helper The name of the helper in it.
   */
  expression(code: string, helper: string): (helper: CellHelper, flag: Int32Array) => unknown;
}

/** The name under which the source of restored functions is compiled. */
const RESTORED_NAME = "restored";

/** Names are properties of the global object: the kernel's scope. */
export class GlobalScope implements NamespaceScope {
  readonly target: object = realm;
  readonly #importer: Importer;

  /** @param importer Decides about imports. */
  constructor(importer: Importer) {
    this.#importer = importer;
  }

  compile({ cell, code, helper }: ExecuteParams): RunnableCell {
    return script(scriptName(cell), cellSource(code, helper), this.#importer);
  }

  expression(code: string, helper: string): ReturnType<NamespaceScope["expression"]> {
    return script(RESTORED_NAME, expressionSource(code, helper), this.#importer);
  }
}

/** Names are properties of an object of its own: the scope of an evaluator in the host's process. */
export class ObjectScope implements NamespaceScope {
  readonly target: object = Object.create(null);
  readonly #importer: Importer;

  /** @param importer Decides about imports. */
  constructor(importer: Importer) {
    this.#importer = importer;
  }

  compile({ cell, code, helper }: ExecuteParams): RunnableCell {
    return this.#within(scriptName(cell), cellSource(code, helper));
  }

  expression(code: string, helper: string): ReturnType<NamespaceScope["expression"]> {
    return this.#within(RESTORED_NAME, expressionSource(code, helper));
  }

  #within<T>(name: string, source: string): T {
    // `with` is what makes an object a scope. It cannot stand in strict code, but strict code can stand in it.
    const wrapped = `(target) => { with (target) return ${source} }`;
    return script<(target: object) => T>(name, wrapped, this.#importer)(this.target);
  }
}

/** The first line is the wrapper's: StackMapper takes it off again. Strict, as TypeScript modules are. */
function cellSource(code: string, helper: string): string {
  return `(${helper}, ${helper}_f) => async () => {"use strict";\n${code}\n}`;
}

function expressionSource(code: string, helper: string): string {
  return `(${helper}, ${helper}_f) => {"use strict"; return (\n${code}\n)}`;
}

function script<T>(filename: string, source: string, importer: Importer): T {
  const options = {
    filename,
    importModuleDynamically: (
      specifier: string,
      _script: unknown,
      attributes: Record<string, string>,
    ) => importer(specifier, attributes),
  };
  return new vm.Script(source, options as vm.ScriptOptions).runInThisContext() as T;
}
