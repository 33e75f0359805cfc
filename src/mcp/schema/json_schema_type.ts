/**
 * TypeScript types of JSON Schemas that a server wrote: objects, tuples, unions, references, and descriptions as comments.
 *
 * @module
 */

import { escapeTags } from "../../text/escape_tags.ts";
import { remarkOf } from "./_remark.ts";
import { findSchema } from "./_schema_pointer.ts";
import {
  arrayType,
  indented,
  intersection,
  isSchema,
  type JsonSchema,
  literalType,
  memberName,
  union,
} from "./_type_text.ts";

/** The type of a schema. */
export interface SchemaType {
  /** The type, for the place of a parameter or a result. */
  readonly type: string;
  /** Declarations of the types that it names, one each. */
  readonly declarations: readonly string[];
}

/** Options of {@linkcode typeOfJsonSchema}. */
export interface SchemaTypeOptions {
  /** The beginning of the names of declared types. @default "Mcp" */
  readonly prefix?: string | undefined;
  /** Characters of the type with its declarations. A longer one loses its comments, and then its parts. @default 20000 */
  readonly maxChars?: number | undefined;
}

/** Parts of a schema that are read. More than any tool has; one beyond it is `unknown`. */
const MAX_NODES = 5_000;

/** Depth to which parts are read. */
const MAX_DEPTH = 40;

/** Values of an enum that are listed. Of a longer one, only the kind of the values is. */
const MAX_ENUM = 200;

/** Length of an object on one line. */
const MAX_LINE_CHARS = 90;

/** Length of a type that is repeated in place of a declaration with a name. */
const MAX_INLINE_CHARS = 60;

/**
 * Writes the TypeScript type of a JSON Schema. Whatever a schema holds, the text is TypeScript, and of bounded length: what
 * has no type is `unknown`. References are resolved inside of the schema only.
 *
 * @param schema The schema.
 * @param options The names of declared types, and the maximum length.
 * @returns The type, and declarations of the types that it names.
 *
 * @example A tree
 * ```ts
 * import { typeOfJsonSchema } from "@cave/agent/mcp";
 * import { assertEquals } from "@std/assert";
 *
 * const { type, declarations } = typeOfJsonSchema({
 *   $ref: "#/$defs/node",
 *   $defs: {
 *     node: {
 *       type: "object",
 *       properties: { children: { type: "array", items: { $ref: "#/$defs/node" } } },
 *       required: ["children"],
 *     },
 *   },
 * }, { prefix: "Files" });
 * assertEquals(type, "FilesNode");
 * assertEquals(declarations, ["type FilesNode = { children: FilesNode[] };"]);
 * ```
 */
export function typeOfJsonSchema(schema: unknown, options: SchemaTypeOptions = {}): SchemaType {
  const { prefix = "Mcp", maxChars = 20_000 } = options;
  for (const remarks of [true, false]) {
    const writer = new SchemaWriter(schema, { prefix, remarks });
    const type = escapeTags(writer.whole());
    const declarations = writer.declarations.map(escapeTags);
    const chars = declarations.reduce((sum, text) => sum + text.length, type.length);
    if (chars <= maxChars) return { type, declarations };
  }
  const isObject = isSchema(schema) && (schema.type === "object" || isSchema(schema.properties));
  return { type: isObject ? "Record<string, unknown>" : "unknown", declarations: [] };
}

/** A target of references. */
interface Target {
  /** The name of its type, if it needs one. */
  name: string;
  /** The level of structure at which it is being written; `undefined` if it is complete. */
  level: number | undefined;
  /** Whether it contains itself. */
  recursive: boolean;
  /** The text that stands for it. */
  text: string;
}

class SchemaWriter {
  readonly declarations: string[] = [];
  readonly #root: unknown;
  readonly #prefix: string;
  readonly #remarks: boolean;
  readonly #targets = new Map<object, Target>();
  readonly #names = new Set<string>();
  #nodes = 0;
  #depth = 0;
  /** Objects and arrays around the present part: a type may contain itself only behind one. */
  #level = 0;

  constructor(
    root: unknown,
    { prefix, remarks }: { readonly prefix: string; readonly remarks: boolean },
  ) {
    this.#root = root;
    this.#prefix = prefix;
    this.#remarks = remarks;
  }

