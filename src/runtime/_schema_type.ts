/** TypeScript types of schemas, by way of JSON Schema. */

import { isTuple, type Schema } from "./host_function.ts";
import { arrayOf, member } from "./_value_type.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

interface JsonSchemaOptions {
  readonly target: string;
  readonly libraryOptions: Readonly<Record<string, unknown>>;
}

/** The schema's JSON Schema, as the Standard JSON Schema specification gives it; zod does. */
function jsonSchemaOf(schema: Schema, direction: "input" | "output"): JsonSchema | undefined {
  const { jsonSchema } = schema["~standard"] as {
    jsonSchema?: Record<typeof direction, (options: JsonSchemaOptions) => JsonSchema>;
  };
  try {
    // What has no JSON Schema, such as a date, is left open by itself. It is checked all the same.
    return jsonSchema?.[direction]({
      target: "draft-2020-12",
      libraryOptions: { unrepresentable: "any" },
    });
  } catch {
    return undefined;
  }
}

/** The type that a schema stands for. */
export function schemaType(schema: Schema, direction: "input" | "output"): string {
  const json = jsonSchemaOf(schema, direction);
  return json === undefined ? "unknown" : jsonSchemaType(json);
}

/** The parameters that a schema for arguments stands for; a tuple is the whole list. */
export function schemaParameters(schema: Schema, names: readonly string[]): string[] {
  const nameAt = (index: number) => names[index] ?? `arg${index + 1}`;
  const json = jsonSchemaOf(schema, "input");
  if (!isTuple(schema)) {
    return [`${nameAt(0)}: ${json === undefined ? "unknown" : jsonSchemaType(json)}`];
  }
  if (json === undefined) return ["...args: unknown[]"];
  const { items, required, rest } = tupleItems(json);
  const parameters = items.map((type, index) =>
    `${nameAt(index)}${index < required ? "" : "?"}: ${type}`
  );
  if (rest !== undefined) parameters.push(`...${names[items.length] ?? "rest"}: ${arrayOf(rest)}`);
  return parameters;
}

/** The types of a tuple: of its items, of which the first ones are required, and of all that follow. */
function tupleItems(schema: JsonSchema) {
  return {
    items: (schema.prefixItems as JsonSchema[] | undefined ?? []).map(jsonSchemaType),
    required: typeof schema.minItems === "number" ? schema.minItems : 0,
    rest: isSchema(schema.items) ? jsonSchemaType(schema.items) : undefined,
  };
}

function tupleType(schema: JsonSchema): string {
  const { items, required, rest } = tupleItems(schema);
  const types = items.map((type, index) =>
    index < required ? type : /^\w+$/.test(type) ? `${type}?` : `(${type})?`
  );
  if (rest !== undefined) types.push(`...${arrayOf(rest)}`);
  return `[${types.join(", ")}]`;
}

function jsonSchemaType(schema: JsonSchema): string {
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((item) => JSON.stringify(item)).join(" | ");
  }
  for (const key of ["anyOf", "oneOf"]) {
    if (Array.isArray(schema[key])) return schema[key].map(jsonSchemaType).join(" | ");
  }
  if (Array.isArray(schema.allOf)) {
    return schema.allOf.map((part) => `(${jsonSchemaType(part)})`).join(" & ");
  }
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
        return tupleType(schema);
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
