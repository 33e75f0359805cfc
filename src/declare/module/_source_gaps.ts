/** The text between the statements of a module: comments, and declarations of types, which are no statements. */

/** Longest text of a declaration. A longer one is replaced by one that says less. */
export const MAX_DECLARATION_CHARS = 4_000;

/** Longest description. */
const MAX_DESCRIPTION_CHARS = 2_000;

/**
 * Returns the documentation comment that stands directly before a place.
 *
 * @param source The text of the module.
 * @param end The place.
 */
export function commentBefore(source: string, end: number): string | undefined {
  const before = source.slice(0, end).trimEnd();
  if (!before.endsWith("*/")) return undefined;
  const start = before.lastIndexOf("/*");
  if (start < 0 || !before.startsWith("/**", start)) return undefined;
  const lines = before.slice(start + 3, -2).split("\n").map((line) =>
    line.replace(/^\s*\* ?/, "").trimEnd()
  );
  const tag = lines.findIndex((line) => /^\s*@\w/.test(line));
  const text = (tag === -1 ? lines : lines.slice(0, tag)).join("\n").trim();
  return text === "" ? undefined : text.slice(0, MAX_DESCRIPTION_CHARS);
}

/**
 * Returns the declarations of types in a text without statements.
 *
 * @param gap The text.
 */
export function typesIn(gap: string): string[] {
  return gap.split(/^(?=(?:export\s+)?(?:declare\s+)?(?:interface|type|import|enum|class)\b)/m)
    .filter((part) =>
      /^(?:export\s+)?(?:declare\s+)?(?:interface|type)\s+[\p{ID_Start}$_]/u.test(part)
    )
    .map((part) => withoutComments(part).replace(/^export\s+/, ""))
    .filter((part) => part.length <= MAX_DECLARATION_CHARS);
}

/** Removes the comments at the end of a text: they belong to what follows. */
function withoutComments(text: string): string {
  for (;;) {
    const trimmed = text.trimEnd();
    const line = trimmed.lastIndexOf("\n") + 1;
    if (trimmed.endsWith("*/")) text = trimmed.slice(0, trimmed.lastIndexOf("/*"));
    else if (trimmed.startsWith("//", line)) text = trimmed.slice(0, line);
    else return trimmed;
  }
}

/**
 * Finds a character outside of comments.
 *
 * @param code The code.
 * @param character The character.
 * @param options The place at which the search begins.
 */
export function findOutside(
  code: string,
  character: string,
  { from }: { readonly from: number },
): number {
  for (let at = from; at < code.length; at++) {
    if (code.startsWith(character, at)) return at;
    if (code.startsWith("/*", at)) at = endOf(code, { mark: "*/", from: at + 2 }) - 1;
    else if (code.startsWith("//", at)) at = endOf(code, { mark: "\n", from: at + 2 }) - 1;
  }
  return code.length;
}

function endOf(
  code: string,
  { mark, from }: { readonly mark: string; readonly from: number },
): number {
  const at = code.indexOf(mark, from);
  return at === -1 ? code.length : at + mark.length;
}
