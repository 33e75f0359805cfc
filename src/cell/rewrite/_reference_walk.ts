/** A walk over a cell that finds its references and the scopes of its names. */

import type {
  AnyNode,
  CatchClause,
  Class,
  Function,
  MethodDefinition,
  Node,
  Pattern,
  Program,
  Property,
  SwitchStatement,
  VariableDeclaration,
} from "acorn";
import { readPattern } from "../../syntax/pattern.ts";
import { AssignedNames } from "./_assigned_names.ts";
import { isLexical, isPrivate, isUsing } from "./_node_kinds.ts";
import { References, type Scope, type Unit } from "./_references.ts";

/** The current position of the walk. */
interface Place {
  /** The scope at this position; absent where all names are names of the session. */
  readonly scope: Scope | undefined;
  /** The scope in which a `var` is declared. */
  readonly variables: Scope | undefined;
  readonly unit: Unit | undefined;
}

/** Walks a cell, and collects its references. */
export class ReferenceWalk {
  /** The references. */
  readonly references = new References();
  /** The identifiers whose values are assigned. */
  readonly targets: ReadonlySet<Node>;
  /** The names to which the cell assigns. */
  readonly assignments = new AssignedNames();
  /** The names that are tested with `typeof`. */
  readonly tested: Set<string> = new Set();
  readonly #targets = new Set<Node>();
  /** The classes whose instances have private members. */
  readonly hiding = new Map<Class, "#" | "#static">();
  /** The scope of the top level, if any of its declarations stay bindings. */
  readonly #top: Scope | undefined;
  #place: Place = { scope: undefined, variables: undefined, unit: undefined };

  /** @param program The tree of a cell. */
  constructor({ body }: Pick<Program, "body">) {
    this.targets = this.#targets;
    // A `using` declaration is disposed of at the end of its cell, so its names do not become names of the session.
    if (body.some((node) => node.type === "VariableDeclaration" && isUsing(node))) {
      this.#top = this.#enter();
    }
    for (const node of body) this.#visit(node);
  }

