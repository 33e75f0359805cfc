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
import { findNamespaces, isEnumOf } from "./_namespaces.ts";
import { AssignedNames } from "./_assigned_names.ts";
import { ReferenceWalk } from "./_reference_walk.ts";
import { type UnsetNames, unsetNames } from "./_unset_names.ts";
import { Edits } from "./edits.ts";
import { insertGuards } from "./_guards.ts";
import { importText } from "./_import_text.ts";
import { visit } from "../../syntax/walk.ts";

/** Options of the rewrite. */
export interface RewriteOptions {
  /**
   * A name that does not occur in the code. The evaluator binds it to an object with these members: `c` and `l`, whose
   * properties declare a constant or a variable when they are assigned; `p`, which prepares names that have no value
   * yet; `i`, which awaits an import and checks its names; `g` and `a`, which throw if the cell is to stop.
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
  /** The names to which the cell assigns. */
  readonly assignments: AssignedNames;
}

/** The beginning of a comment in scripts, and three operators in modules. */
const HTML_COMMENT = "<!--";

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
  #assignments = new AssignedNames();
  /** The statement whose value is that of the cell. */
  #last: AnyNode | undefined;

  constructor(code: string, { helper, generated, toOriginal }: RewriteOptions) {
    this.#code = code;
    this.#helper = helper;
    this.#generated = generated;
    this.#toOriginal = toOriginal;
    this.edits = new Edits(code);
    const inside = (node: AnyNode) => this.#inside(node);
    const isEnum = generated ? isEnumOf : () => false;
    const refuse = (offset: number, message: string): never => {
      throw this.#refusal(offset, message);
    };
    this.#declarations = new Declarations({
      code,
      helper,
      isEnum,
      edits: this.edits,
      inside,
      refuse,
    });
  }

  get assignments(): AssignedNames {
    return this.#assignments;
  }

  get declarations(): readonly Declaration[] {
    return this.#declarations.names;
  }

  program(program: Program): void {
    const body = program.body;
    const namespaces = this.#generated ? findNamespaces(program) : undefined;
    // The type stripper declares namespaces behind everything else.
    const isTrailer = (node: AnyNode) => namespaces?.isDeclaration(node) === true;
    const last = body.findLast((node) => node.type !== "EmptyStatement" && !isTrailer(node));
    this.#last = last;
    // Outer wrappings come first.
    if (last?.type === "ExpressionStatement") this.#value(last.start, last.end);
    namespaces?.rewrite(this.edits, {
      declare: (name, end) => {
        this.#declarations.declare(name, "let", { end });
        return `${this.#helper}.l.${name} = {}`;
      },
    });
    for (const node of body) {
      if (isTrailer(node)) this.edits.replace(node, "");
      else this.#statement(node);
    }
    for (const node of body) {
      if (node.type === "ExportNamedDeclaration" && node.declaration == null) {
        this.#exportList(node);
      }
    }
    if (this.#code.includes(HTML_COMMENT)) this.#separate(program);
    const walk = new ReferenceWalk(program);
    this.#assignments = walk.assignments;
    insertGuards(program, this.edits, { helper: this.#helper, captures: findCaptures(walk) });
    this.#prepare(unsetNames(walk, this.#declarations));
  }

  /** Prepares, at the front of the cell, the names that have no value there. */
  #prepare({ assigned, later, tested }: UnsetNames): void {
    const variables = this.declarations.filter(({ kind }) => kind === "var").map(({ name }) =>
      name
    );
    const lists = [variables, later, assigned, tested];
    if (lists.every(({ length }) => length === 0)) return;
    this.edits.prepend(`${this.#helper}.p(${lists.map((names) => JSON.stringify(names))});`);
  }

  /** Separates the operators of `5 <!--n`: a cell is parsed as a module, and a script would have a comment there. */
  #separate(program: Program): void {
    visit(program, (node) => {
      if (node.type !== "BinaryExpression" || node.operator !== "<") return true;
      const { start } = node.right;
      if (this.#code.startsWith(HTML_COMMENT, start - 1)) this.edits.insert(start, " ");
      return true;
    });
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
    for (const { local } of node.specifiers) {
      this.#declarations.declare(local.name, "import", { at: local.start });
    }
    this.edits.replace(node, "");
    const text = importText(node, { code: this.#code, helper: this.#helper });
    this.edits.moveToFront(node, [`${text};`, ""]);
  }

  #exportNamed({ start, declaration }: ExportNamedDeclaration): void {
    if (declaration == null) return;
    if (declaration.type === "FunctionDeclaration") {
      this.#declarations.function(start, declaration);
      this.#inside(declaration);
    } else if (declaration.type === "ClassDeclaration") {
      this.#declarations.class(start, declaration);
      this.#inside(declaration);
    } else {
      this.edits.replace({ start, end: declaration.start }, "");
      this.#statement(declaration);
    }
  }

  /** There is nothing to export to: names are in the namespace already. Those of earlier cells have to exist. */
  #exportList(node: ExportNamedDeclaration): void {
    const { source, specifiers, start } = node;
    if (source != null) {
      return this.edits.replace(node, `await ${this.#helper}.i(import(${source.raw}));`);
    }
    let end = start;
    for (const { local } of specifiers) {
      const name = local.type === "Identifier" ? local.name : "";
      if (this.#declarations.endOf(name) !== undefined) continue;
      this.edits.replace({ start: end, end: local.start }, end === start ? ";void [" : ", ");
      end = local.end;
    }
    this.edits.replace({ start: end, end: node.end }, end === start ? ";" : "];");
  }

  #exportDefault(node: ExportDefaultDeclaration): void {
    const { start, declaration } = node;
    if (declaration.type === "FunctionDeclaration" && declaration.id != null) {
      this.#declarations.function(start, declaration as FunctionDeclaration);
    } else if (declaration.type === "ClassDeclaration" && declaration.id != null) {
      this.#declarations.class(start, declaration as ClassDeclaration);
    } else {
      const isValue = node === this.#last;
      this.edits.replace({ start, end: declaration.start }, isValue ? ";return [(" : ";(");
      this.edits.wrap(declaration, ["", isValue ? ")];" : ");"]);
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

  #refusal(offset: number, message: string): CellSyntaxError {
    const position = new LineIndex(this.#code).at(offset);
    return new CellSyntaxError(message, this.#toOriginal?.(position) ?? position);
  }
}