  /** Returns the type of the whole schema. It gets a name only if it contains itself. */
  whole(): string {
    if (!isSchema(this.#root)) return this.type(this.#root);
    return this.#target(this.#root, { wanted: "Root", isWhole: true });
  }

  type(schema: unknown): string {
    if (schema === false) return "never";
    if (!isSchema(schema)) return "unknown";
    if (++this.#nodes > MAX_NODES || this.#depth >= MAX_DEPTH) return "unknown";
    this.#depth++;
    try {
      return this.#typed(schema);
    } finally {
      this.#depth--;
    }
  }

  #typed(schema: JsonSchema): string {
    const parts: string[] = [];
    if (typeof schema.$ref === "string") parts.push(this.#reference(schema.$ref));
    parts.push(this.#base(schema));
    for (const key of ["anyOf", "oneOf"]) {
      const list = schema[key];
      if (!Array.isArray(list) || list.length === 0) continue;
      const types = list.map((part) => this.type(part));
      // Alternatives that only name required members say nothing about types.
      if (!types.includes("unknown")) parts.push(union(types));
    }
    if (Array.isArray(schema.allOf)) {
      for (const part of schema.allOf) parts.push(this.type(part));
    }
    const { not } = schema;
    if (not === true || isSchema(not) && Object.keys(not).length === 0) parts.push("never");
    const type = intersection(parts);
    return schema.nullable === true && type !== "unknown" ? union([type, "null"]) : type;
  }

  /** Returns the type by the keywords of one schema, without those that combine schemas. */
  #base(schema: JsonSchema): string {
    if (Object.hasOwn(schema, "const")) return literalType(schema.const);
    if (Array.isArray(schema.enum)) return this.#enum(schema.enum);
    if (Array.isArray(schema.type)) {
      return union(schema.type.map((type) => this.#plain({ ...schema, type })));
    }
    return this.#plain(schema);
  }

  #enum(values: readonly unknown[]): string {
    if (values.length <= MAX_ENUM) return union(values.map(literalType));
    const kinds = new Set(values.map((value) => value === null ? "null" : typeof value));
    return kinds.has("object") ? "unknown" : union([...kinds]);
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
        return this.#array(schema);
      case "object":
        return this.#object(schema);
      case undefined:
        if (isSchema(schema.properties)) return this.#object(schema);
        if (Array.isArray(schema.prefixItems) || isSchema(schema.items)) return this.#array(schema);
        return "unknown";
      default:
        return "unknown";
    }
  }

  #inside<T>(action: () => T): T {
    this.#level++;
    try {
      return action();
    } finally {
      this.#level--;
    }
  }

  #array(schema: JsonSchema): string {
    return this.#inside(() => {
      // Drafts before 2020 have the items of tuples in `items`.
      const old = Array.isArray(schema.items);
      const items = old ? schema.items : schema.prefixItems;
      if (!Array.isArray(items)) return arrayType(this.type(schema.items));
      const rest = old ? schema.additionalItems : schema.items;
      const { minItems } = schema;
      const required = typeof minItems === "number" ? minItems : items.length;
      const types = items.map((item, i) => {
        const type = this.type(item);
        return i < required ? type : /^\w+$/.test(type) ? `${type}?` : `(${type})?`;
      });
      if (isSchema(rest)) types.push(`...${arrayType(this.type(rest))}`);
      return `[${types.join(", ")}]`;
    });
  }

  #object(schema: JsonSchema): string {
    return this.#inside(() => {
      const properties = isSchema(schema.properties) ? schema.properties : {};
      const required = Array.isArray(schema.required)
        ? schema.required.filter((name) => typeof name === "string")
        : [];
      const unnamed = required.filter((name) => !Object.hasOwn(properties, name));
      const lines = [
        ...Object.entries(properties).map(([name, property]) => {
          const mark = required.includes(name) ? "" : "?";
          const remark = this.#remarks ? remarkOf(property) : "";
          return `${remark}${memberName(name)}${mark}: ${this.type(property)}`;
        }),
        ...unnamed.map((name) => `${memberName(name)}: unknown`),
      ];
      const others = this.#others(schema);
      if (lines.length === 0) {
        return others === undefined ? "Record<string, never>" : `{ [key: string]: ${others} }`;
      }
      // The type of an index holds for the named members as well.
      const { additionalProperties: more } = schema;
      if (more === true || isSchema(more)) lines.push("[key: string]: unknown");
      const chars = lines.reduce((sum, line) => sum + line.length, 0);
      return chars > MAX_LINE_CHARS || lines.some((line) => line.includes("\n"))
        ? `{\n${lines.map((line) => `  ${indented(line)};`).join("\n")}\n}`
        : `{ ${lines.join("; ")} }`;
    });
  }

  /** Returns the type of members that are not named, or `undefined` if there are none. */
  #others({ additionalProperties, patternProperties }: JsonSchema): string | undefined {
    const patterns = isSchema(patternProperties) ? Object.values(patternProperties) : [];
    if (additionalProperties === false && patterns.length === 0) return undefined;
    const more = patterns.map((schema) => this.type(schema));
    if (additionalProperties !== false && (isSchema(additionalProperties) || more.length === 0)) {
      more.push(this.type(additionalProperties));
    }
    return union(more);
  }

  #reference(pointer: string): string {
    const found = findSchema(this.#root, pointer);
    if (found === undefined) return "unknown";
    const { schema, name: wanted } = found;
    return isSchema(schema) ? this.#target(schema, { wanted }) : this.type(schema);
  }

  #target(
    schema: JsonSchema,
    { wanted, isWhole = false }: { readonly wanted: string; readonly isWhole?: boolean },
  ): string {
    const known = this.#targets.get(schema);
    if (known !== undefined) {
      if (known.level === undefined) return known.text;
      if (known.level === this.#level) return "unknown";
      known.recursive = true;
      return known.name;
    }
    const target: Target = {
      name: this.#free(wanted),
      level: this.#level,
      recursive: false,
      text: "",
    };
    this.#targets.set(schema, target);
    const type = this.type(schema);
    target.level = undefined;
    const isShort = type.length <= MAX_INLINE_CHARS && !type.includes("\n");
    if ((isWhole || isShort) && !target.recursive) {
      target.text = type;
      return type;
    }
    this.declarations.push(`type ${target.name} = ${type};`);
    target.text = target.name;
    return target.name;
  }

  #free(wanted: string): string {
    const words = wanted.match(/[A-Za-z0-9]+/g) ?? ["Type"];
    const base =
      (this.#prefix + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join(""))
        .slice(0, 80);
    let name = base;
    for (let i = 2; this.#names.has(name); i++) name = `${base}${i}`;
    this.#names.add(name);
    return name;
  }
}
