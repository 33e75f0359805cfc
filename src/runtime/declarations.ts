/**
 * What the model is told about the namespace: TypeScript declarations with JSDoc. Functions with their signatures,
 * variables with their types and never with their values.
 *
 * @module
 */

import { type Expression, parse, type Pattern } from "acorn";
import { type HostFunction, type Injections, isTuple, type Schema } from "./injection.ts";

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

type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema's JSON Schema, as the Standard JSON Schema specification gives it; zod does. */
function jsonSchemaOf(schema: Schema, direction: "input" | "output"): JsonSchema | undefined {
  const { jsonSchema } = schema["~standard"] as {
    jsonSchema?: Record<typeof direction, (options: { target: string }) => JsonSchema>;
  };
  try {
    return jsonSchema?.[direction]({ target: "draft-2020-12" });
  } catch {
    // Some types have no JSON Schema. They are checked all the same.
    return undefined;
  }
}

function schemaType(schema: Schema, direction: "input" | "output"): string {
  const json = jsonSchemaOf(schema, direction);
  return json === undefined ? "unknown" : jsonSchemaType(json);
}

function schemaParameters(schema: Schema, names: readonly string[]): string[] {
  const nameAt = (index: number) => (names[index] ?? `arg${index + 1}`).replace(/^\.{3}|\?$/g, "");
  const json = jsonSchemaOf(schema, "input");
  if (!isTuple(schema)) {
    return [`${nameAt(0)}: ${json === undefined ? "unknown" : jsonSchemaType(json)}`];
  }
  const items = Array.isArray(json?.prefixItems) ? json.prefixItems as JsonSchema[] : [];
  const required = typeof json?.minItems === "number" ? json.minItems : items.length;
  const parameters = items.map((item, index) =>
    `${nameAt(index)}${index < required ? "" : "?"}: ${jsonSchemaType(item)}`
  );
  if (isSchema(json?.items)) parameters.push(`...rest: ${arrayOf(jsonSchemaType(json.items))}`);
  return parameters;
}

function jsonSchemaType(schema: JsonSchema): string {
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((item) => JSON.stringify(item)).join(" | ");
  }
  for (const key of ["anyOf", "oneOf"]) {
    if (Array.isArray(schema[key])) return schema[key].map(jsonSchemaType).join(" | ");
  }
  if (Array.isArray(schema.allOf)) return schema.allOf.map(jsonSchemaType).join(" & ");
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => jsonSchemaType({ ...schema, type })).join(" | ");
  }
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
    case "number":
      return schema.type;
    case "integer":
      return "number";
    case "array":
      if (Array.isArray(schema.prefixItems)) {
        return `[${schema.prefixItems.map(jsonSchemaType).join(", ")}]`;
      }
      return arrayOf(isSchema(schema.items) ? jsonSchemaType(schema.items) : "unknown");
    case "object":
      return objectType(schema);
    default:
      return "unknown";
  }
}

function objectType(schema: JsonSchema): string {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
  const members = properties.map(([name, property]) => {
    const type = isSchema(property) ? jsonSchemaType(property) : "unknown";
    return `${member(name)}${required.includes(name) ? "" : "?"}: ${type}`;
  });
  if (members.length > 0) return `{ ${members.join("; ")} }`;
  return isSchema(schema.additionalProperties)
    ? `Record<string, ${jsonSchemaType(schema.additionalProperties)}>`
    : "Record<string, unknown>";
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Types are given to this depth; below it a value is `unknown`. */
const MAX_TYPE_DEPTH = 3;

/** Members of an object that are listed; an object with more of them is a dictionary. */
const MAX_MEMBERS = 24;

/** Elements that an array's type is made of: rows tend to be alike, but the first may miss a field. */
const SAMPLED_ELEMENTS = 20;

/**
 * The TypeScript type of a value, as far as looking at it tells.
 *
 * @param value Any value.
 * @param depth How deep it lies.
 */
export function typeOfValue(value: unknown, depth = 0): string {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === "function") return "(...args: unknown[]) => unknown";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return arrayOf(union(value.slice(0, SAMPLED_ELEMENTS), depth + 1));
  if (value instanceof Map) {
    const keys = union([...value.keys()].slice(0, SAMPLED_ELEMENTS), depth + 1);
    return `Map<${keys}, ${union([...value.values()].slice(0, SAMPLED_ELEMENTS), depth + 1)}>`;
  }
  if (value instanceof Set) {
    return `Set<${union([...value].slice(0, SAMPLED_ELEMENTS), depth + 1)}>`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const { constructor } = value;
    return typeof constructor === "function" && constructor.name !== ""
      ? constructor.name
      : "object";
  }
  return recordType(value as Record<string, unknown>, depth);
}

function recordType(value: Record<string, unknown>, depth: number): string {
  const names = Object.keys(value);
  if (depth >= MAX_TYPE_DEPTH) return "Record<string, unknown>";
  if (names.length > MAX_MEMBERS) {
    const sample = names.slice(0, SAMPLED_ELEMENTS).map((name) => value[name]);
    return `Record<string, ${union(sample, depth + 1)}>`;
  }
  const members = names.map((name) => `${member(name)}: ${typeOfValue(value[name], depth + 1)}`);
  return members.length === 0 ? "Record<string, unknown>" : `{ ${members.join("; ")} }`;
}

function union(values: readonly unknown[], depth: number): string {
  if (values.length === 0 || depth > MAX_TYPE_DEPTH) return "unknown";
  const types = new Set(values.map((value) => typeOfValue(value, depth)));
  return types.size > 4 ? "unknown" : [...types].join(" | ");
}

function arrayOf(type: string): string {
  return /^[\w.]+$/.test(type) ? `${type}[]` : `Array<${type}>`;
}

function member(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function comment(description: string | undefined): string {
  if (description === undefined || description.trim() === "") return "";
  const lines = description.trim().replaceAll("*/", "*\\/").split("\n");
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}
