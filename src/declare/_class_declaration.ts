/** Declarations of the classes of host objects, with the members that cells can reach. */

import { reachableMembers } from "../rpc/references/members.ts";
import { parametersOf, toText } from "./_signature.ts";
import { member, typeOfValue } from "./_value_type.ts";

/** Maximum number of declared members. The rest of a larger object's members are omitted. */
const MAX_MEMBERS = 40;

/** Options for the declaration of a class. */
export interface ClassDeclarationOptions {
  /** The name of the class in the declaration. */
  readonly className: string;
  /** Whether its members have to be awaited. */
  readonly isolated: boolean;
  /** The members that cells can reach. @default all that its class declares */
  readonly members?: readonly string[] | undefined;
  /** The members to which cells can assign. @default none */
  readonly writable?: true | readonly string[] | undefined;
}

/**
 * Declares the class of an object, without calling any getter.
 *
 * @param value The object.
 * @param options The name of the class, and whether the object stays on the host.
 */
export function declareClass(
  value: object,
  { className, isolated, members, writable = [] }: ClassDeclarationOptions,
): string {
  const names = members ?? reachableMembers(value);
  const promise = (type: string) => isolated ? `Promise<${type}>` : type;
  const lines = names.slice(0, MAX_MEMBERS).map((name) => {
    const property = propertyOf(value, name);
    if (typeof property?.value === "function") {
      const parameters = parametersOf(property.value).map(toText).join(", ");
      return `  ${member(name)}(${parameters}): ${promise("unknown")};`;
    }
    // Other objects of the class would need declarations of their own.
    const type = property?.get === undefined ? typeOfValue(property?.value) : "unknown";
    const mayWrite = writable === true || writable.includes(name);
    if (!mayWrite) return `  readonly ${member(name)}: ${promise(type)};`;
    return isolated
      ? `  get ${member(name)}(): ${promise(type)}; set ${member(name)}(value: ${type});`
      : `  ${member(name)}: ${type};`;
  });
  if (names.length > MAX_MEMBERS) lines.push(`  // and ${names.length - MAX_MEMBERS} more`);
  return [`declare class ${className} {`, ...lines, "}"].join("\n");
}

function propertyOf(value: object, name: string): PropertyDescriptor | undefined {
  for (let place: object | null = value; place !== null; place = Object.getPrototypeOf(place)) {
    const property = Object.getOwnPropertyDescriptor(place, name);
    if (property !== undefined) return property;
  }
  return undefined;
}
