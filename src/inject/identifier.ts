/**
 * Names that can be injected.
 *
 * @module
 */

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** Reserved words: injected under such a name, a value could never be used. */
const RESERVED: ReadonlySet<string> = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "finally for function if implements import in instanceof interface let new null package private protected public " +
    "return static super switch this throw true try typeof var void while with yield")
    .split(" "),
);

/** Names whose meaning cannot be changed: they are constants of the global object. */
const CONSTANTS: ReadonlySet<string> = new Set(["undefined", "NaN", "Infinity"]);

/**
 * Returns the reason why a name cannot be injected, or `undefined` if it can.
 *
 * @param name The name.
 */
export function hindranceOfName(name: string): string | undefined {
  if (CONSTANTS.has(name)) return "it is a constant of JavaScript, not an identifier";
  if (RESERVED.has(name)) return "it is a reserved word, not an identifier";
  return IDENTIFIER.test(name) ? undefined : "it is not an identifier";
}

/**
 * Whether a name can be injected.
 *
 * @param name The name.
 */
export function isIdentifier(name: string): boolean {
  return hindranceOfName(name) === undefined;
}
