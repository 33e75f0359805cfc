/** The rewrite of declarations to assignments to properties of the namespace. */

import type {
  AnyNode,
  CallExpression,
  ClassDeclaration,
  Expression,
  FunctionDeclaration,
  Pattern,
  VariableDeclaration,
} from "acorn";
import type { Edits } from "./edits.ts";

/** A name that a cell declares. `const` cannot be assigned to; everything else can. */
export interface Declaration {
  /** The name in the namespace. */
  readonly name: string;
  /** How it was declared. */
  readonly kind: "const" | "let" | "var" | "function" | "class" | "import";
}

/** The context in which declarations are rewritten. */
export interface DeclarationContext {
  /** The code. */
  readonly code: string;
  /** The name of the evaluator's helper in the code. */
  readonly helper: string;
  /** Returns whether the type stripper made a declaration for an enum. */
  readonly isEnum: (id: Pattern, init: Expression) => boolean;
  /** The edits to the code. */
  readonly edits: Edits;
  /** Rewrites the contents of an expression at the top level. */
  readonly inside: (node: AnyNode) => void;
  /** Throws an error for a place in the code. */
  readonly refuse: (offset: number, message: string) => never;
}

/** Properties of the global object that cannot be replaced. */
const CONSTANTS: ReadonlySet<string> = new Set(["undefined", "NaN", "Infinity"]);

/** Rewrites the declarations of one cell and records their names. */
export class Declarations {
  /** The declared names, in order. */
  readonly names: Declaration[] = [];
  /** For each name, the offset at which its declaration ends; 0 if the name has a value from the start. */
  readonly #ends = new Map<string, number>();
  readonly #code: string;
  readonly #helper: string;
  readonly #isEnum: DeclarationContext["isEnum"];
  readonly #edits: Edits;
  readonly #inside: (node: AnyNode) => void;
  readonly #refuse: DeclarationContext["refuse"];

  /** @param context The code and its edits. */
  constructor(context: DeclarationContext) {
    this.#code = context.code;
    this.#helper = context.helper;
    this.#isEnum = context.isEnum;
    this.#edits = context.edits;
    this.#inside = context.inside;
    this.#refuse = context.refuse;
  }

