/**
 * One `deno` command of the gate as a bounded child: it has a time limit, ends with the gate, leaves
 * no process behind and never holds more than a bounded part of its output in memory.
 *
 * @module
 */

/** Options for {@linkcode runChild}. */
export interface ChildOptions {
  /** Time limit of the child in milliseconds. */
  timeoutMs: number;
  /** Stops the child when aborted. */
  signal?: AbortSignal;
  /** Directory to run in. */
  cwd?: string | URL;
  /** Variables in addition to the gate's own. */
  env?: Record<string, string>;
}

/** How a child ended. */
export interface ChildResult {
  /** The exit code. That of a stopped child is not 0. */
  code: number;
  /** Whether it reached its time limit. */
  timedOut: boolean;
  /** The end of what it wrote to stdout and stderr, in the order of arrival. */
  output: string;
}

/** Time between the request to end, upon which `deno test` names the pending tests, and the kill. */
const GRACE_MS = 3_000;
/** Enough for a long diff, and little enough for the memory when a test prints in a loop. */
const MAX_OUTPUT_CHARACTERS = 200_000;

/**
 * Runs `deno` with some arguments until it ends or is stopped.
 *
 * @param args The arguments.
 * @param options Limits of the run.
 * @returns How it ended; a failure is a value as well.
 */
export async function runChild(args: string[], options: ChildOptions): Promise<ChildResult> {
  const { timeoutMs, signal, cwd, env } = options;
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A process group of its own, so that the processes that the child started can be ended with it.
    detached: true,
  }).spawn();

  const output = new Tail();
  const reading = new AbortController();
  const read = Promise.all([
    collect(child.stdout, { into: output, signal: reading.signal }),
    collect(child.stderr, { into: output, signal: reading.signal }),
  ]);
  let timedOut = false;
  let force: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    killGroup(child.pid, "SIGINT");
    force ??= setTimeout(() => killGroup(child.pid, "SIGKILL"), GRACE_MS);
  };
  const limit = setTimeout(() => {
    timedOut = true;
    stop();
  }, timeoutMs);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    const { code } = await child.status;
    killGroup(child.pid, "SIGKILL");
    return { code: timedOut ? code || 1 : code, timedOut, output: await drain() };
  } finally {
    clearTimeout(limit);
    clearTimeout(force);
    signal?.removeEventListener("abort", stop);
  }

  /**
   * Takes the output so far. A process outside of the group can still hold the pipes open, so the rest is not awaited.
   */
  async function drain(): Promise<string> {
    const patience = setTimeout(() => reading.abort(), GRACE_MS);
    await read;
    clearTimeout(patience);
    return output.text;
  }
}

/** The last characters of a growing text. */
class Tail {
  text = "";

  append(text: string): void {
    this.text += text;
    if (this.text.length <= 2 * MAX_OUTPUT_CHARACTERS) return;
    this.text = `[the beginning is left out]\n${this.text.slice(-MAX_OUTPUT_CHARACTERS)}`;
  }
}

async function collect(
  stream: ReadableStream<Uint8Array>,
  options: { into: Tail; signal: AbortSignal },
): Promise<void> {
  const decoder = new TextDecoder();
  const sink = new WritableStream<Uint8Array>({
    write(chunk) {
      options.into.append(decoder.decode(chunk, { stream: true }));
    },
  });
  try {
    await stream.pipeTo(sink, { signal: options.signal });
  } catch (error) {
    if (!options.signal.aborted) throw error;
  }
}

function killGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !isNoSuchProcess(error)) throw error;
  }
}

function isNoSuchProcess(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH";
}
