/** The class of an object of the host, as a declaration: what cells can reach of it. */

import { reachableMembers } from "../rpc/references/members.ts";
import { parametersOf, toText } from "./_signature.ts";
import { member, typeOfValue } from "./_value_type.ts";

/** Members that are listed; an object with more of them says less. */
const MAX_MEMBERS = 40;

/** How a class is declared. */
export interface ClassDeclarationOptions {
  /** The name that it gets. */
  readonly className: string;
  /** Whether its members have to be awaited. */
  readonly isolated: boolean;
  /** The members that can be reached. @default all that its class declares */
  readonly members?: readonly string[] | undefined;
}

/**
 * Declares the class of an object. No getter is called.
 *
 * @param value The object.
 * @param options The name of the class, and where the object is.
 */
export function declareClass(
  value: object,
  { className, isolated, members }: ClassDeclarationOptions,
): string {
  const names = members ?? reachableMembers(value);
  const promise = (type: string) => isolated ? `Promise<${type}>` : type;
  const lines = names.slice(0, MAX_MEMBERS).map((name) => {
    const property = propertyOf(value, name);
    if (typeof property?.value === "function") {
      const parameters = parametersOf(property.value).map(toText).join(", ");
      return `  ${member(name)}(${parameters}): ${promise("unknown")};`;
    }
    // Another object of a class would need a declaration of its own.
    const type = property?.get === undefined ? typeOfValue(property?.value) : "unknown";
    return `  readonly ${member(name)}: ${promise(type)};`;
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
