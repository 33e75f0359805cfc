/** The bindings of a cell's identifiers, and the origins of their values. */

import type {
  AnyNode,
  ArrowFunctionExpression,
  CallExpression,
  Class,
  Function,
  FunctionExpression,
  Identifier,
  Node,
  Pattern,
  Program,
} from "acorn";
import { readPattern } from "../../syntax/pattern.ts";
import { keyOf, type MemberOrigin, type Origin } from "./_origins.ts";
import { type Binding, type Reference, resolve, Scope } from "./_scope.ts";

interface Place {
  readonly scope: Scope;
  /** Whether the scope is inside a function. */
  readonly nested: boolean;
}

/** All bindings of one cell. */
export class Bindings {
  /** Globals that the cell tests before use, or creates. */
  readonly tested: Set<string> = new Set();
  readonly #bindings = new Map<Node, Binding | undefined>();
  readonly #properties = new Map<Node, MemberOrigin>();
  readonly #references: Reference[] = [];
  readonly #assignments: [target: Identifier, origin: Origin][] = [];
  readonly #arguments = new Map<Node, CallExpression["arguments"]>();
  #place: Place;

  /** @param program The tree of the cell. */
  constructor(program: Program) {
    this.#place = { scope: new Scope(), nested: false };
    this.#below(program);
    for (const reference of this.#references) {
      this.#bindings.set(reference.node, resolve(reference));
    }
    for (const [target, origin] of this.#assignments) {
      this.#bindings.get(target)?.origins.push(origin);
    }
  }

  /** Returns the binding of an identifier, or `undefined` for a global. */
  of(node: Node): Binding | undefined {
    return this.#bindings.get(node);
  }

  /** Returns whether a node is an identifier that refers to a binding or global, and not just a name. */
  isReference(node: Node): boolean {
    return this.#bindings.has(node);
  }

  /** Returns the origin of a property's value in a pattern. */
  propertyOf(node: Node): MemberOrigin | undefined {
    return this.#properties.get(node);
  }

