/** The arguments of cells as named parameters. */

import type { Schema, SchemaResult } from "../../inject/schema.ts";
import type { Tool } from "./tool.ts";

/**
 * Returns a schema that reads the arguments of a cell: by position, with an object for the rest, or one object with all.
 * It returns a list of the named parameters alone.
 *
 * @param tool The tool.
 */
export function argumentSchemaOf({ input, positional }: Tool): Schema {
  const schema: Schema & { readonly def: { readonly type: "tuple" } } = {
    // The mark of a schema for the whole list of arguments.
    def: { type: "tuple" },
    "~standard": {
      validate: async (value): Promise<SchemaResult> => {
        const args = value as readonly unknown[];
        const named = nameArguments(args, positional);
        if (typeof named === "string") return { issues: [{ message: named }] };
        const result = await input["~standard"].validate(named) as SchemaResult;
        return result.issues === undefined ? { value: [result.value] } : result;
      },
    },
  };
  return schema;
}

/** Returns named parameters, or a reason why that is not possible. */
function nameArguments(
  args: readonly unknown[],
  positional: readonly string[],
): Record<string, unknown> | string {
  const given = args.slice(0, 1 + args.findLastIndex((arg) => arg !== undefined));
  const [first] = given;
  if (given.length === 1 && isPlainObject(first)) return definedIn(first);
  const named: Record<string, unknown> = {};
  for (const [i, arg] of given.entries()) {
    const name = positional[i];
    const isLast = i === given.length - 1;
    if (isLast && i > 0 && isPlainObject(arg)) {
      for (const [key, value] of Object.entries(definedIn(arg))) {
        if (Object.hasOwn(named, key)) return `${key} is given twice`;
        named[key] = value;
      }
    } else if (name === undefined) {
      return `argument ${i + 1} is too many: the arguments are ${
        positional.join(", ") || "none"
      }, and an object with the others`;
    } else if (arg !== undefined) named[name] = arg;
  }
  return named;
}

function definedIn(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
