/** The TypeScript signature of a tool, written from the schema of its parameters. */

import { z } from "zod";
import type { Tool } from "./tool.ts";

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** Returns the signature, as a declaration has it. */
export function signatureOf({ input, positional, returns }: Tool): string {
  const schema = z.toJSONSchema(input, { io: "input" }) as JsonSchema;
  const { properties = {}, required = [] } = schema;
  const parameters = positional.map((name) =>
    `${name}${required.includes(name) ? "" : "?"}: ${typeOf(properties[name]!)}`
  );
  const rest = Object.entries(properties).filter(([name]) => !positional.includes(name));
  if (rest.length > 0) {
    const isNeeded = rest.some(([name]) => required.includes(name));
    const members = rest.map(([name, schema]) =>
      `${name}${required.includes(name) ? "" : "?"}: ${typeOf(schema)}`
    );
    parameters.push(`options${isNeeded ? "" : "?"}: { ${members.join("; ")} }`);
  }
  return `(${parameters.join(", ")}): Promise<${returns}>`;
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" | ");
  switch (schema.type) {
    case "string":
    case "boolean":
      return schema.type;
    case "number":
    case "integer":
      return "number";
    case "array": {
      const item = typeOf(schema.items ?? {});
      return item.includes(" ") && !item.startsWith("{") ? `(${item})[]` : `${item}[]`;
    }
    case "object": {
      const { properties = {}, required = [] } = schema;
      const members = Object.entries(properties).map(([name, schema]) =>
        `${name}${required.includes(name) ? "" : "?"}: ${typeOf(schema)}`
      );
      return `{ ${members.join("; ")} }`;
    }
    default:
      return "unknown";
  }
}
