/**
 * Names of servers and tools as identifiers of TypeScript.
 *
 * @module
 */

import { isIdentifier } from "../inject/identifier.ts";
import { GUEST_GLOBALS } from "../rpc/guest_globals.ts";

/** Characters of a name. A longer one is cut. */
const MAX_NAME_CHARS = 64;

/** Members that objects have anyway, or that make an object a promise. */
const MEMBERS: ReadonlySet<string> = new Set(
  "then catch finally constructor prototype hasOwnProperty isPrototypeOf toString toLocaleString valueOf toJSON"
    .split(" "),
);

/** Options of {@linkcode identifiersOf}. */
export interface IdentifierOptions {
  /** Whether the names stand beside the globals of cells, whose names they must not have. @default false */
  readonly areGlobal?: boolean | undefined;
}

/**
 * Returns identifiers for names: `list_pull_requests` becomes `listPullRequests`. Names that would become the same are
 * numbered in the order in which they come.
 *
 * @param names The names, each of which may be any text. Repeated ones count once.
 * @param options Whether they stand alone.
 * @returns The names by their identifiers.
 */
export function identifiersOf(
  names: Iterable<string>,
  options: IdentifierOptions = {},
): Map<string, string> {
  const { areGlobal = false } = options;
  const taken = new Map<string, string>();
  for (const name of new Set(names)) {
    const base = identifierOf(name, areGlobal);
    let identifier = base;
    for (let i = 2; taken.has(identifier); i++) identifier = `${base}${i}`;
    taken.set(identifier, name);
  }
  return taken;
}

/**
 * Returns a name that no other one has.
 *
 * @param wanted The name, an identifier.
 * @param taken The names that there are.
 */
export function freeName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}${i}`;
  return name;
}

function identifierOf(name: string, isGlobal: boolean): string {
  const words = name.slice(0, 1_000).match(/[\p{L}\p{N}\p{M}$]+/gu) ?? ["unnamed"];
  const joined = words.map((word, i) => i === 0 ? word : upper(word)).join("");
  const cut = headOfWord(joined);
  const first = /^\p{ID_Start}|^\$/u.test(cut) ? cut : `_${cut}`;
  // The rest are marks that cannot be a part of an identifier.
  const clean = first.replaceAll(/[^\p{ID_Continue}$]/gu, "_");
  const isOther = isGlobal && (GUEST_GLOBALS.has(clean) || clean === "display");
  const isTaken = isOther || MEMBERS.has(clean) || !isIdentifier(clean);
  return isTaken ? `${clean}_` : clean;
}

function headOfWord(text: string): string {
  return [...text].slice(0, MAX_NAME_CHARS).join("");
}

function upper(word: string): string {
  const [first = "", ...rest] = word;
  return first.toUpperCase() + rest.join("");
}
