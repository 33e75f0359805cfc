/**
 * Rules on commands: which run without being asked for, and which never run.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { programsIn, wordsOf } from "./_simple_command.ts";

/** Options of {@linkcode CommandRules}. */
export interface CommandRulesOptions {
  /**
   * Commands that need no approval, word by word; a last word `*` stands for any more words: `git status`, `deno test *`.
   * A command with anything that a shell expands, joins or redirects never matches. @default none
   */
  readonly allow?: readonly string[] | undefined;
  /**
   * Names of programs that no command may name: `curl`. This catches slips, and is no wall: a command can hide a name. Approvals
   * and the sandbox are the walls. @default programs that end the machine or erase disks
   */
  readonly deny?: readonly string[] | undefined;
}

const OPTIONS: OptionNames<CommandRulesOptions> = { allow: true, deny: true };

const DEFAULT_DENIED = [
  ...["shutdown", "reboot", "halt", "poweroff", "mkfs", "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs"],
  ...["fdisk", "parted", "wipefs"],
];

/** A command, as a rule sees it. */
export interface CommandRequest {
  /** The command. */
  readonly command: string;
  /** The directory. */
  readonly directory: string;
  /** The standard input: for many programs it is a program. @default none */
  readonly stdin?: string | undefined;
  /** Whether it runs in the background. */
  readonly background: boolean;
}

/** Rules on commands. */
export class CommandRules {
  readonly #allow: readonly (readonly string[])[];
  readonly #deny: ReadonlySet<string>;

  /**
   * Checks the rules.
   *
   * @param options The rules.
   * @throws {TypeError} If one of `allow` is no plain command.
   */
  constructor(options: CommandRulesOptions = {}) {
    const task = "make rules for commands";
    checkOptions(options, { names: OPTIONS, task });
    this.#allow = (options.allow ?? []).map((rule) => {
      const isOpen = / \*$/.test(rule);
      const words = wordsOf(isOpen ? rule.slice(0, -2) : rule);
      if (words === undefined) {
        throw new TypeError(
          `Cannot ${task}: ${
            JSON.stringify(rule)
          } is not a list of words, perhaps with a * behind it`,
        );
      }
      return isOpen ? [...words, "*"] : words;
    });
    this.#deny = new Set((options.deny ?? DEFAULT_DENIED).map((name) => name.toLowerCase()));
  }

  /** Returns the name of a program that the command must not use; `undefined` if there is none. */
  denied({ command, stdin = "" }: CommandRequest): string | undefined {
    if (this.#deny.size === 0) return undefined;
    return [...programsIn(command), ...programsIn(stdin)].find((name) => this.#deny.has(name));
  }

  /** Returns whether the command runs without an approval. */
  allows({ command, stdin }: CommandRequest): boolean {
    // With an input, a harmless program can be told to do anything.
    if (stdin !== undefined) return false;
    const words = wordsOf(command);
    return words !== undefined && this.#allow.some((rule) => {
      const isOpen = rule.at(-1) === "*";
      const fixed = isOpen ? rule.slice(0, -1) : rule;
      const fits = isOpen ? words.length >= fixed.length : words.length === fixed.length;
      return fits && fixed.every((word, i) => words[i] === word);
    });
  }
}

/**
 * Returns the text by which a decision on a command is remembered: the same for commands that mean the same to every shell,
 * and another one for any other spelling, directory or input.
 *
 * @param request The command.
 */
export function sortOfCommand({ command, directory, stdin, background }: CommandRequest): string {
  return JSON.stringify([wordsOf(command) ?? command, directory, stdin ?? null, background]);
}
