/** TypeScript types of schemas, by way of JSON Schema. */

import { isTuple, type Schema } from "./host_function.ts";
import { arrayOf, member } from "./_value_type.ts";

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

/** The type that a schema stands for. */
export function schemaType(schema: Schema, direction: "input" | "output"): string {
  const json = jsonSchemaOf(schema, direction);
  return json === undefined ? "unknown" : jsonSchemaType(json);
}

/** The parameters that a schema for arguments stands for; a tuple is the whole list. */
export function schemaParameters(schema: Schema, names: readonly string[]): string[] {
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
