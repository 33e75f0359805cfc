/** A command that was started: its output, its end, and the end of all that it has started. */

import { MAX_TIMER_MS } from "../../limits/limit.ts";
import { killTree, MARK } from "./_process_tree.ts";
import { OutputTail } from "./_output_tail.ts";
import { commandLine, type CommandPlace } from "./_command_line.ts";

/** The end of a command: by itself, at its time limit, or because it was stopped. */
export type CommandStatus = "running" | "exited" | "timeout" | "stopped";

/** A command, for a model. */
export interface CommandDescription {
  readonly id: string;
  readonly status: CommandStatus;
  readonly exitCode?: number;
  readonly durationMs?: number;
  readonly output: string;
  readonly outputChars: number;
  readonly truncated: boolean;
}

/** Options of {@linkcode Command}. */
export interface CommandOptions {
  readonly id: string;
  readonly place: CommandPlace;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | undefined;
  readonly timeoutMs: number;
  readonly maxOutputChars: number;
  /** Receives output as it arrives. */
  readonly onOutput: (text: string) => void;
}

/** Bytes of output after which a command is stopped: it has gone astray. */
const MAX_OUTPUT_BYTES = 256 << 20;

/** Characters of output that are passed on as events. */
const MAX_EVENT_CHARS = 1_000_000;

/** A command. */
export class Command {
  readonly id: string;
  readonly output: OutputTail;
  /** Resolves at the end, when nothing of it is left. */
  readonly ended: Promise<void>;
  status: CommandStatus = "running";
  /** The code of its end; -1 as long as it runs. */
  exitCode = -1;
  durationMs = 0;
  readonly #child: Deno.ChildProcess;
  readonly #options: CommandOptions;
  #killing: Promise<void> | undefined;

  constructor(command: string, options: CommandOptions) {
    this.id = options.id;
    this.#options = options;
    this.output = new OutputTail(options.maxOutputChars);
    const [program, ...args] = commandLine(command, options.place);
    this.#child = new Deno.Command(program!, {
      args,
      cwd: options.place.directory,
      clearEnv: true,
      env: { ...options.env, [MARK]: options.id },
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      detached: Deno.build.os !== "windows",
    }).spawn();
    this.ended = this.#follow();
    this.ended.catch(() => {});
  }

  /** Ends the command, and everything that it has started. */
  stop(status: "timeout" | "stopped" = "stopped"): void {
    if (this.status === "running") this.status = status;
    this.#killing = killTree(this.#child.pid, this.id);
  }

  /**
   * Describes the command, for a model.
   *
   * @param from The first character of the output. @default head and tail
   */
  describe(from?: number): CommandDescription {
    const { id, status, exitCode, output, durationMs } = this;
    const { maxOutputChars } = this.#options;
    const text = from === undefined ? output.shown() : output.from(from).slice(0, maxOutputChars);
    return {
      id,
      status,
      ...(status === "running" ? {} : { exitCode, durationMs }),
      output: text,
      outputChars: output.length,
      truncated: from === undefined ? output.isCut : from + text.length < output.length,
    };
  }

  async #follow(): Promise<void> {
    const started = performance.now();
    const { stdin, timeoutMs } = this.#options;
    const timer = setTimeout(() => this.stop("timeout"), Math.min(timeoutMs, MAX_TIMER_MS));
    const feeding = stdin === undefined ? Promise.resolve() : this.#feed(stdin);
    const reading = this.#read();
    try {
      const { code } = await this.#child.status;
      this.exitCode = code;
    } finally {
      clearTimeout(timer);
      if (this.status === "running") this.status = "exited";
      // Processes that it has left in the background would hold the output open.
      await this.#killing;
      await killTree(this.#child.pid, this.id);
    }
    await Promise.all([feeding, reading]);
    this.durationMs = Math.round(performance.now() - started);
  }

  async #feed(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode(text));
      await writer.close();
    } catch {
      // The command has ended without reading it.
    }
  }

  async #read(): Promise<void> {
    let bytes = 0;
    let passed = 0;
    const take = (chunk: Uint8Array | undefined) => {
      const text = this.output.push(chunk);
      if (text === "" || passed >= MAX_EVENT_CHARS) return;
      passed += text.length;
      this.#options.onOutput(text);
    };
    // Only the sandbox itself writes to the second one.
    const errors = this.#child.stderr.pipeTo(
      new WritableStream({
        write: (chunk) => take(chunk),
      }),
    );
    for await (const chunk of this.#child.stdout) {
      bytes += chunk.length;
      take(chunk);
      if (bytes > MAX_OUTPUT_BYTES && this.status === "running") this.stop();
    }
    await errors;
    take(undefined);
  }
}
