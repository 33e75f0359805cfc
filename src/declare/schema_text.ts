/**
 * The TypeScript type of a schema, for texts to a model.
 *
 * @module
 */

import type { Schema } from "../inject/schema.ts";
import { schemaType } from "./_schema_type.ts";

/**
 * Returns the type of the values that a schema accepts; `unknown` for a schema that does not tell.
 *
 * @param schema The schema.
 */
export function acceptedType(schema: Schema): string {
  return schemaType(schema, "input");
}
