/** Parameters of functions, read from their source: no more is known of them at run time. */

import { type Expression, type ObjectPattern, parse, type Pattern } from "acorn";
import { isIdentifier } from "../inject/identifier.ts";
import { member } from "./_value_type.ts";

/** A parameter of a function. */
export interface Parameter {
  /** The name, without marks. */
  readonly name: string;
  readonly type: string;
  /** The mark of a parameter that may be left out. */
  readonly mark?: "..." | "?";
}

/** Returns the names and defaults of a function's parameters. */
export function parametersOf(call: (...args: never[]) => unknown): Parameter[] {
  const source = Function.prototype.toString.call(call);
  for (const candidate of [`(${source})`, `({${source}})`]) {
    try {
      const statement = parse(candidate, { ecmaVersion: "latest" }).body[0];
      if (statement?.type !== "ExpressionStatement") continue;
      const params = paramsOf(statement.expression);
      if (params !== undefined) return parametersFrom(params);
    } catch {
      // A method can be parsed only inside an object, and native code not at all.
    }
  }
  return [{ name: "args", type: "unknown[]", mark: "..." }];
}

/** Returns the names and defaults of parsed parameters. */
export function parametersFrom(params: Pattern[]): Parameter[] {
  return complete(params.map(toParameter));
}

function paramsOf(expression: Expression): Pattern[] | undefined {
  if (expression.type === "ObjectExpression") {
    const property = expression.properties[0];
    return property?.type === "Property" ? paramsOf(property.value) : undefined;
  }
  return expression.type === "FunctionExpression" || expression.type === "ArrowFunctionExpression"
    ? expression.params
    : undefined;
}

function toParameter(pattern: Pattern, index: number): Parameter {
  switch (pattern.type) {
    case "Identifier":
      return { name: pattern.name, type: "unknown" };
    case "RestElement":
      return { name: toParameter(pattern.argument, index).name, type: "unknown[]", mark: "..." };
    case "AssignmentPattern": {
      const { name, type } = toParameter(pattern.left, index);
      return { name, type: type === "unknown" ? typeOfDefault(pattern.right) : type, mark: "?" };
    }
    case "ObjectPattern":
      return { name: "options", type: typeOfPattern(pattern) };
    default:
      return {
        name: `arg${index + 1}`,
        type: pattern.type === "ArrayPattern" ? "unknown[]" : "unknown",
      };
  }
}

function typeOfPattern({ properties }: ObjectPattern): string {
  const members = properties.flatMap((property) => {
    if (property.type !== "Property" || property.computed) return [];
    const { key, value } = property;
    const name = key.type === "Identifier" ? key.name : key.type === "Literal" ? key.value : null;
    if (typeof name !== "string") return [];
    return `${member(name)}${value.type === "AssignmentPattern" ? "?" : ""}: unknown`;
  });
  return members.length === 0 ? "Record<string, unknown>" : `{ ${members.join("; ")} }`;
}

/** Returns the type of a default value. */
export function typeOfDefault(expression: Expression): string {
  if (expression.type === "TemplateLiteral") return "string";
  if (expression.type === "UnaryExpression" && expression.operator === "-") {
    return typeOfDefault(expression.argument);
  }
  if (expression.type !== "Literal") return "unknown";
  // `null` does not reveal which other values are allowed, and a pattern is an object like any other.
  return typeof expression.value === "object" ? "unknown" : typeof expression.value;
}

/** Makes parameters valid beside one another. */
export function complete(parameters: readonly Parameter[]): Parameter[] {
  return required(distinct(parameters));
}

/** Names destructured parameters, which have no name of their own, without clashes. */
function distinct(parameters: readonly Parameter[]): Parameter[] {
  const taken = new Set<string>();
  return parameters.map((parameter, index) => {
    // Scripts may use words that are reserved in modules.
    let name = isIdentifier(parameter.name) ? parameter.name : `arg${index + 1}`;
    while (taken.has(name)) name = `${name}${index + 1}`;
    taken.add(name);
    return { ...parameter, name };
  });
}

/** Makes a parameter before a required one required too: `undefined` selects its default. */
function required(parameters: Parameter[]): Parameter[] {
  const last = parameters.findLastIndex(({ mark }) => mark === undefined);
  return parameters.map(({ name, type, mark }, index) =>
    mark === "?" && index < last
      ? { name, type: type === "unknown" ? type : `${type} | undefined` }
      : { name, type, ...(mark && { mark }) }
  );
}

/** Returns the text of a parameter in a declaration. */
export function toText({ name, type, mark }: Parameter): string {
  return mark === "..." ? `...${name}: ${type}` : `${name}${mark ?? ""}: ${type}`;
}
