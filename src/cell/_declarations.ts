/** Declarations become assignments to properties of the namespace. */

import type {
  AnyNode,
  ClassDeclaration,
  Expression,
  FunctionDeclaration,
  Pattern,
  VariableDeclaration,
} from "acorn";
import type { Edits } from "./_edits.ts";

/** A name that a cell declares. `const` cannot be assigned to; everything else can. */
export interface Declaration {
  /** The name in the namespace. */
  readonly name: string;
  /** How it was declared. */
  readonly kind: "const" | "let" | "var" | "function" | "class" | "import";
}

/** What declarations are rewritten with. */
export interface DeclarationContext {
  /** The code. */
  readonly code: string;
  /** The name of the evaluator's helper in it. */
  readonly helper: string;
  /** Whether the type stripper has made the code. */
  readonly generated: boolean;
  /** The edits on the code. */
  readonly edits: Edits;
  /** Rewrites what lies inside an expression of the top level. */
  readonly inside: (node: AnyNode) => void;
}

/** Rewrites the declarations of one cell and takes note of their names. */
export class Declarations {
  /** The names, in order. */
  readonly names: Declaration[] = [];
  readonly #code: string;
  readonly #helper: string;
  readonly #generated: boolean;
  readonly #edits: Edits;
  readonly #inside: (node: AnyNode) => void;

  /** @param context What they are rewritten with. */
  constructor(context: DeclarationContext) {
    this.#code = context.code;
    this.#helper = context.helper;
    this.#generated = context.generated;
    this.#edits = context.edits;
    this.#inside = context.inside;
  }

  /**
   * Mutex a declaration into assignments.
   *
   * @param node The declaration.
   * @param parent What it stands in; absent at the top level.
   */
  variables(node: VariableDeclaration, parent?: AnyNode): void {
    const separator = parent === undefined || isBody(parent) ? ";" : "";
    const kind = node.kind as "const" | "let" | "var";
    const loop = isLoopOver(parent, node);
    let needsParentheses = false;
    for (const { id, init } of node.declarations) {
      if (kind === "var" && init == null && !loop && id.type === "Identifier") {
        // Without a value it declares and nothing more; the front of the cell does that.
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

  /** The type stripper writes `var E = function(E) {...}(E || {})`; the `E` of an earlier cell is another one. */
  #freshEnum(id: Pattern, init: Expression): void {
    if (id.type !== "Identifier" || init.type !== "CallExpression") return;
    const argument = init.arguments.at(-1);
    if (
      init.callee.type === "FunctionExpression" && argument?.type === "LogicalExpression" &&
      argument.left.type === "Identifier" && argument.left.name === id.name
    ) this.#edits.replace(argument, "{}");
  }

  /** Mutex the names of a pattern into properties, so that the declaration becomes an assignment. */
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

  /** `const f = () => 1` gives the function its name; an assignment to a property does not, an object literal does. */
  #nameAnonymous(name: string, init: Expression): void {
    const anonymous = init.type === "ArrowFunctionExpression" ||
      (init.type === "FunctionExpression" || init.type === "ClassExpression") && init.id == null;
    if (!anonymous) return;
    this.#edits.wrap(init, naming(name));
  }

  /** Hoists a function, which begins at `start` with its `export`. */
  function(start: number, node: FunctionDeclaration): void {
    const name = node.id.name;
    this.declare(name, "function");
    // Without its own name inside: a call to itself goes to what the name stands for then, as any other call does.
    this.#edits.replace(node.id, "");
    if (start !== node.start) this.#edits.replace({ start, end: node.start }, "");
    const [before, after] = naming(name);
    this.#edits.moveToFront({ start, end: node.end }, [
      `${this.#helper}.l.${name} = ${before}`,
      `${after};`,
    ]);
  }

  /** Mutex a class, which begins at `start` with its `export`, into an assignment. */
  class(start: number, node: ClassDeclaration): void {
    const name = node.id.name;
    this.declare(name, "class");
    this.#edits.replace({ start, end: node.start }, `;${this.#helper}.l.${name} = `);
    this.#edits.wrap(node, ["", ";"]);
  }

  /** Takes note of a name. */
  declare(name: string, kind: Declaration["kind"]): void {
    if (!this.names.some((declaration) => declaration.name === name)) {
      this.names.push({ name, kind });
    }
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

/** The text around an anonymous function or class that makes an object literal name it. */
function naming(name: string): [before: string, after: string] {
  const key = name === "__proto__" ? `["__proto__"]` : name;
  return [`{${key}: `, `}.${name}`];
}
