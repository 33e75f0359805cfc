/**
 * The outline of a frontmatter: the lines of its fields, and the constructs that the strict mode and the repair of plain
 * values need to know of and that no parsed value shows.
 *
 * @module
 */

/** A construct that is YAML but that the reference validator refuses. */
export interface ForeignConstruct {
  /** The line within the frontmatter, from 0. */
  readonly line: number;
  /** The name of the construct. */
  readonly construct: string;
}

/** The outline of a frontmatter. */
export interface YamlOutline {
  /** The lines of the fields, from 0. */
  readonly fields: ReadonlyMap<string, number>;
  /** Foreign constructs, in the order of the lines. */
  readonly foreign: readonly ForeignConstruct[];
}

const MARKS: ReadonlyMap<string, string> = new Map([
  ["[", "a flow sequence"],
  ["{", "a flow mapping"],
  ["&", "an anchor"],
  ["*", "an alias"],
  ["!", "a tag"],
]);

/** A key with its value, as far as they stand on one line. */
interface Entry {
  readonly key: string | undefined;
  readonly value: string;
  readonly gap: string;
}

/**
 * Reads the outline of a frontmatter, in linear time. It is right for block style; where the text is no YAML at all, the
 * parser says so.
 *
 * @param yaml The frontmatter.
 */
export function outlineOf(yaml: string): YamlOutline {
  const fields = new Map<string, number>();
  const foreign: ForeignConstruct[] = [];
  let block: number | undefined;
  let quote: string | undefined;
  let awaitsValue = false;
  let outermost: number | undefined;
  for (const [line, raw] of yaml.split("\n").entries()) {
    const trimmed = raw.trim();
    if (trimmed === "") continue;
    const space = raw.slice(0, raw.length - raw.trimStart().length);
    const indent = space.length;
    if (block !== undefined && indent > block) continue;
    block = undefined;
    if (quote !== undefined) {
      if (closes(trimmed, quote)) quote = undefined;
      continue;
    }
    if (trimmed.startsWith("#")) continue;
    if (space.includes("\t")) foreign.push({ line, construct: "a tab as indentation" });
    let rest = trimmed;
    let isItem = false;
    while (rest.startsWith("- ")) {
      rest = rest.slice(2).trimStart();
      isItem = true;
    }
    if (rest.startsWith("? ")) foreign.push({ line, construct: "a complex key" });
    const { key, value, gap } = entryOf(rest);
    if (gap.includes("\t")) foreign.push({ line, construct: "a tab after a colon" });
    outermost ??= indent;
    if (key !== undefined && !isItem && indent === outermost) fields.set(key, line);
    const isValue = key !== undefined || isItem || awaitsValue;
    awaitsValue = key !== undefined && value === "";
    if (!isValue) continue;
    // No plain key begins with a mark: the line is a flow collection, or a key with an anchor.
    const mark = MARKS.get(value.charAt(0)) ??
      (key === undefined ? undefined : MARKS.get(rest[0]!));
    if (mark !== undefined) foreign.push({ line, construct: mark });
    if (/^[|>][-+\d]*(?:$|\s)/.test(value)) block = indent;
    if (/^["']/.test(value) && !closes(value.slice(1), value[0]!)) quote = value[0];
  }
  return { fields, foreign };
}

/** Splits a line at the colon behind its key. */
function entryOf(text: string): Entry {
  const mark = /^["']/.exec(text)?.[0];
  const end = mark === undefined ? 0 : text.indexOf(mark, 1) + 1;
  const colon = text.slice(end).search(/:(?:\s|$)/);
  const isKey = colon >= 0 && (mark === undefined || text.slice(end, end + colon).trim() === "");
  if (!isKey) return { key: undefined, value: text, gap: "" };
  const key = mark === undefined ? text.slice(0, colon).trim() : text.slice(1, end - 1);
  const after = text.slice(end + colon + 1);
  const value = after.trimStart();
  return { key, value, gap: value === "" ? "" : after.slice(0, after.length - value.length) };
}

/** Whether a quoted scalar ends in a text. */
function closes(text: string, quote: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (quote === '"' && text[i] === "\\") i++;
    else if (text[i] === quote) {
      if (quote !== "'" || text[i + 1] !== "'") return true;
      i++;
    }
  }
  return false;
}

/**
 * Quotes plain values of fields that YAML would read otherwise, or not at all: with `: ` inside, or with a special first
 * character.
 *
 * @param yaml The frontmatter.
 */
export function quotePlainValues(yaml: string): string {
  const { fields } = outlineOf(yaml);
  const lines = yaml.split("\n");
  for (const line of fields.values()) {
    const { value } = entryOf(lines[line]!.trim());
    const needsQuotes = /:(?:\s|$)/.test(value) || /^[[{&*!%@`>|]/.test(value);
    if (!needsQuotes || /^["']/.test(value) || /^[|>][-+\d]*$/.test(value)) continue;
    const start = lines[line]!.trimEnd().length - value.length;
    lines[line] = `${lines[line]!.slice(0, start)}'${value.replaceAll("'", "''")}'`;
  }
  return lines.join("\n");
}