  #visit(node: AnyNode): void {
    switch (node.type) {
      case "Identifier":
        this.assignments.refer(node.name);
        return this.references.add(node.name, { ...this.#place, node });
      case "PrivateIdentifier":
        return this.references.add(`#${node.name}`, this.#place);
      case "ThisExpression":
        return this.references.add("this", this.#place);
      case "Super":
        return this.references.add("super", this.#place);
      case "MetaProperty":
        return this.references.add(`${node.meta.name}.${node.property.name}`, this.#place);
      case "Literal":
      case "TemplateElement":
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "ImportDeclaration":
      case "ExportAllDeclaration":
        this.assignments.any = true;
        return;
      case "ImportExpression":
        this.assignments.any = true;
        return this.#below(node);
      case "LabeledStatement":
        return this.#visit(node.body);
      case "ExportNamedDeclaration":
        if (node.declaration != null) this.#visit(node.declaration);
        return;
      case "MemberExpression":
        this.#visit(node.object);
        if (node.computed || node.property.type === "PrivateIdentifier") this.#visit(node.property);
        return;
      case "CallExpression":
        // Chains of calls and operators are as deep as they are long; without `#below`, each would take half of the
        // stack.
        this.#visit(node.callee);
        for (const argument of node.arguments) this.#visit(argument);
        return;
      case "BinaryExpression":
      case "LogicalExpression":
        this.#visit(node.left);
        return this.#visit(node.right);
      case "UnaryExpression":
        if (node.operator === "typeof" && node.argument.type === "Identifier") {
          this.tested.add(node.argument.name);
        }
        return this.#visit(node.argument);
      case "AssignmentExpression":
        if (node.operator === "=") this.#assign(node.left);
        else this.#note(node.left);
        this.#visit(node.left);
        return this.#visit(node.right);
      case "UpdateExpression":
        this.#note(node.argument as Pattern);
        return this.#visit(node.argument);
      case "Property":
        if (node.method || node.kind !== "init") return this.#method(node);
        if (node.computed) this.#visit(node.key);
        return this.#visit(node.value);
      case "VariableDeclaration":
        return this.#variables(node);
      case "FunctionDeclaration":
        if (node.id != null && !this.#isTop) this.#declare(node.id, this.#place.scope);
        return this.#function(node);
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#function(node);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#class(node);
      case "BlockStatement":
        return this.#block(node, node.body.some(isLexical));
      case "ForStatement":
        return this.#block(node, node.init != null && isLexical(node.init));
      case "ForInStatement":
      case "ForOfStatement":
        if (node.left.type !== "VariableDeclaration") this.#assign(node.left);
        return this.#block(node, isLexical(node.left));
      case "SwitchStatement":
        return this.#switch(node);
      case "CatchClause":
        return this.#catch(node);
      default:
        return this.#below(node);
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

  get #isTop(): boolean {
    return this.#place.scope === this.#top;
  }

  /**
   * Enters a new scope. A `var` belongs to the scope of the function, `this` to that of a function other than an arrow
   * function.
   */
  #enter(kind: "block" | "body" | "function" = "block"): Scope {
    const { scope: outer, variables, unit } = this.#place;
    const scope = { outer, unit, names: new Set<string>(), receiver: kind === "function" };
    this.#place = { scope, variables: kind === "block" ? variables : scope, unit };
    return scope;
  }

  #declare(pattern: Pattern, scope: Scope | undefined): void {
    readPattern(pattern, {
      target: ({ name }) => scope?.names.add(name),
      expression: (node) => this.#visit(node),
    });
  }

  #assign(pattern: Pattern): void {
    readPattern(pattern, { target: (node) => this.#targets.add(node) });
    this.#note(pattern);
  }

  /** Notes the names to which a pattern assigns. Some may be local: that is no harm. */
  #note(pattern: Pattern): void {
    const place = { isLater: this.#place.unit !== undefined };
    readPattern(pattern, { target: ({ name }) => this.assignments.add(name, place) });
  }

  #variables(node: VariableDeclaration): void {
    const { scope, variables } = this.#place;
    const isName = this.#isTop && !isUsing(node);
    const target = node.kind === "var" ? variables : isName ? undefined : scope;
    for (const { id, init } of node.declarations) {
      this.#declare(id, target);
      if (init != null) this.#visit(init);
    }
  }

  #unit(node: Function | Class): Unit {
    return { node, outer: this.#place.unit, scope: this.#place.scope };
  }

  /** Walks a function. Its text is a unit of its own, or part of another one. */
  #function(node: Function, unit: Unit = this.#unit(node)): void {
    const before = this.#place;
    this.#place = { ...before, unit };
    const scope = this.#enter(node.type === "ArrowFunctionExpression" ? "body" : "function");
    if (node.type === "FunctionExpression" && node.id != null) this.#declare(node.id, scope);
    for (const parameter of node.params) this.#declare(parameter, scope);
    if (node.body.type !== "BlockStatement") this.#visit(node.body);
    else {
      // Defaults of parameters cannot see declarations of the body.
      if (node.params.some(({ type }) => type !== "Identifier")) this.#enter("body");
      this.#below(node.body);
    }
    this.#place = before;
  }

  #method(node: MethodDefinition | Property): void {
    const before = this.#place;
    const method = node.value as Function;
    const unit = this.#unit(method);
    if (node.computed || node.key.type === "PrivateIdentifier") {
      // The text of a method begins with its key, which is evaluated outside of the method.
      this.#place = { ...before, unit };
      this.#visit(node.key);
      this.#place = before;
    }
    this.#function(method, unit);
  }

  #class(node: Class): void {
    const before = this.#place;
    const isName = node.type === "ClassDeclaration" && this.#isTop;
    if (node.type === "ClassDeclaration" && !isName && node.id != null) {
      this.#declare(node.id, before.scope);
    }
    this.#place = { ...before, unit: this.#unit(node) };
    // A class has its own binding inside, unless the top level made it a name of the session.
    if (node.id != null && !isName) this.#declare(node.id, this.#enter());
    if (node.superClass != null) this.#visit(node.superClass);
    const hidden = node.body.body.filter(isPrivate);
    if (hidden.length > 0) {
      const { names } = this.#enter();
      for (const { key } of hidden) names.add(`#${key.name}`);
      if (hidden.some((member) => !member.static)) this.hiding.set(node, "#");
      if (hidden.some((member) => member.static && member.type !== "MethodDefinition")) {
        this.hiding.set(node, "#static");
      }
    }
    for (const member of node.body.body) this.#member(member);
    this.#place = before;
  }

  #member(member: Class["body"]["body"][number]): void {
    if (member.type === "MethodDefinition") {
      // The text of a constructor is that of its class.
      if (member.kind === "constructor") this.#function(member.value, this.#place.unit);
      else this.#method(member);
      return;
    }
    const before = this.#place;
    if (member.type === "StaticBlock") {
      this.#enter("function");
      this.#below(member);
    } else {
      if (member.computed) this.#visit(member.key);
      this.#enter("function");
      if (member.value != null) this.#visit(member.value);
    }
    this.#place = before;
  }

  #block(node: AnyNode, hasNames: boolean): void {
    const before = this.#place;
    if (hasNames) this.#enter();
    this.#below(node);
    this.#place = before;
  }

  #switch(node: SwitchStatement): void {
    this.#visit(node.discriminant);
    const before = this.#place;
    if (node.cases.some(({ consequent }) => consequent.some(isLexical))) this.#enter();
    for (const one of node.cases) this.#below(one);
    this.#place = before;
  }

  #catch(node: CatchClause): void {
    const before = this.#place;
    if (node.param != null) this.#declare(node.param, this.#enter());
    this.#visit(node.body);
    this.#place = before;
  }
}
