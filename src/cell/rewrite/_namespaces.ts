/**
 * The namespaces and enums of TypeScript, in the form in which the type stripper writes them:
 *
 * ```ts ignore
 * (function(Geo) { Geo.pi = 3; })(Geo || (Geo = {}));
 * var Kind = function(Kind) { Kind[Kind["A"] = 0] = "A"; return Kind; }(Kind || {});
 * var Geo;
 * ```
 *
 * Both start afresh in each cell. Blocks of one namespace see what earlier ones export by its bare name, which the
 * stripper leaves as it is.
 */

import type {
  AnyNode,
  CallExpression,
  Expression,
  FunctionExpression,
  Identifier,
  LogicalExpression,
  Pattern,
  Program,
} from "acorn";
import { visit } from "../../syntax/walk.ts";
import type { Edits } from "./edits.ts";
import { ReferenceWalk } from "./_reference_walk.ts";

/** A block of a namespace. */
interface Block {
  /** The function with its contents. */
  readonly fn: FunctionExpression;
  /** The name by which the contents refer to the namespace. */
  readonly parameter: string;
  /** `Geo || (Geo = {})`. */
  readonly argument: LogicalExpression;
  /** The name of the namespace in the code around it. */
  readonly name: string;
  /** The offset at which the block ends. */
  readonly end: number;
}

/** How the namespaces of a program are rewritten. */
export interface NamespaceOptions {
  /** Declares a namespace that begins with a block that ends at an offset, and returns the code that makes it. */
  readonly declare: (name: string, end: number) => string;
}

/** The namespaces of a transformed cell. */
export interface Namespaces {
  /** Returns whether a statement is a declaration that the type stripper added for a namespace. */
  isDeclaration(node: AnyNode): boolean;
  /** Rewrites all blocks. */
  rewrite(edits: Edits, options: NamespaceOptions): void;
}

/**
 * Finds the namespaces of a transformed cell.
 *
 * @param program The tree of the cell.
 */
export function findNamespaces({ body }: Program): Namespaces {
  const blocks = blocksOf(body);
  const names = new Set(blocks.map(({ name }) => name));
  const declared = new Set<string>();
  const declarations = new Set<AnyNode>();
  for (const statement of body) {
    const name = bareVariable(statement);
    if (name === undefined || !names.has(name)) continue;
    declarations.add(statement);
    declared.add(name);
  }
  return {
    isDeclaration: (node) => declarations.has(node),
    rewrite(edits, { declare }) {
      const merging = new Merging(edits);
      for (const block of blocks) {
        merging.add(block, block.name);
        // One that adds to a function, class or enum has no declaration of its own.
        if (!declared.delete(block.name)) continue;
        edits.replace(block.argument, declare(block.name, block.end));
      }
    },
  };
}

/** Makes blocks of a namespace refer to what earlier ones export. */
class Merging {
  readonly #edits: Edits;
  /** The exports so far, by the path of the namespace. */
  readonly #exports = new Map<string, Set<string>>();
  readonly #done = new Set<Identifier>();

  constructor(edits: Edits) {
    this.#edits = edits;
  }

  add(block: Block, path: string): void {
    const { fn, parameter } = block;
    // Inner namespaces hide the names of outer ones.
    for (const inner of blocksOf(fn.body.body)) this.add(inner, `${path}.${inner.name}`);
    const earlier = this.#exports.get(path);
    if (earlier === undefined) this.#exports.set(path, exportsOf(block));
    else {
      this.#qualify(fn, { parameter, earlier });
      for (const name of exportsOf(block)) earlier.add(name);
    }
  }

  #qualify(
    fn: FunctionExpression,
    { parameter, earlier }: { readonly parameter: string; readonly earlier: ReadonlySet<string> },
  ): void {
    const walk = new ReferenceWalk({ body: [{ ...fn, type: "FunctionDeclaration", id: null! }] });
    const shorthands = shorthandsOf(fn);
    for (const { node } of walk.references.freeIdentifiers()) {
      if (!earlier.has(node.name) || this.#done.has(node)) continue;
      this.#done.add(node);
      const key = shorthands.has(node) ? `${node.name}: ` : "";
      this.#edits.insert(node.start, `${key}${parameter}.`);
    }
  }
}

/** Returns the names that a block exports: it assigns them to the namespace. */
function exportsOf({ fn, parameter }: Block): Set<string> {
  const names = new Set<string>();
  const collect = (node: AnyNode): boolean => {
    const isMember = node.type === "MemberExpression" && !node.computed &&
      node.object.type === "Identifier" && node.object.name === parameter;
    if (isMember && node.property.type === "Identifier") names.add(node.property.name);
    return true;
  };
  visit(fn.body, (node) => {
    if (node.type === "AssignmentExpression") visit(node.left, collect);
    return true;
  });
  return names;
}

/** Returns the identifiers that are property names as well, as in `{ pi }`. */
function shorthandsOf(root: AnyNode): Set<AnyNode> {
  const found = new Set<AnyNode>();
  visit(root, (node) => {
    if (node.type === "Property" && node.shorthand) {
      found.add(node.value.type === "AssignmentPattern" ? node.value.left : node.value);
    }
    return true;
  });
  return found;
}

function blocksOf(body: readonly AnyNode[]): Block[] {
  return body.map(toBlock).filter((block) => block !== undefined);
}

function toBlock(statement: AnyNode): Block | undefined {
  if (statement.type !== "ExpressionStatement") return undefined;
  const call = statement.expression;
  if (call.type !== "CallExpression" || call.callee.type !== "FunctionExpression") return undefined;
  const fn = call.callee;
  const [parameter] = fn.params;
  const [argument] = call.arguments;
  if (parameter?.type !== "Identifier" || argument?.type !== "LogicalExpression") return undefined;
  const { left, right } = argument;
  const isMade = right.type === "AssignmentExpression" && right.right.type === "ObjectExpression";
  const named = left.type === "MemberExpression" ? left.property : left;
  if (!isMade || named.type !== "Identifier") return undefined;
  return { fn, parameter: parameter.name, argument, name: named.name, end: statement.end };
}

/** Returns the name of a `var` that has no value and is alone, exported or not. */
function bareVariable(statement: AnyNode): string | undefined {
  const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (node?.type !== "VariableDeclaration" || node.kind !== "var") return undefined;
  const [{ id, init }, ...rest] = node.declarations as [typeof node.declarations[number]];
  return init == null && rest.length === 0 && id.type === "Identifier" ? id.name : undefined;
}

/**
 * Returns whether the type stripper has written a declaration for an enum.
 *
 * @param id The name.
 * @param init The value.
 */
export function isEnumOf(id: Pattern, init: Expression): init is CallExpression {
  if (id.type !== "Identifier" || init.type !== "CallExpression") return false;
  const { callee, arguments: [argument] } = init;
  if (callee.type !== "FunctionExpression" || argument === undefined) return false;
  const [parameter] = callee.params;
  if (parameter?.type !== "Identifier" || parameter.name !== id.name) return false;
  return argument.type === "ObjectExpression" && argument.properties.length === 0 ||
    argument.type === "LogicalExpression" && argument.left.type === "Identifier" &&
      argument.left.name === id.name;
}