  /**
   * Rewrites a declaration to assignments.
   *
   * @param node The declaration.
   * @param parent The node that contains it; absent at the top level.
   */
  variables(node: VariableDeclaration, parent?: AnyNode): void {
    const separator = parent === undefined || isBody(parent) ? ";" : "";
    const loop = isLoopOver(parent, node);
    const first = node.declarations[0]!;
    // The next line must not continue the expression that the declaration becomes.
    const isStatement = !loop && !(parent?.type === "ForStatement" && parent.init === node);
    if (isStatement && this.#code[node.end - 1] !== ";") {
      this.#edits.wrap({ start: first.start, end: node.end }, ["", ";"]);
    }
    let needsParentheses = false;
    for (const { id, init, end } of node.declarations) {
      if (node.kind === "var" && init == null && !loop && id.type === "Identifier") {
        // A declaration without a value only declares the name, which the front of the cell does.
        this.declare(id.name, "var", { at: id.start });
        this.#edits.replace(id, "void 0");
        continue;
      }
      const isEnum = init != null && this.#isEnum(id, init);
      const kind = isEnum ? "let" : node.kind as "const" | "let" | "var";
      if (isEnum) this.#freshEnum(id, init);
      this.#targets(id, { kind, end });
      if (id.type === "ObjectPattern") needsParentheses = true;
      if (init != null) {
        this.#inside(init);
        if (id.type === "Identifier") this.#nameAnonymous(id.name, init);
      } else if (!loop) this.#edits.wrap(id, ["", " = void 0"]);
    }
    const parenthesise = needsParentheses && !loop;
    this.#edits.replace(
      { start: node.start, end: first.start },
      separator + (parenthesise ? "(" : ""),
    );
    if (parenthesise) {
      const last = node.declarations.at(-1)!;
      this.#edits.wrap({ start: first.start, end: last.end }, ["", ")"]);
    }
  }

  /**
   * Initialises an enum afresh. The type stripper writes `var E = function(E) {...}(E || {})`, where `E` must not be
   * that of an earlier cell. Further declarations of the same enum add to it.
   */
  #freshEnum(id: Pattern, init: Expression): void {
    if (id.type !== "Identifier" || this.#ends.has(id.name)) return;
    const argument = (init as CallExpression).arguments.at(-1)!;
    if (argument.type === "LogicalExpression") this.#edits.replace(argument, "{}");
  }

  /** Rewrites the names of a pattern to properties, so that the declaration becomes an assignment. */
  #targets(pattern: Pattern, declaration: Declared): void {
    const { kind, end } = declaration;
    switch (pattern.type) {
      case "Identifier": {
        this.declare(pattern.name, kind, { end, at: pattern.start });
        const target = kind === "const" ? "c" : "l";
        this.#edits.replace(pattern, `${this.#helper}.${target}.${pattern.name}`);
        break;
      }
      case "ObjectPattern":
        for (const entry of pattern.properties) {
          if (entry.type === "RestElement") this.#targets(entry.argument, declaration);
          else {
            if (entry.shorthand) {
              this.#edits.insert(
                entry.start,
                `${this.#code.slice(entry.key.start, entry.key.end)}: `,
              );
            } else if (entry.computed) this.#inside(entry.key);
            this.#targets(entry.value, declaration);
          }
        }
        break;
      case "ArrayPattern":
        for (const element of pattern.elements) {
          if (element !== null) this.#targets(element, declaration);
        }
        break;
      case "RestElement":
        this.#targets(pattern.argument, declaration);
        break;
      case "AssignmentPattern":
        this.#targets(pattern.left, declaration);
        this.#inside(pattern.right);
        if (pattern.left.type === "Identifier") {
          this.#nameAnonymous(pattern.left.name, pattern.right);
        }
        break;
    }
  }

  /**
   * Keeps the name of an anonymous function. `const f = () => 1` names the function; an assignment to a property does
   * not, but an object literal does.
   */
  #nameAnonymous(name: string, init: Expression): void {
    const anonymous = init.type === "ArrowFunctionExpression" ||
      (init.type === "FunctionExpression" || init.type === "ClassExpression") && init.id == null;
    if (!anonymous) return;
    this.#edits.wrap(init, naming(name));
  }

  /** Hoists a function, whose declaration begins at `start` with its `export`. */
  function(start: number, node: FunctionDeclaration): void {
    const name = node.id.name;
    this.declare(name, "function", { at: node.id.start });
    // Without a name of its own, it calls the current value of the name, like any other caller. The kernel shows the name.
    const written = this.#code.slice(node.id.start, node.id.end);
    this.#edits.replace(node.id, `/*${this.#helper}.${written}*/`);
    if (start !== node.start) this.#edits.replace({ start, end: node.start }, "");
    const [before, after] = naming(name);
    this.#edits.moveToFront({ start, end: node.end }, [
      `${this.#helper}.l.${name} = ${before}`,
      `${after};`,
    ]);
  }

  /** Rewrites a class, whose declaration begins at `start` with its `export`, to an assignment. */
  class(start: number, node: ClassDeclaration): void {
    const name = node.id.name;
    this.declare(name, "class", { end: node.end, at: node.id.start });
    this.#edits.replace({ start, end: node.start }, `;${this.#helper}.l.${name} = `);
    this.#edits.wrap(node, ["", ";"]);
  }

  /**
   * Records a declared name.
   *
   * @param name The name.
   * @param kind How it is declared.
   * @param options The offset of the name, and that at which the declaration ends, if that gives the name its value.
   */
  declare(
    name: string,
    kind: Declaration["kind"],
    { end, at = 0 }: { readonly end?: number; readonly at?: number } = {},
  ): void {
    if (CONSTANTS.has(name)) {
      this.#refuse(at, `Cannot declare ${name}: it is a constant of JavaScript`);
    }
    if (this.#ends.has(name)) return;
    this.#ends.set(name, kind === "var" ? 0 : end ?? 0);
    this.names.push({ name, kind });
  }

  /** Returns whether an assignment can declare a name. */
  isOpen(name: string): boolean {
    return !this.#ends.has(name) && !CONSTANTS.has(name);
  }

  /** Returns the offset at which a name gets its value: 0 if it has one from the start; `undefined` if it is not declared. */
  endOf(name: string): number | undefined {
    return this.#ends.get(name);
  }
}

/** How a pattern declares its names, and where the declaration ends. */
interface Declared {
  readonly kind: "const" | "let" | "var";
  readonly end: number;
}

function isLoopOver(parent: AnyNode | undefined, node: VariableDeclaration): boolean {
  return (parent?.type === "ForInStatement" || parent?.type === "ForOfStatement") &&
    parent.left === node;
}

function isBody(parent: AnyNode | undefined): boolean {
  return parent?.type === "BlockStatement" || parent?.type === "Program" ||
    parent?.type === "SwitchCase";
}

/** Returns the text around an anonymous function or class that makes an object literal name it. */
function naming(name: string): [before: string, after: string] {
  const key = name === "__proto__" ? `["__proto__"]` : name;
  return [`{${key}: `, `}.${name}`];
}
