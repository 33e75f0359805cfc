/** Injected classes, as code that defines them in a kernel. */

import { canParse } from "../../inject/schema.ts";
import { compileCell } from "../../cell/compile_cell.ts";
import type { TypesParams } from "../../rpc/protocol.ts";
import type { SharedType } from "../../rpc/values/shared_types.ts";
import { classesOf, type HostType } from "../../inject/host_type.ts";
import type { HostBinding } from "../kernel.ts";

/** The cell number of code that belongs to no cell. */
const NO_CELL = 0;

/**
 * Compiles a cell that defines the injected classes.
 *
 * @param types The injected types by name.
 * @returns Parameters of the `types` request, or `undefined` if there are no classes.
 */
export function typesCell(types: ReadonlyMap<string, HostType>): TypesParams | undefined {
  const classes = superclassesFirst(classesOf(types));
  if (classes.length === 0) return undefined;
  const made = classes.map(({ name, Class }) => `const ${name} = (${Class});`).join("\n");
  const names = classes.map(({ name }) => name).join(", ");
  const { code, helper, map } = compileCell(`{${made}\nreturn { ${names} };}`);
  return {
    cell: NO_CELL,
    code,
    helper,
    map: [...map],
    types: classes.map(({ name, copied }) => ({ name, copied })),
  };
}

/**
 * Returns the definitions of types that are not classes: constants, and schemas that can check a value.
 *
 * @param types The injected types by name.
 */
export function typeValues(types: ReadonlyMap<string, HostType>): HostBinding[] {
  const values: HostBinding[] = [];
  for (const [name, { kind, value }] of types) {
    if (kind === "constants") {
      values.push({ name, value: { ...value as object }, transfer: "copy" });
    } else if (kind === "schema" && canParse(value)) {
      values.push({ name, value, transfer: "lend", members: ["parse"] });
    }
  }
  return values;
}

/**
 * Sorts classes so that each comes after the class that it extends. Other references between them are resolved later,
 * when methods run.
 */
function superclassesFirst(classes: SharedType[]): SharedType[] {
  const depth = ({ Class }: SharedType) => {
    let depth = 0;
    for (let at: unknown = Class; at !== null; at = Object.getPrototypeOf(at)) depth++;
    return depth;
  };
  return classes.toSorted((a, b) => depth(a) - depth(b));
}
