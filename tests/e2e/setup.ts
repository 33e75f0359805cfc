/**
 * The command line interface as a process.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

/** Options of {@linkcode Cli}. */
export interface CliOptions {
  /** The environment, in addition to the variables that Deno needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text for stdin. @default none */
  readonly input?: string;
  /** The working directory. @default the repository */
  readonly cwd?: string;
  /** Whether its stdout is closed from the start. @default false */
  readonly closed?: boolean;
  /** Whether it has a terminal, through `script` of util-linux. @default false */
  readonly terminal?: boolean;
}

/** The result of a command line. */
export interface CliResult {
  readonly code: number;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command line. */
export class Cli implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #result: Promise<CliResult>;
  #stdout = "";
  #stderr = "";
  /** The ends of the texts that were waited for. */
  readonly #seen = { out: 0, err: 0 };
  #grown = Promise.withResolvers<void>();

  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;

  constructor(args: readonly string[], options: CliOptions = {}) {
    const { env = {}, input = "", cwd, closed = false, terminal = false } = options;
    const words = [Deno.execPath(), ...command(), ...args];
    const [program, ...rest] = terminal ? inTerminal(words) : words;
    this.#child = new Deno.Command(program!, {
      args: rest,
      cwd: cwd ?? ROOT,
      clearEnv: true,
      env: { ...inherited(), NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#result = this.#follow(closed);
    if (!terminal) this.type(input).then(() => this.#stdin.close()).catch(() => {});
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until it has printed a text on stdout or stderr, behind the one that was waited for last. */
  async printed(text: string): Promise<void> {
    let ended = false;
    this.#result.finally(() => (ended = true, this.#grown.resolve()));
    const isPrinted = () => {
      const [stdout, stderr] = [this.#stdout, this.#stderr];
      const [out, err] = [
        stdout.indexOf(text, this.#seen.out),
        stderr.indexOf(text, this.#seen.err),
      ];
      if (out >= 0) this.#seen.out = out + text.length;
      else if (err >= 0) this.#seen.err = err + text.length;
      return out >= 0 || err >= 0;
    };
    while (!isPrinted()) {
      if (ended) throw new Error(`It ended without ${text}: ${this.#stdout}${this.#stderr}`);
      await this.#grown.promise;
      if (!ended) this.#grown = Promise.withResolvers();
    }
  }

  /** Types a text. */
  async type(text: string): Promise<void> {
    if (text !== "") await this.#stdin.write(new TextEncoder().encode(text));
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Waits for its end. */
  result(): Promise<CliResult> {
    return this.#result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#result;
    await this.#stdin.abort().catch(() => {});
  }

  async #follow(closed: boolean): Promise<CliResult> {
    const { stdout, stderr, status } = this.#child;
    const [{ code, signal }] = await Promise.all([
      status,
      closed ? stdout.cancel() : read(stdout, (text) => this.#grow(() => this.#stdout += text)),
      read(stderr, (text) => this.#grow(() => this.#stderr += text)),
    ]);
    return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
  }

  #grow(add: () => void): void {
    add();
    this.#grown.resolve();
  }
}

/** Runs the command line to its end. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  await using cli = new Cli(args, options);
  return await cli.result();
}

function inTerminal(words: readonly string[]): string[] {
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return ["script", "--quiet", "--return", "--command", `exec ${quoted.join(" ")}`, "/dev/null"];
}

/** Returns the words that start the command line at a terminal. */
export function agentCommand(): string[] {
  return [Deno.execPath(), ...command()];
}

/** Returns the words before the arguments, as in `deno task agent`. */
function command(): string[] {
  return [
    "run",
    "--quiet",
    "--no-check",
    "--allow-run",
    "--allow-net",
    "--allow-env",
    "--allow-read",
    "--allow-write",
    `--config=${new URL("deno.json", ROOT).pathname}`,
    new URL("src/cli/main.ts", ROOT).pathname,
  ];
}

/** Returns the variables that Deno needs to find its cache. */
let given: Record<string, string> | undefined;

/** Returns the variables that Deno needs. The home is an empty one: that of the developer may have skills and settings. */
function inherited(): Record<string, string> {
  return given ??= {
    PATH: Deno.env.get("PATH") ?? "",
    DENO_DIR: denoFolder(),
    HOME: emptyHome(),
  };
}

function denoFolder(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

function emptyHome(): string {
  const home = Deno.makeTempDirSync({ prefix: "cave-home-" });
  addEventListener("unload", () => Deno.removeSync(home, { recursive: true }));
  return home;
}

async function read(
  stream: ReadableStream<BufferSource>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}
