/**
 * Commands that have one meaning in every shell: words, quoted or not. Everything that a shell would expand, join or redirect
 * makes a command another one, about which rules say nothing.
 */

/** Characters that mean more than themselves outside of quotes. */
const SPECIAL = /[;&|<>()$`\\{}*?[\]~!#=\n\r\0]/;

/** Characters that mean more than themselves in double quotes. */
const SPECIAL_IN_QUOTES = /[$`\\!\0]/;

/**
 * Splits a command into its words.
 *
 * @param command The command, as it is given to a shell.
 * @returns The words; `undefined` if it is not that simple.
 */
export function wordsOf(command: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < command.length; i++) {
    const char = command[i]!;
    if (char === " " || char === "\t") {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (char === "'" || char === '"') {
      const end = command.indexOf(char, i + 1);
      if (end < 0) return undefined;
      const inner = command.slice(i + 1, end);
      if (inner.includes("\0") || char === '"' && SPECIAL_IN_QUOTES.test(inner)) return undefined;
      word = (word ?? "") + inner;
      i = end;
      continue;
    }
    // `=` within a word behind the program, as in --name=value, is a character like others.
    const isPlain = char === "=" && word !== undefined && words.length > 0;
    if (SPECIAL.test(char) && !isPlain) return undefined;
    word = (word ?? "") + char;
  }
  if (word !== undefined) words.push(word);
  return words.length === 0 ? undefined : words;
}

/**
 * Returns the programs that a command names anywhere, as far as that can be told: the first words behind everything that can
 * begin a command. It finds too many rather than too few, and is no wall.
 *
 * @param command The command.
 */
export function programsIn(command: string): Set<string> {
  // Without the marks that a shell drops within words, so that `r\m` and `r''m` are found as well.
  const flat = command.replaceAll(/\\\n|\\|'|"/g, "");
  const programs = new Set<string>();
  for (const [, word] of flat.matchAll(/([^\s;&|<>()$`{}=]+)/g)) {
    programs.add(word!.slice(word!.lastIndexOf("/") + 1).toLowerCase());
  }
  return programs;
}
