/**
 * Patterns of paths: `**` stands for any directories, `*` and `?` for characters of one name, `[a-z]` for one of several,
 * `{a,b}` for alternatives.
 *
 * A model writes the patterns, so that the time of a match has to be bounded: that of a regular expression made of several
 * `*` is not.
 */

const MAX_ALTERNATIVES = 100;

/** Options of {@linkcode globMatcher}. */
export interface GlobOptions {
  /** Whether `*` and `**` stand for names that begin with a dot. */
  readonly dot: boolean;
}

type Segment = readonly Token[] | "**";

type Token =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "any" }
  | { readonly kind: "star" }
  | { readonly kind: "set"; readonly negated: boolean; readonly ranges: readonly string[] };

/**
 * Returns a function that tells whether a path matches.
 *
 * @param pattern The pattern.
 * @param options Whether hidden names match.
 * @throws {RangeError} If it has too many alternatives.
 */
export function globMatcher(pattern: string, { dot }: GlobOptions): (path: string) => boolean {
  const alternatives = expandBraces(pattern).map((text) =>
    text.replace(/^\.\//, "").split("/").filter((part) => part !== "").map((part): Segment =>
      part === "**" ? "**" : tokensOf(part)
    )
  );
  return (path) => {
    const names = path.split("/").map((name) => [...name]);
    return alternatives.some((segments) => matchesPath(segments, names, dot));
  };
}

/** Compares row by row: each row says which ends of the path the pattern so far has matched. */
function matchesPath(
  segments: readonly Segment[],
  names: readonly (readonly string[])[],
  ...[dot]: [boolean]
): boolean {
  let row: boolean[] = [true, ...names.map(() => false)];
  for (const segment of segments) {
    const next: boolean[] = row.map(() => false);
    if (segment === "**") {
      next[0] = row[0]!;
      for (let i = 1; i < row.length; i++) {
        next[i] = row[i]! || next[i - 1]! && (dot || names[i - 1]![0] !== ".");
      }
    } else {
      for (let i = 1; i < row.length; i++) {
        next[i] = row[i - 1]! && matchesName(segment, names[i - 1]!, dot);
      }
    }
    row = next;
  }
  return row.at(-1)!;
}

/** Compares one name. After a mismatch only the last star takes one more character. */
function matchesName(
  tokens: readonly Token[],
  name: readonly string[],
  ...[dot]: [boolean]
): boolean {
  if (!dot && name[0] === "." && tokens[0]?.kind !== "char") return false;
  let token = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    const now = tokens[token];
    if (now?.kind === "star") {
      star = token++;
      starAt = at;
    } else if (now !== undefined && matchesCharacter(now, name[at]!)) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (tokens[token]?.kind === "star") token++;
  return token === tokens.length;
}

function matchesCharacter(token: Token, char: string): boolean {
  switch (token.kind) {
    case "char":
      return token.char === char;
    case "set":
      return token.ranges.some((range) => range[0]! <= char && char <= range.slice(-1)) !==
        token.negated;
    default:
      return token.kind === "any";
  }
}

function tokensOf(part: string): Token[] {
  const chars = [...part];
  const tokens: Token[] = [];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!;
    if (char === "*") {
      if (tokens.at(-1)?.kind !== "star") tokens.push({ kind: "star" });
    } else if (char === "?") tokens.push({ kind: "any" });
    else if (char === "[") {
      const end = chars.indexOf("]", i + 2);
      if (end < 0) {
        tokens.push({ kind: "char", char });
        continue;
      }
      const negated = chars[i + 1] === "!" || chars[i + 1] === "^";
      tokens.push({
        kind: "set",
        negated,
        ranges: rangesOf(chars.slice(i + (negated ? 2 : 1), end)),
      });
      i = end;
    } else tokens.push({ kind: "char", char });
  }
  return tokens;
}

function rangesOf(chars: readonly string[]): string[] {
  const ranges: string[] = [];
  for (let i = 0; i < chars.length; i++) {
    if (chars[i + 1] === "-" && chars[i + 2] !== undefined) {
      ranges.push(chars[i]! + chars[i + 2]!);
      i += 2;
    } else ranges.push(chars[i]!);
  }
  return ranges;
}

/** Returns the patterns without braces that a pattern stands for. */
function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const braces = /\{([^{}]*,[^{}]*)\}/.exec(next);
    if (braces === null) done.push(next);
    else {
      const [whole, inner] = braces;
      for (const choice of inner!.split(",")) {
        open.push(next.slice(0, braces.index) + choice + next.slice(braces.index + whole.length));
      }
    }
    if (done.length + open.length > MAX_ALTERNATIVES) {
      throw new RangeError(
        `Cannot use the pattern ${
          JSON.stringify(pattern.slice(0, 100))
        }: it has more than ${MAX_ALTERNATIVES} alternatives`,
      );
    }
  }
  return done;
}
