/**
 * The rewrite for a persistent session. Declarations at the top level of a cell become properties of the namespace, so
 * that later cells see them, closures see their later values, and they can be declared again.
 */

import type {
  AnyNode,
  ClassDeclaration,
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  FunctionDeclaration,
  ImportDeclaration,
  Program,
  ReturnStatement,
} from "acorn";
import { CellSyntaxError } from "../parse/cell_syntax_error.ts";
import { LineIndex, type Position } from "../../syntax/position.ts";
import { type Declaration, Declarations } from "./declarations.ts";
import { findCaptures } from "./captures.ts";
import { Edits } from "./edits.ts";
import { insertGuards } from "./_guards.ts";
import { visit } from "../../syntax/walk.ts";

/** Options of the rewrite. */
export interface RewriteOptions {
  /**
   * A name that does not occur in the code. The evaluator binds it to an object with these members: `c` and `l`, whose
   * properties declare a constant or a variable when they are assigned; `v`, which declares a `var` that may have a
   * value already; `i`, which awaits an import and checks its names; `g` and `a`, which throw if the cell is to stop.
   */
  readonly helper: string;
  /** Whether the type stripper transformed the TypeScript, rather than just erasing types. */
  readonly generated: boolean;
  /** Maps a position in the code to one in the model's own text, if the two differ. */
  readonly toOriginal?: ((position: Position) => Position) | undefined;
}

/** A rewritten program. */
export interface RewrittenCell {
  readonly edits: Edits;
  readonly declarations: readonly Declaration[];
}

/**
 * Rewrites the top level of a program.
 *
 * @param program The tree of `code`.
 * @param code The text to which the tree's positions refer.
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

class Rewriter implements RewrittenCell {
  readonly edits: Edits;
  readonly #declarations: Declarations;
  readonly #code: string;
  readonly #helper: string;
  readonly #generated: boolean;
  readonly #toOriginal: RewriteOptions["toOriginal"];

  constructor(code: string, { helper, generated, toOriginal }: RewriteOptions) {
    this.#code = code;
    this.#helper = helper;
    this.#generated = generated;
    this.#toOriginal = toOriginal;
    this.edits = new Edits(code);
    const inside = (node: AnyNode) => this.#inside(node);
    this.#declarations = new Declarations({ code, helper, generated, edits: this.edits, inside });
  }

  get declarations(): readonly Declaration[] {
    return this.#declarations.names;
  }

  program(program: Program): void {
    const body = program.body;
    const last = body.findLast((node) => node.type !== "EmptyStatement" && !this.#isTrailer(node));
    // Outer wrappings come first.
    if (last?.type === "ExpressionStatement") this.#value(last.start, last.end);
    for (const node of body) this.#statement(node);
    insertGuards(program, this.edits, { helper: this.#helper, captures: findCaptures(program) });
    for (const { name, kind } of this.declarations) {
      // A `var` exists from the start. One that the type stripper declares (for an enum or a namespace) starts afresh.
      if (kind === "var") {
        this.edits.prepend(
          this.#generated
            ? `${this.#helper}.l.${name} = void 0;`
            : `${this.#helper}.v(${JSON.stringify(name)});`,
        );
      }
    }
  }

  /** Returns whether the type stripper added the node: it declares namespaces after everything else. */
  #isTrailer(node: AnyNode): boolean {
    return this.#generated && node.type === "VariableDeclaration" && node.kind === "var" &&
      node.declarations.every(({ init }) => init == null);
  }

  #statement(node: AnyNode): void {
    switch (node.type) {
      case "VariableDeclaration":
        if (node.kind === "using" || node.kind === "await using") this.#inside(node);
        else this.#declarations.variables(node);
        break;
      case "FunctionDeclaration":
        this.#declarations.function(node.start, node as FunctionDeclaration);
        this.#inside(node);
        break;
      case "ClassDeclaration":
        this.#declarations.class(node.start, node as ClassDeclaration);
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
        this.edits.replace(node, `await ${this.#helper}.i(import(${node.source.raw}));`);
        break;
      default:
        this.#inside(node);
    }
  }

  /**
   * Rewrites nodes below the top level but outside of functions: `var`, `return`, and syntax that a cell may not use.
   */
  #inside(root: AnyNode): void {
    visit(root, (node, parent) => {
      switch (node.type) {
        case "FunctionDeclaration":
        case "FunctionExpression":
        case "ArrowFunctionExpression":
        case "StaticBlock":
          // Only parts of a function that are not a scope of their own matter here, and the only such parts are meta
          // properties.
          visit(node, (inner) => this.#meta(inner));
          return false;
        case "PropertyDefinition":
          visit(node, (inner) => this.#meta(inner));
          return false;
        case "VariableDeclaration":
          if (node.kind !== "var") return true;
          this.#declarations.variables(node, parent);
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

  #import(node: ImportDeclaration): void {
    const names: string[] = [];
    const targets: string[] = [];
    let namespace: string | undefined;
    for (const specifier of node.specifiers) {
      const local = specifier.local.name;
      this.#declarations.declare(local, "import");
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
    this.edits.replace(node, "");
    this.edits.moveToFront(node, [`${text};`, ""]);
  }

  #exportNamed(node: ExportNamedDeclaration): void {
    const { declaration, source } = node;
    if (declaration == null) {
      // There is nothing to export to: the listed names are in the namespace already.
      const text = source == null ? ";" : `await ${this.#helper}.i(import(${source.raw}));`;
      this.edits.replace(node, text);
    } else if (declaration.type === "FunctionDeclaration") {
      this.#declarations.function(node.start, declaration);
      this.#inside(declaration);
    } else if (declaration.type === "ClassDeclaration") {
      this.#declarations.class(node.start, declaration);
      this.#inside(declaration);
    } else {
      this.edits.replace({ start: node.start, end: declaration.start }, "");
      this.#statement(declaration);
    }
  }

  #exportDefault(node: ExportDefaultDeclaration): void {
    const { declaration } = node;
    if (declaration.type === "FunctionDeclaration" && declaration.id != null) {
      this.#declarations.function(node.start, declaration as FunctionDeclaration);
    } else if (declaration.type === "ClassDeclaration" && declaration.id != null) {
      this.#declarations.class(node.start, declaration as ClassDeclaration);
    } else {
      this.edits.replace({ start: node.start, end: declaration.start }, ";(");
      this.edits.wrap(declaration, ["", ")"]);
    }
    this.#inside(declaration);
  }

  /** Returns the value in a list, so that a promise or thenable is not taken for that of the cell itself. */
  #value(start: number, end: number): void {
    const bare = this.#code[end - 1] === ";" ? end - 1 : end;
    this.edits.wrap({ start, end: bare }, ["return [(", ")]"]);
  }

  #return(node: ReturnStatement): void {
    if (node.argument == null) return;
    this.edits.wrap(node.argument, ["[(", ")]"]);
  }

  #slice(node: AnyNode): string {
    return this.#code.slice(node.start, node.end);
  }

  #refusal(offset: number, message: string): CellSyntaxError {
    const position = new LineIndex(this.#code).at(offset);
    return new CellSyntaxError(message, this.#toOriginal?.(position) ?? position);
  }
}
