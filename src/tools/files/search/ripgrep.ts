/**
 * Ripgrep, where there is one: it names the files that can have a match. They are read and searched here all the same, so
 * that the answer is the one without it.
 */

import { joinPath } from "../../../workspace/workspace_path.ts";

/** Bytes of its answer; more files are searched without it. */
const MAX_OUTPUT_BYTES = 16 << 20;

/** A program in a directory. */
export class Ripgrep {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Returns the program for a directory, if this process may run one. */
  static find(root: string): Ripgrep | undefined {
    try {
      if (Deno.permissions.querySync({ name: "run", command: "rg" }).state !== "granted") {
        return undefined;
      }
      const { success } = new Deno.Command("rg", {
        args: ["--version"],
        stdout: "null",
        stderr: "null",
      }).outputSync();
      return success ? new Ripgrep(root) : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Lists files that have a text, and perhaps others.
   *
   * @param literal The text: ASCII, one line.
   * @param options The directory to search, and whether the case of letters counts.
   * @returns Their paths; `undefined` if it cannot be said.
   */
  async filesWith(
    literal: string,
    { directory, ignoreCase, signal }: {
      readonly directory: string;
      readonly ignoreCase: boolean;
      readonly signal: AbortSignal;
    },
  ): Promise<Set<string> | undefined> {
    const child = new Deno.Command("rg", {
      args: [
        ...["--no-config", "--files-with-matches", "--null", "--fixed-strings", "--text"],
        ...["--no-ignore", "--hidden", "--no-messages", "--encoding", "none", "--color", "never"],
        ...[ignoreCase ? "--ignore-case" : "--case-sensitive"],
        ...["--regexp", literal, "--", `./${directory}`],
      ],
      cwd: this.#root,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal,
    }).spawn();
    const chunks: string[] = [];
    let bytes = 0;
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT_BYTES) {
        child.kill("SIGKILL");
        await child.status;
        return undefined;
      }
      chunks.push(decoder.decode(chunk, { stream: true }));
    }
    const { code } = await child.status;
    signal.throwIfAborted();
    // 1: nothing was found. 2: an error, be it of one file only.
    if (code > 1) return undefined;
    return new Set(
      chunks.join("").split("\0").filter((path) => path !== "").map((path) =>
        joinPath(path.split("/").filter((name) => name !== "" && name !== "."))
      ),
    );
  }
}
