/** TypeScript types of schemas, derived from their JSON Schema. */

import { isTuple, type Schema } from "../inject/schema.ts";
import { complete, type Parameter, toText } from "./_signature.ts";
import { arrayOf, literal, member } from "./_value_type.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

interface JsonSchemaOptions {
  readonly target: string;
  readonly libraryOptions: Readonly<Record<string, unknown>>;
}

/** The key that holds the type of a part of a schema that has no JSON Schema. */
const TYPE_KEY = "x-typescript";

/** zod's kinds of schemas that have no JSON Schema, and their types. */
const TYPES: Readonly<Record<string, string>> = {
  date: "Date",
  bigint: "bigint",
  undefined: "undefined",
  void: "void",
  symbol: "symbol",
  nan: "number",
  map: "Map<unknown, unknown>",
  set: "Set<unknown>",
  promise: "Promise<unknown>",
};

/** The information that zod passes about a part of a schema while it writes the JSON Schema. */
interface SchemaPart {
  readonly zodSchema: { readonly _zod?: { readonly def?: { readonly type?: string } } };
  readonly jsonSchema: Record<string, unknown>;
}

function putTypeDown({ zodSchema, jsonSchema }: SchemaPart): void {
  const kind = zodSchema._zod?.def?.type ?? "";
  if (Object.hasOwn(TYPES, kind)) jsonSchema[TYPE_KEY] = TYPES[kind];
}

/** Returns the JSON Schema of a schema that implements the Standard JSON Schema specification, as zod does. */
function jsonSchemaOf(schema: Schema, direction: "input" | "output"): JsonSchema | undefined {
  const { jsonSchema } = schema["~standard"] as {
    jsonSchema?: Record<typeof direction, (options: JsonSchemaOptions) => JsonSchema>;
  };
  try {
    // Parts without a JSON Schema are left open. They are checked all the same.
    return jsonSchema?.[direction]({
      target: "draft-2020-12",
      libraryOptions: { unrepresentable: "any", override: putTypeDown },
    });
  } catch {
    return undefined;
  }
}

/** Returns the TypeScript type of a schema. */
export function schemaType(schema: Schema, direction: "input" | "output"): string {
  const json = jsonSchemaOf(schema, direction);
  return json === undefined ? "unknown" : new SchemaTypes(json).type(json);
}

/** Returns the parameters that a schema for arguments describes; a tuple is the whole list. */
export function schemaParameters(schema: Schema, names: readonly string[]): string[] {
  const nameAt = (index: number) => names[index] ?? `arg${index + 1}`;
  const json = jsonSchemaOf(schema, "input");
  if (!isTuple(schema)) {
    return [`${nameAt(0)}: ${json === undefined ? "unknown" : new SchemaTypes(json).type(json)}`];
  }
  if (json === undefined) return ["...args: unknown[]"];
  const { items, required, rest } = new SchemaTypes(json).tuple(json);
  const parameters = items.map((type, index): Parameter => ({
    name: nameAt(index),
    type,
    ...(index >= required && { mark: "?" }),
  }));
  if (rest !== undefined) {
    parameters.push({ name: names[items.length] ?? "rest", type: arrayOf(rest), mark: "..." });
  }
  return complete(parameters).map(toText);
}

/** The types in one schema. */
class SchemaTypes {
  readonly #root: JsonSchema;
  /** References that are being resolved: a type without a name cannot contain itself. */
  readonly #open = new Set<string>();

  constructor(root: JsonSchema) {
    this.#root = root;
    this.#open.add("#");
  }

  type(schema: unknown): string {
    if (!isSchema(schema)) return schema === false ? "never" : "unknown";
    if (typeof schema[TYPE_KEY] === "string") return schema[TYPE_KEY];
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref);
    if ("const" in schema) return literal(schema.const);
    if (Array.isArray(schema.enum)) {
      return schema.enum.map((item) => literal(item)).join(" | ") || "never";
    }
    for (const key of ["anyOf", "oneOf"]) {
      if (Array.isArray(schema[key])) {
        return [...new Set(schema[key].map((part) => this.type(part)))].join(" | ");
      }
    }
    if (Array.isArray(schema.allOf)) {
      return schema.allOf.map((part) => `(${this.type(part)})`).join(" & ");
    }
    if (isSchema(schema.not) && Object.keys(schema.not).length === 0) return "never";
    if (Array.isArray(schema.type)) {
      return schema.type.map((type) => this.type({ ...schema, type })).join(" | ");
    }
    return this.#plain(schema);
  }

  #plain(schema: JsonSchema): string {
    switch (schema.type) {
      case "string":
      case "boolean":
      case "null":
      case "number":
        return schema.type;
      case "integer":
        return "number";
      case "array":
        if (Array.isArray(schema.prefixItems)) return this.#tuple(schema);
        return arrayOf(this.type(schema.items));
      case "object":
        return this.#object(schema);
      default:
        return "unknown";
    }
  }

  #reference(path: string): string {
    if (this.#open.has(path)) return "unknown";
    let target: unknown = this.#root;
    for (const key of path.split("/").slice(1)) {
      target = isSchema(target) && Object.hasOwn(target, key) ? target[key] : undefined;
    }
    this.#open.add(path);
    const type = this.type(target);
    this.#open.delete(path);
    return type;
  }

  /** Returns the types of a tuple's items, the number of required ones, and the type of all further items. */
  tuple(schema: JsonSchema) {
    return {
      items: (schema.prefixItems as unknown[] | undefined ?? []).map((item) => this.type(item)),
      required: typeof schema.minItems === "number" ? schema.minItems : 0,
      rest: isSchema(schema.items) ? this.type(schema.items) : undefined,
    };
  }

  #tuple(schema: JsonSchema): string {
    const { items, required, rest } = this.tuple(schema);
    const types = items.map((type, index) =>
      index < required ? type : /^\w+$/.test(type) ? `${type}?` : `(${type})?`
    );
    if (rest !== undefined) types.push(`...${arrayOf(rest)}`);
    return `[${types.join(", ")}]`;
  }

  #object(schema: JsonSchema): string {
    const required = Array.isArray(schema.required) ? schema.required : [];
    const properties = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
    const members = properties.map(([name, property]) =>
      `${member(name)}${required.includes(name) ? "" : "?"}: ${this.type(property)}`
    );
    if (members.length > 0) return `{ ${members.join("; ")} }`;
    const { additionalProperties, propertyNames } = schema;
    const keys = isSchema(propertyNames) && Array.isArray(propertyNames.enum)
      ? this.type(propertyNames)
      : "string";
    const all = keys === "string" || required.length > 0;
    const record = `Record<${keys}, ${
      isSchema(additionalProperties) ? this.type(additionalProperties) : "unknown"
    }>`;
    return all ? record : `Partial<${record}>`;
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
