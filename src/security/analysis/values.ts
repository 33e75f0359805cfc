/**
 * The values that the expressions of a cell may have: globals and constant text. Nothing is executed; unknown values
 * are left out.
 */

import type { AnyNode, CallExpression, Program, TemplateLiteral } from "acorn";
import { Bindings } from "./_bindings.ts";
import { beginningOf, memberOfLiteral, PATH_TYPES } from "./_expressions.ts";
import { constantValue, type Value } from "./_value.ts";
import { keyOf, type Origin } from "./_origins.ts";
import { memberPath, pathOfGlobal, type PathValue, toPath, UNKNOWN } from "./_paths.ts";
import { constantCall, constantMethod } from "./_constants.ts";

/** Maximum number of values per expression. Expressions with more are treated as unknown. */
const MAX_VALUES = 16;

/** Maximum length of a chain of names that stand for one another. */
const MAX_DEPTH = 300;

/** Maximum length of a folded text. Longer texts are not names, and joining a long chain piece by piece is slow. */
const MAX_TEXT = 256;

/** Maximum number of assignments to look at, over all uses of names in the cell; bounds the time of the check. */
const MAX_LOOKS = 3_000_000;

const NONE: readonly Value[] = [];

const NO_PATHS: readonly string[] = [];

const FUNCTION: Value = { kind: "function" };

/** The values of one cell. */
export class Values {
  /** The bindings of the cell. */
  readonly bindings: Bindings;
  readonly #isDefined: (name: string) => boolean;
  readonly #known = new Map<object, readonly Value[]>();
  readonly #globals = new Map<string, readonly Value[]>();
  /** The unknown value. */
  readonly #unknown = toPath(UNKNOWN);
  #depth = 0;
  #looks = 0;

  /**
   * @param program The tree.
   * @param isDefined Returns whether the host or an earlier cell has defined a name.
   */
  constructor(program: Program, isDefined: (name: string) => boolean) {
    this.bindings = new Bindings(program);
    this.#isDefined = isDefined;
  }

  /** Returns whether a node is an identifier that stands for a global. */
  isGlobal(node: AnyNode): boolean {
    return node.type === "Identifier" && this.bindings.isReference(node) &&
      this.bindings.of(node) === undefined && !this.#isDefined(node.name);
  }

  /** Returns the values that an expression, or a property of a pattern, may have. */
  of(origin: Origin): readonly Value[] {
    if (origin === undefined) return NONE;
    // Most expressions are names and literals, which are not worth caching.
    if (isPlain(origin, this.bindings)) return this.#find(origin);
    // Works from the inside out, since chains are as deep as they are long.
    const open: Exclude<Origin, undefined>[] = [];
    let next: Origin = origin;
    while (next !== undefined && !this.#known.has(next) && !isPlain(next, this.bindings)) {
      // A value that depends on itself contributes nothing to itself.
      this.#known.set(next, NONE);
      open.push(next);
      next = beginningOf(next);
    }
    if (this.#depth < MAX_DEPTH) {
      this.#depth++;
      for (const one of open.reverse()) this.#known.set(one, limited(this.#find(one)));
      this.#depth--;
    }
    return this.#known.get(origin)!;
  }

  /** Returns the paths among the values of an expression. */
  pathsOf(node: AnyNode): readonly string[] {
    if (!PATH_TYPES.has(node.type)) return NO_PATHS;
    const values = this.of(node);
    if (values.length === 0) return NO_PATHS;
    const [first] = values;
    if (values.length === 1) return first!.kind === "path" ? first!.paths : NO_PATHS;
    return values.flatMap((value) => value.kind === "path" ? value.paths : NO_PATHS);
  }

  /** Returns the constant text of an expression, if it has one. */
  textOf(node: AnyNode): string | undefined {
    for (const value of this.of(node)) if (value.kind === "text") return value.text;
    return undefined;
  }

