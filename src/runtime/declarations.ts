/**
 * What the model is told about the namespace: TypeScript declarations with JSDoc. Functions with their signatures,
 * variables with their types and never with their values.
 *
 * @module
 */

import { type Expression, parse, type Pattern } from "acorn";
import type { HostFunction } from "./host_function.ts";
import type { Injections } from "./injection.ts";
import { schemaParameters, schemaType } from "./_schema_type.ts";
import { typeOfValue } from "./_value_type.ts";

/**
 * Declares what is injected.
 *
 * @param injections Variables and functions.
 * @returns One declaration for each name, ready for the prompt.
 */
export function declareInjections(
  injections: Injections,
): { functions: string[]; variables: string[] } {
  const functions: string[] = [];
  for (const [name, definition] of injections.functions) {
    functions.push(
      comment(definition.description) +
        `declare function ${name}${signatureOf(definition)};`,
    );
  }
  const variables: string[] = [];
  for (const [name, { value, description }] of injections.variables) {
    variables.push(`${comment(description)}declare let ${name}: ${typeOfValue(value)};`);
  }
  return { functions, variables };
}

/** Parameters and result of a function as cells see it: whatever it is on the host, a call gives a promise. */
function signatureOf(definition: HostFunction): string {
  const names = parametersOf(definition.call);
  const { input, output } = definition;
  const parameters = input === undefined
    ? names.map(({ name, type }) => `${name}: ${type}`)
    : schemaParameters(input, names.map(({ name }) => name));
  const result = output === undefined ? "unknown" : schemaType(output, "output");
  return `(${parameters.join(", ")}): Promise<${result}>`;
}

interface Parameter {
  /** The name, with `?` or `...` where they belong. */
  readonly name: string;
  readonly type: string;
}

/** Names and defaults from the function's source, which is all that is left of it at run time. */
function parametersOf(call: (...args: never[]) => unknown): Parameter[] {
  const source = Function.prototype.toString.call(call);
  for (const candidate of [`(${source})`, `({${source}})`, `(function ${source})`]) {
    try {
      const statement = parse(candidate, { ecmaVersion: "latest" }).body[0];
      if (statement?.type !== "ExpressionStatement") continue;
      const params = paramsOf(statement.expression);
      if (params !== undefined) return params.map(toParameter);
    } catch {
      // A method is a function only inside an object, and native code is none at all.
    }
  }
  return [{ name: "...args", type: "unknown[]" }];
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
      return { name: `...${bareName(pattern.argument, index)}`, type: "unknown[]" };
    case "AssignmentPattern":
      return {
        name: `${bareName(pattern.left, index)}?`,
        type: pattern.right.type === "Literal" ? typeof pattern.right.value : "unknown",
      };
    case "ObjectPattern": {
      const keys = pattern.properties.flatMap((property) =>
        property.type === "Property" && property.key.type === "Identifier" ? [property] : []
      );
      const members = keys.map(({ key, value }) => {
        const optional = value.type === "AssignmentPattern" ? "?" : "";
        return `${key.type === "Identifier" ? key.name : ""}${optional}: unknown`;
      });
      return { name: bareName(pattern, index), type: `{ ${members.join("; ")} }` };
    }
    default:
      return { name: bareName(pattern, index), type: "unknown" };
  }
}

function bareName(pattern: Pattern, index: number): string {
  if (pattern.type === "Identifier") return pattern.name;
  return pattern.type === "ObjectPattern" ? "options" : `arg${index + 1}`;
}

function comment(description: string | undefined): string {
  if (description === undefined || description.trim() === "") return "";
  const lines = description.trim().replaceAll("*/", "*\\/").split("\n");
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}
