/**
 * The rewrite for a persistent session: what a cell declares at its top level becomes properties of the namespace, so
 * that later cells see it, closures see its later values, and it can be declared again.
 */

import type {
  AnyNode,
  ClassDeclaration,
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  Expression,
  ForInStatement,
  ForOfStatement,
  ForStatement,
  FunctionDeclaration,
  ImportDeclaration,
  Pattern,
  Program,
  ReturnStatement,
  VariableDeclaration,
} from "acorn";
import { CellSyntaxError } from "./cell_syntax_error.ts";
import { LineIndex } from "./position.ts";
import { Edits } from "./_edits.ts";

/** A name that a cell declares. `const` cannot be assigned to; everything else can. */
export interface Declaration {
  /** The name in the namespace. */
  readonly name: string;
  /** How it was declared. */
  readonly kind: "const" | "let" | "var" | "function" | "class" | "import";
}

/** How the rewrite writes. */
export interface RewriteOptions {
  /**
   * A name that does not occur in the code. The evaluator binds it to an object with `c` and `l`, on which an assignment
   * declares a constant or a variable, `v`, which declares a `var` that may have a value already, and `i`, which awaits
   * an import and checks its names.
   */
  readonly helper: string;
  /** Whether the type stripper has turned TypeScript into JavaScript, rather than just erased types. */
  readonly generated: boolean;
}

/** What the rewrite made of a program. */
export interface RewrittenCell {
  readonly edits: Edits;
  readonly declarations: readonly Declaration[];
}

/**
 * Rewrites the top level of a program.
 *
 * @param program The tree of `code`.
 * @param code The text the tree's positions refer to.
 * @param options How to write the result.
 */
export function rewriteCell(
  program: Program,
  code: string,
  options: RewriteOptions,
): RewrittenCell {
  const rewriter = new Rewriter(code, options);
  rewriter.program(program);
  return rewriter;
}

type Loop = ForStatement | ForInStatement | ForOfStatement;

class Rewriter implements RewrittenCell {
  readonly edits: Edits;
  readonly declarations: Declaration[] = [];
  readonly #code: string;
  readonly #helper: string;
  readonly #generated: boolean;

  constructor(code: string, { helper, generated }: RewriteOptions) {
    this.#code = code;
    this.#helper = helper;
    this.#generated = generated;
    this.edits = new Edits(code);
  }

  program(program: Program): void {
    const body = program.body;
    for (const node of body) this.#statement(node);
    const last = body.findLast((node) => node.type !== "EmptyStatement" && !this.#isTrailer(node));
    if (last?.type === "ExpressionStatement") this.#value(last.start, last.end);
    for (const { name, kind } of this.declarations) {
      // A `var` exists from the start. What the type stripper declares so (enums, namespaces) starts afresh.
      if (kind === "var") {
        this.edits.prepend(
          this.#generated
            ? `${this.#helper}.l.${name} = void 0;`
            : `${this.#helper}.v(${JSON.stringify(name)});`,
        );
      }
    }
  }

  /** The type stripper declares namespaces behind everything else. */
  #isTrailer(node: AnyNode): boolean {
    return this.#generated && node.type === "VariableDeclaration" && node.kind === "var" &&
      node.declarations.every(({ init }) => init == null);
  }

