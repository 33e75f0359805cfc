/**
 * Functions and classes of cells as text, and made from it again. What they use besides their own locals are names of the
 * namespace, which exist again when they are called.
 *
 * @module
 */

import {
  type Error,
  JSON,
  Object,
  Reflect,
  SyntaxError,
  TypeError,
  WeakMap,
} from "../../rpc/builtins.ts";
import { captureOf, helperOf, isClassText, rawSource } from "../namespace/source_text.ts";
import { hasMatch } from "../../rpc/patterns.ts";

/** The way in which the text of a function is made an expression. */
type Form = "expression" | "method";

/** The source from which a function can be made again. */
export interface FunctionSource {
  /** The form of the text: an expression, or a method of an object literal. */
  readonly form: Form;
  /** The text, guards included. */
  readonly text: string;
  /** Its `name`. */
  readonly name: string;
}

/**
 * Compiles an expression of a cell, and returns a function that evaluates it. Throws a `SyntaxError` if it is none.
 *
 * @param code The expression.
 * @param helper The name of the evaluator's helper in it.
 */
export type CompileExpression = (code: string, helper: string) => () => unknown;

const { getOwnPropertyDescriptor } = Object;

/** Finds the sources of functions, and makes functions from them. */
export class FunctionSources {
  readonly #compile: CompileExpression;
  readonly #known = new WeakMap<object, FunctionSource>();

  /** @param compile Compiles the text of an expression. */
  constructor(compile: CompileExpression) {
    this.#compile = compile;
  }

  /**
   * Returns the source of a function.
   *
   * @param value The function or class.
   * @param refuse Makes the error for one that is `what`, and so cannot be made from its source again.
   * @throws What `refuse` makes.
   */
  of(value: object, refuse: (what: string) => Error): FunctionSource {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const text = rawSource(value);
    const kind = isClassText(text) ? "class" : "function";
    if (helperOf(text) === undefined) {
      throw refuse(
        text.includes("[native code]")
          ? "a bound function, or a built-in one without a name"
          : `a ${kind} of a module that does not export it`,
      );
    }
    const captured = captureOf(text);
    if (captured === STATIC_PRIVATE) {
      throw refuse("a class with static private fields, whose values cannot be read");
    }
    if (captured !== undefined && captured !== PRIVATE_MEMBERS) {
      throw refuse(`a ${kind} that uses ${captured} of the scope in which it was made`);
    }
    const form = this.#formOf(text);
    if (form === undefined) throw refuse("a method that cannot stand alone");
    const name: unknown = getOwnPropertyDescriptor(value, "name")?.value;
    const source = { form, text, name: typeof name === "string" ? name : "" };
    this.#known.set(value, source);
    return source;
  }

  /**
   * Makes a function from its source.
   *
   * @param source The source that {@linkcode FunctionSources.of} returned.
   * @throws What the code throws: a class may have static members that compute.
   */
  make(source: FunctionSource): object {
    const { form, text, name } = source;
    const helper = helperOf(text) ?? "$cell";
    let made: unknown;
    if (form === "method") {
      const holder = this.#compile(`{${text}}`, helper)() as object;
      const { value, get, set } = getOwnPropertyDescriptor(holder, Reflect.ownKeys(holder)[0]!)!;
      made = value ?? get ?? set;
    } else {
      // A literal with that key gives its name to what has none.
      const key = name === "__proto__" ? "" : name;
      const code = `{${JSON.stringify(key)}: (${text})}`;
      made = (this.#compile(code, helper)() as Record<string, unknown>)[key];
    }
    if (typeof made !== "function") throw new TypeError("The source is not that of a function");
    this.#known.set(made, source);
    return made;
  }

  #formOf(text: string): Form | undefined {
    if (this.#compiles(text)) return "expression";
    // The value of a computed name is not in the text, but for one.
    return !hasMatch(/^(?:async\s*|[gs]et\s*)?\*?\s*\[(?!Symbol\.\w+\])/, text) &&
        this.#compiles(`{${text}}`)
      ? "method"
      : undefined;
  }

  #compiles(code: string): boolean {
    try {
      this.#compile(code, helperOf(code) ?? "$cell");
      return true;
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  }
}

/** The mark of a class with static private fields. */
const STATIC_PRIVATE = "#static";

/** The mark of a class with private members: the class can be made again, its instances cannot. */
export const PRIVATE_MEMBERS = "#";