  #visit(node: AnyNode): void {
    switch (node.type) {
      case "Identifier":
        return this.#refer(node);
      case "Literal":
      case "TemplateElement":
      case "BreakStatement":
      case "ContinueStatement":
      case "MetaProperty":
      case "ExportAllDeclaration":
        return;
      case "LabeledStatement":
        return this.#visit(node.body);
      case "ImportDeclaration":
        for (const { local } of node.specifiers) this.#declare(local, undefined);
        return;
      case "ExportNamedDeclaration":
        if (node.declaration != null) this.#visit(node.declaration);
        return;
      case "MemberExpression":
        this.#visit(node.object);
        if (node.computed) this.#visit(node.property);
        return;
      case "Property":
      case "MethodDefinition":
      case "PropertyDefinition":
        if (node.computed) this.#visit(node.key);
        if (node.value != null) this.#visit(node.value);
        return;
      case "BinaryExpression":
      case "LogicalExpression":
        // Chains of operators and calls are as deep as they are long; without `#below`, each would take half of the
        // stack.
        this.#visit(node.left);
        return this.#visit(node.right);
      case "UnaryExpression":
        if (node.operator === "typeof" && node.argument.type === "Identifier") {
          this.tested.add(node.argument.name);
        }
        return this.#visit(node.argument);
      case "CallExpression":
        if (isFunction(node.callee)) this.#arguments.set(node.callee, node.arguments);
        this.#visit(node.callee);
        for (const argument of node.arguments) this.#visit(argument);
        return;
      case "AssignmentExpression":
        if (node.operator === "=") this.#create(node.left);
        this.#assign(node.left, node.right);
        return this.#visit(node.right);
      case "VariableDeclaration":
        for (const { id, init, end } of node.declarations) {
          const hoisted = node.kind === "var";
          const scope = hoisted ? this.#place.scope.variables : this.#place.scope;
          this.#declare(id, init ?? undefined, { scope, since: hoisted ? 0 : end });
          if (init != null) this.#visit(init);
        }
        return;
      case "FunctionDeclaration":
      case "ClassDeclaration":
        if (node.id != null) this.#declare(node.id, node as AnyNode);
        return node.type === "ClassDeclaration" ? this.#class(node) : this.#function(node);
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#function(node);
      case "ClassExpression":
        return this.#class(node);
      case "CatchClause":
        return this.#within(() => {
          if (node.param != null) this.#declare(node.param, undefined);
          this.#visit(node.body);
        });
      case "StaticBlock":
        return this.#within(() => this.#below(node), { nested: true });
      case "ForInStatement":
      case "ForOfStatement":
        if (node.left.type !== "VariableDeclaration") this.#create(node.left);
        return this.#within(() => this.#below(node));
      case "BlockStatement":
      case "ForStatement":
      case "SwitchStatement":
        return this.#within(() => this.#below(node));
      default:
        this.#below(node);
    }
  }

  #below(node: AnyNode): void {
    for (const key in node) {
      const value: unknown = node[key as keyof AnyNode];
      if (typeof value !== "object" || value === null) continue;
      if (Array.isArray(value)) {
        // A list may have holes.
        for (const item of value) if (item !== null) this.#visit(item);
      } else if ("type" in value) this.#visit(value as AnyNode);
    }
  }

  /** Runs an action in a new scope. */
  #within(action: () => void, { nested = false } = {}): void {
    const before = this.#place;
    const scope = new Scope(before.scope, nested ? undefined : before.scope.variables);
    this.#place = { scope, nested: nested || before.nested };
    action();
    this.#place = before;
  }

  #function(node: Function): void {
    const given = this.#arguments.get(node);
    this.#within(() => {
      if (node.type === "FunctionExpression" && node.id != null) {
        this.#declare(node.id, node as AnyNode);
      }
      node.params.forEach((parameter, i) => {
        const argument = given?.[i];
        this.#declare(parameter, argument?.type === "SpreadElement" ? undefined : argument);
      });
      if (node.body.type === "BlockStatement") this.#below(node.body);
      else this.#visit(node.body);
    }, { nested: true });
  }

  #class(node: Class): void {
    this.#within(() => {
      if (node.type === "ClassExpression" && node.id != null) {
        this.#declare(node.id, node as AnyNode);
      }
      if (node.superClass != null) this.#visit(node.superClass);
      this.#below(node.body);
    });
  }

  #refer(node: Identifier): void {
    const { scope, nested } = this.#place;
    this.#references.push({ node, scope, nested });
  }

  #declare(
    pattern: Pattern,
    origin: Origin,
    { scope = this.#place.scope, since = 0 }: { scope?: Scope; since?: number } = {},
  ): void {
    this.#pattern(pattern, origin, (target, from) => {
      let binding = scope.names.get(target.name);
      if (binding === undefined) {
        binding = { origins: [], since: scope.outer === undefined ? since : 0 };
        scope.names.set(target.name, binding);
      }
      if (from !== undefined) binding.origins.push(from);
    });
  }

  /** Notes names that an assignment declares: one outside of functions declares what nothing else does. */
  #create(pattern: Pattern): void {
    if (this.#place.nested) return;
    readPattern(pattern, { target: ({ name }) => this.tested.add(name) });
  }

  #assign(pattern: Pattern, origin: Origin): void {
    this.#pattern(pattern, origin, (target, from) => {
      this.#refer(target);
      this.#assignments.push([target, from]);
    });
    // A property that the cell adds to the global object exists.
    if (pattern.type === "MemberExpression" && !pattern.computed) {
      const { object, property } = pattern;
      const isGlobal = object.type === "Identifier" && object.name === "globalThis";
      if (isGlobal && property.type === "Identifier") this.tested.add(property.name);
    }
  }

  /** Reads a pattern, and calls `bind` with each name and the origin of its value. */
  #pattern(pattern: Pattern, origin: Origin, bind: (name: Identifier, from: Origin) => void): void {
    switch (pattern.type) {
      case "Identifier":
        return bind(pattern, origin);
      case "ObjectPattern":
        for (const entry of pattern.properties) {
          if (entry.type === "RestElement") this.#pattern(entry.argument, origin, bind);
          else {
            if (entry.computed) this.#visit(entry.key);
            const member: MemberOrigin = { type: "member", object: origin, key: keyOf(entry) };
            this.#properties.set(entry, member);
            this.#pattern(entry.value as Pattern, member, bind);
          }
        }
        return;
      case "ArrayPattern":
        pattern.elements.forEach((element, i) => {
          if (element === null) return;
          this.#pattern(element, { type: "member", object: origin, key: `${i}` }, bind);
        });
        return;
      case "RestElement":
        return this.#pattern(pattern.argument, undefined, bind);
      case "AssignmentPattern":
        this.#pattern(pattern.left, { type: "either", origins: [origin, pattern.right] }, bind);
        return this.#visit(pattern.right);
      default:
        this.#visit(pattern);
    }
  }
}

function isFunction(node: AnyNode): node is FunctionExpression | ArrowFunctionExpression {
  return node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression";
}