  #statement(node: AnyNode): void {
    switch (node.type) {
      case "VariableDeclaration":
        if (node.kind === "using" || node.kind === "await using") this.#inside(node);
        else this.#variables(node, ";");
        break;
      case "FunctionDeclaration":
        this.#function(node.start, node as FunctionDeclaration);
        this.#inside(node);
        break;
      case "ClassDeclaration":
        this.#class(node.start, node as ClassDeclaration);
        this.#inside(node);
        break;
      case "ImportDeclaration":
        this.#import(node);
        break;
      case "ExportNamedDeclaration":
        this.#exportNamed(node);
        break;
      case "ExportDefaultDeclaration":
        this.#exportDefault(node);
        break;
      case "ExportAllDeclaration":
        this.edits.replace(
          node.start,
          node.end,
          `await ${this.#helper}.i(import(${node.source.raw}));`,
        );
        break;
      default:
        this.#inside(node);
    }
  }

  /** What lies below the top level but not in a function: `var`, `return`, and whatever a cell may not have. */
  #inside(root: AnyNode): void {
    visit(root, (node, parent) => {
      switch (node.type) {
        case "FunctionDeclaration":
        case "FunctionExpression":
        case "ArrowFunctionExpression":
        case "StaticBlock":
          // Only the parts of a function that are no scope of their own matter here, and there are none but metas.
          visit(node, (inner) => this.#meta(inner));
          return false;
        case "PropertyDefinition":
          visit(node, (inner) => this.#meta(inner));
          return false;
        case "VariableDeclaration":
          if (node.kind !== "var") return true;
          this.#variables(node, isBody(parent) ? ";" : "", parent);
          return false;
        case "ReturnStatement":
          this.#return(node);
          return true;
        default:
          this.#meta(node);
          return true;
      }
    });
  }

  #meta(node: AnyNode): boolean {
    if (node.type === "MetaProperty" && node.meta.name === "import") {
      throw this.#refusal(node.start, "import.meta is not available in a cell: it has no file");
    }
    return true;
  }

  #variables(node: VariableDeclaration, separator: "" | ";", parent?: AnyNode): void {
    const kind = node.kind as "const" | "let" | "var";
    const loop = isLoopOver(parent, node);
    let needsParentheses = false;
    for (const { id, init } of node.declarations) {
      if (kind === "var" && init == null && !loop && id.type === "Identifier") {
        // Without a value it declares and nothing more; the front of the cell does that.
        this.#declare(id.name, kind);
        this.edits.replace(id.start, id.end, "void 0");
        continue;
      }
      this.#targets(id, kind);
      if (id.type === "ObjectPattern") needsParentheses = true;
      if (init != null) {
        this.#inside(init);
        if (this.#generated) this.#freshEnum(id, init);
        if (id.type === "Identifier") this.#nameAnonymous(id.name, init);
      } else if (!loop) this.edits.insert(id.end, " = void 0");
    }
    const first = node.declarations[0]!;
    const parenthesise = needsParentheses && !loop;
    this.edits.replace(node.start, first.start, separator + (parenthesise ? "(" : ""));
    if (parenthesise) {
      const last = node.declarations.at(-1)!;
      this.edits.insert(last.end, ")");
    }
  }

  /** The type stripper writes `var E = function(E) {...}(E || {})`; the `E` of an earlier cell is another one. */
  #freshEnum(id: Pattern, init: Expression): void {
    if (id.type !== "Identifier" || init.type !== "CallExpression") return;
    const argument = init.arguments.at(-1);
    if (
      init.callee.type === "FunctionExpression" && argument?.type === "LogicalExpression" &&
      argument.left.type === "Identifier" && argument.left.name === id.name
    ) this.edits.replace(argument.start, argument.end, "{}");
  }

  /** Turns the names of a pattern into properties, so that the declaration becomes an assignment. */
  #targets(pattern: Pattern, kind: "const" | "let" | "var"): void {
    switch (pattern.type) {
      case "Identifier": {
        this.#declare(pattern.name, kind);
        const target = kind === "const" ? "c" : "l";
        this.edits.replace(
          pattern.start,
          pattern.end,
          `${this.#helper}.${target}.${pattern.name}`,
        );
        break;
      }
      case "ObjectPattern":
        for (const entry of pattern.properties) {
          if (entry.type === "RestElement") this.#targets(entry.argument, kind);
          else {
            if (entry.shorthand) this.edits.insert(entry.start, `${this.#slice(entry.key)}: `);
            else if (entry.computed) this.#inside(entry.key);
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
    const [before, after] = naming(name);
    this.edits.insert(init.start, before);
    this.edits.insert(init.end, after);
  }

  #function(start: number, node: FunctionDeclaration): void {
    const name = node.id.name;
    this.#declare(name, "function");
    // Without its own name inside: a call to itself goes to what the name stands for then, as any other call does.
    this.edits.replace(node.id.start, node.id.end, "");
    if (start !== node.start) this.edits.replace(start, node.start, "");
    const [before, after] = naming(name);
    this.edits.moveToFront(start, node.end, [`${this.#helper}.l.${name} = ${before}`, `${after};`]);
  }

  #class(start: number, node: ClassDeclaration): void {
    const name = node.id.name;
    this.#declare(name, "class");
    this.edits.replace(start, node.start, `;${this.#helper}.l.${name} = `);
    this.edits.insert(node.end, ";");
  }

  #import(node: ImportDeclaration): void {
    const names: string[] = [];
    const targets: string[] = [];
    let namespace: string | undefined;
    for (const specifier of node.specifiers) {
      const local = specifier.local.name;
      this.#declare(local, "import");
      const target = `${this.#helper}.c.${local}`;
      if (specifier.type === "ImportNamespaceSpecifier") namespace = target;
      else {
        const imported = specifier.type === "ImportDefaultSpecifier"
          ? "default"
          : specifier.imported.type === "Identifier"
          ? specifier.imported.name
          : String(specifier.imported.value);
        names.push(imported);
        targets.push(`${JSON.stringify(imported)}: ${target}`);
      }
    }
    const attributes = node.attributes.length === 0
      ? ""
      : `, {with: {${
        node.attributes.map(({ key, value }) => `${this.#slice(key)}: ${value.raw}`).join(", ")
      }}}`;
    const imported =
      `await ${this.#helper}.i(import(${node.source.raw}${attributes}), ${node.source.raw}, ${
        JSON.stringify(names)
      })`;
    let text = imported;
    if (namespace !== undefined) text = `${namespace} = ${imported}`;
    if (targets.length > 0) text = `({${targets.join(", ")}} = ${text})`;
    this.edits.replace(node.start, node.end, "");
    this.edits.moveToFront(node.start, node.end, [`${text};`, ""]);
  }

  #exportNamed(node: ExportNamedDeclaration): void {
    const { declaration, source } = node;
    if (declaration == null) {
      // There is nothing to export to: what is listed is in the namespace already.
      const text = source == null ? ";" : `await ${this.#helper}.i(import(${source.raw}));`;
      this.edits.replace(node.start, node.end, text);
    } else if (declaration.type === "FunctionDeclaration") {
      this.#function(node.start, declaration);
      this.#inside(declaration);
    } else if (declaration.type === "ClassDeclaration") {
      this.#class(node.start, declaration);
      this.#inside(declaration);
    } else {
      this.edits.replace(node.start, declaration.start, "");
      this.#statement(declaration);
    }
  }

  #exportDefault(node: ExportDefaultDeclaration): void {
    const { declaration } = node;
    if (declaration.type === "FunctionDeclaration" && declaration.id != null) {
      this.#function(node.start, declaration as FunctionDeclaration);
    } else if (declaration.type === "ClassDeclaration" && declaration.id != null) {
      this.#class(node.start, declaration as ClassDeclaration);
    } else {
      this.edits.replace(node.start, declaration.start, ";(");
      this.edits.insert(declaration.end, ")");
    }
    this.#inside(declaration);
  }

  /** The value goes out in a list, so that a promise or a thenable is not taken for the cell's own. */
  #value(start: number, end: number): void {
    this.edits.insert(start, "return [(");
    this.edits.insert(this.#code[end - 1] === ";" ? end - 1 : end, ")]");
  }

  #return(node: ReturnStatement): void {
    if (node.argument == null) return;
    this.edits.insert(node.argument.start, "[(");
    this.edits.insert(node.argument.end, ")]");
  }

  #declare(name: string, kind: Declaration["kind"]): void {
    if (!this.declarations.some((declaration) => declaration.name === name)) {
      this.declarations.push({ name, kind });
    }
  }

  #slice(node: AnyNode): string {
    return this.#code.slice(node.start, node.end);
  }

  #refusal(offset: number, message: string): CellSyntaxError {
    return new CellSyntaxError(message, new LineIndex(this.#code).at(offset));
  }
}

function isLoopOver(parent: AnyNode | undefined, node: VariableDeclaration): boolean {
  return (parent?.type === "ForInStatement" || parent?.type === "ForOfStatement") &&
    (parent as Loop & { left: AnyNode }).left === node;
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

/**
 * Walks a tree in source order.
 *
 * @param root Where to begin.
 * @param enter Called for each node; `false` leaves out what is below it.
 * @param parent The parent of `root`.
 */
export function visit(
  root: AnyNode,
  enter: (node: AnyNode, parent: AnyNode | undefined) => boolean,
  parent?: AnyNode,
): void {
  if (!enter(root, parent)) return;
  for (const value of Object.values(root)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visit(item, enter, root);
    } else if (isNode(value)) visit(value, enter, root);
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string" && "start" in value;
}
