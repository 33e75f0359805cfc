/** Words after which a slash starts a regular expression, not a division. */
const wordsBeforeRegExp = new Set(
  "await case delete do else in instanceof new of return throw typeof void yield".split(" "),
);

/** Words whose parentheses are followed by a statement, so that a slash after them is a pattern. */
const wordsBeforeCondition = new Set(["for", "if", "while", "with"]);

type Mode = "code" | "template" | "comment" | "string";

/**
 * Tracks JavaScript's lexical state over whole lines, only as far as needed to tell whether a line starts inside a
 * token that spans lines: a template literal, a block comment or a continued string.
 *
 * Skips a run of three or more backticks: it means nothing in sensible JavaScript, while models do write Markdown
 * fences in template literals without escaping them.
 */
export class CodeScanner {
  #mode: Mode = "code";
  #quote = "";
  /** The number of open braces in each open `${`, innermost last. */
  readonly #substitutions: number[] = [];
  /** For each open parenthesis, whether it belongs to `if`, `for`, `while` or `with`. */
  readonly #parentheses: boolean[] = [];
  #slashIsRegExp = true;
  #word = "";
  /**
   * Whether a slash can start a pattern on this line. One that does not end on its line is none; trying once per line
   * keeps the scan linear.
   */
  #lineHasPatterns = true;

  /** Whether the next line starts inside a template literal, a block comment or a string. */
  get inside(): boolean {
    return this.#mode !== "code" || this.#substitutions.length > 0;
  }

  /** Whether the line that is read has reached a comment that extends to its end. */
  #lineComment = false;

  /** Whether a line, read up to the end of this text, is in code there: in no comment, string or template literal. */
  endsInCode(text: string): boolean {
    const copy = new CodeScanner();
    copy.#mode = this.#mode;
    copy.#quote = this.#quote;
    copy.#substitutions.push(...this.#substitutions);
    // Enough for the rest of one line: hostile code opens many.
    copy.#parentheses.push(...this.#parentheses.slice(-100));
    copy.#slashIsRegExp = this.#slashIsRegExp;
    copy.#word = this.#word;
    copy.#read(text);
    return copy.#mode === "code" && copy.#substitutions.length === 0 && !copy.#lineComment;
  }

  /** Reads one line, without its line feed. */
  scan(line: string): void {
    const index = this.#read(line);
    // Only a backslash at the end of the line, which scanString steps over, continues a string.
    if (this.#mode === "string" && index === line.length) this.#mode = "code";
  }

  #read(line: string): number {
    let index = 0;
    this.#lineHasPatterns = true;
    this.#lineComment = false;
    while (index < line.length) {
      if (this.#mode === "code") index = this.#scanCode(line, index);
      else if (this.#mode === "template") index = this.#scanTemplate(line, index);
      else if (this.#mode === "comment") index = this.#scanComment(line, index);
      else index = this.#scanString(line, index);
    }
    return index;
  }

  #scanCode(line: string, index: number): number {
    const character = line[index]!;
    if (/[\w$\u0080-\uffff]/.test(character)) return this.#scanWord(line, index);
    if (/\s/.test(character)) return index + 1;
    if (character === "/") return this.#scanSlash(line, index);
    if (character === "`") {
      const run = tickRun(line, index);
      if (run < 3) this.#mode = "template";
      return run < 3 ? index + 1 : index + run;
    }
    if (character === '"' || character === "'") {
      this.#mode = "string";
      this.#quote = character;
      return index + 1;
    }
    this.#scanPunctuation(character);
    return index + 1;
  }

  #scanPunctuation(character: string): void {
    this.#slashIsRegExp = character !== "]" && character !== "}";
    const depth = this.#substitutions.length - 1;
    if (character === "(") {
      this.#parentheses.push(wordsBeforeCondition.has(this.#word));
    } else if (character === ")") {
      this.#slashIsRegExp = this.#parentheses.pop() ?? false;
    } else if (character === "{" && depth >= 0) {
      this.#substitutions[depth]!++;
    } else if (character === "}" && depth >= 0 && this.#substitutions[depth]!-- === 0) {
      this.#substitutions.pop();
      this.#mode = "template";
    }
    this.#word = character === "." ? "." : "";
  }

  #scanWord(line: string, index: number): number {
    const word = /[\w$\u0080-\uffff]+/y;
    word.lastIndex = index;
    const text = word.exec(line)![0];
    // After a dot, a word is a property: `object.return / 2` is a division.
    const keyword = this.#word !== ".";
    this.#word = keyword ? text : "";
    this.#slashIsRegExp = keyword && wordsBeforeRegExp.has(text);
    return index + text.length;
  }

  #scanSlash(line: string, index: number): number {
    const next = line[index + 1];
    if (next === "/") {
      this.#lineComment = true;
      return line.length;
    }
    if (next === "*") {
      this.#mode = "comment";
      return index + 2;
    }
    if (!this.#slashIsRegExp || !this.#lineHasPatterns) {
      this.#slashIsRegExp = true;
      return index + 1;
    }
    const pattern = /\/(?:[^\\/[]|\\.|\[(?:[^\\\]]|\\.)*\])+\/\w*/y;
    pattern.lastIndex = index;
    const match = pattern.exec(line);
    this.#lineHasPatterns = match !== null;
    this.#slashIsRegExp = match === null;
    return index + (match?.[0].length ?? 1);
  }

  #scanTemplate(line: string, index: number): number {
    const special = /[`\\]|\$\{/g;
    special.lastIndex = index;
    const match = special.exec(line);
    if (!match) return line.length;
    if (match[0] === "\\") return match.index + 2;
    if (match[0] === "${") {
      this.#substitutions.push(0);
      this.#enterCode(true);
      return match.index + 2;
    }
    const run = tickRun(line, match.index);
    if (run >= 3) return match.index + run;
    this.#enterCode(false);
    return match.index + 1;
  }

  #scanComment(line: string, index: number): number {
    const end = line.indexOf("*/", index);
    if (end === -1) return line.length;
    this.#mode = "code";
    return end + 2;
  }

  #scanString(line: string, index: number): number {
    const special = /["'\\]/g;
    special.lastIndex = index;
    const match = special.exec(line);
    if (!match) return line.length;
    if (match[0] === "\\") return match.index + 2;
    if (match[0] === this.#quote) this.#enterCode(false);
    return match.index + 1;
  }

  #enterCode(slashIsRegExp: boolean): void {
    this.#mode = "code";
    this.#slashIsRegExp = slashIsRegExp;
    this.#word = "";
  }
}

function tickRun(line: string, index: number): number {
  let end = index;
  while (line[end] === "`") end++;
  return end - index;
}