  /** Returns the name of a member, or of a property of a pattern. */
  keyOf(node: AnyNode): string | undefined {
    if (node.type === "MemberExpression") {
      // A private name never matches a public one.
      if (node.property.type === "PrivateIdentifier") return undefined;
      return this.#key(keyOf({ computed: node.computed, key: node.property }));
    }
    const member = this.bindings.propertyOf(node);
    return member === undefined ? undefined : this.#key(member.key);
  }

  #key(key: string | AnyNode): string | undefined {
    return typeof key === "string" ? key : this.textOf(key);
  }

  #find(origin: Exclude<Origin, undefined>): readonly Value[] {
    switch (origin.type) {
      case "member":
        return this.#member(origin.object, this.#key(origin.key));
      case "either":
      case "Property": {
        const origins = origin.type === "either"
          ? origin.origins
          : [this.bindings.propertyOf(origin)];
        return origins.flatMap((one) => this.of(one));
      }
      case "Identifier":
        return this.#identifier(origin);
      case "Literal":
        return typeof origin.value === "string" || typeof origin.value === "number"
          ? [{ kind: "text", text: `${origin.value}` }]
          : [];
      case "TemplateLiteral":
        return this.#template(origin);
      case "BinaryExpression":
        return origin.operator === "+" ? this.#joined([origin.left, origin.right]) : [];
      case "MemberExpression":
        return this.#member(origin.object, this.keyOf(origin));
      case "ChainExpression":
      case "ParenthesizedExpression":
        return this.of(origin.expression);
      case "SequenceExpression":
        return this.of(origin.expressions.at(-1));
      case "AssignmentExpression":
        return this.of(origin.right);
      case "AwaitExpression":
        return this.of(origin.argument);
      case "ConditionalExpression":
        return [...this.of(origin.consequent), ...this.of(origin.alternate)];
      case "LogicalExpression":
        return [...this.of(origin.left), ...this.of(origin.right)];
      case "FunctionExpression":
      case "ArrowFunctionExpression":
      case "FunctionDeclaration":
      case "ClassExpression":
      case "ClassDeclaration":
        return [FUNCTION];
      case "ObjectExpression":
      case "ArrayExpression":
        return [{ kind: "literal", node: origin }];
      case "CallExpression":
        return this.#call(origin);
      default:
        return [];
    }
  }

  #identifier(node: AnyNode & { type: "Identifier" }): readonly Value[] {
    const binding = this.bindings.of(node);
    if (binding === undefined) return this.isGlobal(node) ? this.#global(node.name) : NONE;
    this.#looks += binding.origins.length;
    if (this.#looks > MAX_LOOKS) throw new RangeError("its names are assigned to too often");
    return binding.origins.flatMap((origin) => this.of(origin));
  }

  #global(name: string): readonly Value[] {
    let known = this.#globals.get(name);
    if (known === undefined) {
      known = [pathOfGlobal(name)];
      this.#globals.set(name, known);
    }
    return known;
  }

  #template({ quasis, expressions }: TemplateLiteral): readonly Value[] {
    const pieces: AnyNode[] = [];
    quasis.forEach((quasi, i) => {
      pieces.push(quasi);
      if (expressions[i] !== undefined) pieces.push(expressions[i]);
    });
    return this.#joined(pieces);
  }

  #joined(pieces: readonly AnyNode[]): readonly Value[] {
    let text = "";
    for (const piece of pieces) {
      const part = piece.type === "TemplateElement" ? piece.value.cooked ?? "" : this.textOf(piece);
      // Longer texts are not names.
      if (part === undefined || text.length + part.length > MAX_TEXT) return [];
      text += part;
    }
    return constantValue(text);
  }

  #member(object: Origin, key: string | undefined): readonly Value[] {
    if (key === undefined) return [];
    const values = this.of(object);
    if (values.length === 0) return this.#memberOfPath(this.#unknown, key);
    if (values.length === 1) return this.#memberOf(values[0]!, key);
    return values.flatMap((value) => this.#memberOf(value, key));
  }

  #memberOf(value: Value, key: string): readonly Value[] {
    if (value.kind === "path") return this.#memberOfPath(value, key);
    if (value.kind === "descriptor" && (key === "value" || key === "get")) return value.values;
    if (value.kind === "literal") {
      const found = memberOfLiteral(value.node, key);
      if (found !== undefined) return this.of(found);
    }
    if (value.kind === "function") {
      if (key === "constructor") return [toPath("Function")];
      if (key === "__proto__") return [FUNCTION];
    }
    return this.#memberOfPath(this.#unknown, key);
  }

  #memberOfPath(value: PathValue, key: string): readonly Value[] {
    const member = memberPath(value, key);
    // A property that the host or a cell has added to the global object is not a global.
    return value.path === "globalThis" && this.#isDefined(member.path) ? NONE : [member];
  }

  #call({ callee, arguments: args }: CallExpression): readonly Value[] {
    if (callee.type === "ArrowFunctionExpression" && callee.body.type !== "BlockStatement") {
      return this.of(callee.body);
    }
    if (callee.type === "MemberExpression") {
      const result = this.#method(callee.object, this.keyOf(callee), args);
      if (result !== undefined) return result;
    }
    const called = this.of(callee);
    return called.flatMap((value) => value.kind === "path" ? this.#callOf(value.path, args) : []);
  }

  /** Returns the results of a method: text from text, and for `bind` the same function. */
  #method(
    object: AnyNode,
    key: string | undefined,
    args: CallExpression["arguments"],
  ): readonly Value[] | undefined {
    if (key === undefined) return undefined;
    if (key === "bind") return this.of(object);
    const on = this.#constant(object);
    const given = this.#texts(args);
    if (on === undefined || given === undefined) return undefined;
    return constantValue(constantMethod(on, key, ...given));
  }

  #callOf(path: string, args: CallExpression["arguments"]): readonly Value[] {
    const [target, key] = args;
    switch (path) {
      case "Object.getPrototypeOf":
      case "Reflect.getPrototypeOf": {
        const isFunction = this.of(target).some(({ kind }) => kind === "function");
        return isFunction ? [FUNCTION] : [];
      }
      case "Reflect.get":
        return key === undefined ? [] : this.#member(target, this.textOf(key));
      case "Object.getOwnPropertyDescriptor":
      case "Reflect.getOwnPropertyDescriptor":
        return key === undefined
          ? []
          : [{ kind: "descriptor", values: this.#member(target, this.textOf(key)) }];
      default: {
        const given = this.#texts(args);
        return given === undefined ? [] : constantValue(constantCall(path, given));
      }
    }
  }

  #constant(node: AnyNode): string | readonly string[] | undefined {
    for (const value of this.of(node)) {
      if (value.kind === "text") return value.text;
      if (value.kind === "list") return value.items;
      if (value.kind === "literal" && value.node.type === "ArrayExpression") {
        const items = value.node.elements;
        return items.includes(null) ? undefined : this.#texts(items as AnyNode[]);
      }
    }
    return undefined;
  }

  #texts(nodes: readonly AnyNode[]): string[] | undefined {
    const texts: string[] = [];
    for (const node of nodes) {
      const text = this.textOf(node);
      if (text === undefined) return undefined;
      texts.push(text);
    }
    return texts;
  }
}

/** Returns whether an expression is a literal, a global, or a name of unknown value. */
function isPlain(origin: Exclude<Origin, undefined>, bindings: Bindings): boolean {
  if (origin.type !== "Identifier") return origin.type === "Literal";
  return (bindings.of(origin)?.origins.length ?? 0) === 0;
}

function limited(values: readonly Value[]): readonly Value[] {
  return values.length > MAX_VALUES ? values.slice(0, MAX_VALUES) : values;
}
