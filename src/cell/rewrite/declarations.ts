/** The rewrite of declarations to assignments to properties of the namespace. */

import type {
  AnyNode,
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
  /** Whether the type stripper generated the code. */
  readonly generated: boolean;
  /** The edits to the code. */
  readonly edits: Edits;
  /** Rewrites the contents of an expression at the top level. */
  readonly inside: (node: AnyNode) => void;
}

/** Rewrites the declarations of one cell and records their names. */
export class Declarations {
  /** The declared names, in order. */
  readonly names: Declaration[] = [];
  readonly #known = new Set<string>();
  readonly #code: string;
  readonly #helper: string;
  readonly #generated: boolean;
  readonly #edits: Edits;
  readonly #inside: (node: AnyNode) => void;

  /** @param context The code and its edits. */
  constructor(context: DeclarationContext) {
    this.#code = context.code;
    this.#helper = context.helper;
    this.#generated = context.generated;
    this.#edits = context.edits;
    this.#inside = context.inside;
  }

  /**
   * Rewrites a declaration to assignments.
   *
   * @param node The declaration.
   * @param parent The node that contains it; absent at the top level.
   */
  variables(node: VariableDeclaration, parent?: AnyNode): void {
    const separator = parent === undefined || isBody(parent) ? ";" : "";
    const kind = node.kind as "const" | "let" | "var";
    const loop = isLoopOver(parent, node);
    let needsParentheses = false;
    for (const { id, init } of node.declarations) {
      if (kind === "var" && init == null && !loop && id.type === "Identifier") {
        // A declaration without a value only declares the name, which the front of the cell does.
        this.declare(id.name, kind);
        this.#edits.replace(id, "void 0");
        continue;
      }
      this.#targets(id, kind);
      if (id.type === "ObjectPattern") needsParentheses = true;
      if (init != null) {
        this.#inside(init);
        if (this.#generated) this.#freshEnum(id, init);
        if (id.type === "Identifier") this.#nameAnonymous(id.name, init);
      } else if (!loop) this.#edits.wrap(id, ["", " = void 0"]);
    }
    const first = node.declarations[0]!;
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
   * that of an earlier cell.
   */
  #freshEnum(id: Pattern, init: Expression): void {
    if (id.type !== "Identifier" || init.type !== "CallExpression") return;
    const argument = init.arguments.at(-1);
    if (
      init.callee.type === "FunctionExpression" && argument?.type === "LogicalExpression" &&
      argument.left.type === "Identifier" && argument.left.name === id.name
    ) this.#edits.replace(argument, "{}");
  }

  /** Rewrites the names of a pattern to properties, so that the declaration becomes an assignment. */
  #targets(pattern: Pattern, kind: "const" | "let" | "var"): void {
    switch (pattern.type) {
      case "Identifier": {
        this.declare(pattern.name, kind);
        const target = kind === "const" ? "c" : "l";
        this.#edits.replace(pattern, `${this.#helper}.${target}.${pattern.name}`);
        break;
      }
      case "ObjectPattern":
        for (const entry of pattern.properties) {
          if (entry.type === "RestElement") this.#targets(entry.argument, kind);
          else {
            if (entry.shorthand) {
              this.#edits.insert(
                entry.start,
                `${this.#code.slice(entry.key.start, entry.key.end)}: `,
              );
            } else if (entry.computed) this.#inside(entry.key);
            this.#targets(entry.value, kind);
          }
        }
        break;
      case "ArrayPattern":
        for (const element of pattern.elements) {
          if (element !== null) this.#targets(element, kind);
        }
        break;
      case "RestElement":
        this.#targets(pattern.argument, kind);
        break;
      case "AssignmentPattern":
        this.#targets(pattern.left, kind);
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
    this.declare(name, "function");
    // Removes the function's own name, so that it calls the current value of the name, like any other caller.
    this.#edits.replace(node.id, "");
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
    this.declare(name, "class");
    this.#edits.replace({ start, end: node.start }, `;${this.#helper}.l.${name} = `);
    this.#edits.wrap(node, ["", ";"]);
  }

  /** Records a declared name. */
  declare(name: string, kind: Declaration["kind"]): void {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.names.push({ name, kind });
  }
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
