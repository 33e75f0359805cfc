/**
 * The process of a kernel: its pipes, its signals, its end.
 *
 * @module
 */

import type { ByteChannel } from "../../rpc/wire/channel.ts";
import { signalGroup } from "./_process_group.ts";
import { spawnLimited } from "./_process_limits.ts";
import type { KernelExit } from "../kernel_exit.ts";

/** How a kernel process is started. */
export interface KernelProcessSpec {
  /** The Deno executable. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its working directory. */
  readonly cwd: string;
  /** The program that starts it, and its arguments; empty if there is none. */
  readonly wrapper: readonly string[];
  /** Memory in bytes that the operating system lets it have, where that is possible. */
  readonly processMemoryBytes: number;
}

/** What is done with the process of a kernel. */
export interface KernelProcessHandle {
  /** Its stdin and stdout. */
  readonly channel: ByteChannel;
  /** Keeps the event loop alive until something has been done with it. */
  use<T>(action: () => Promise<T>): Promise<T>;
  /** Sends a signal, if it still runs. */
  signal(name: Deno.Signal): void;
  /** Ends it, and says why; the first reason counts. */
  end(reason: string): void;
  /** Settles when it has ended. */
  exit(): Promise<KernelExit>;
  /** The error for a program that is not there, if that is what an exit code says. */
  missing(exitCode: number): Error | undefined;
}

/** Of what the process writes to stderr, this many characters of the end are kept for the error. */
const STDERR_TAIL_CHARS = 4 * 1024;

/** A running process. It keeps the host's event loop alive only while it is in use. */
export class KernelProcess implements KernelProcessHandle {
  /** Its stdin and stdout. */
  readonly channel: ByteChannel;
  readonly #child: Deno.ChildProcess;
  readonly #missing: (exitCode: number) => Error | undefined;
  readonly #stderr: Promise<string>;
  readonly #isWrapped: boolean;
  #users = 0;
  #hasEnded = false;
  /** Why this side has ended it, if it has. */
  #reason: string | undefined;

  /**
   * Starts it.
   *
   * @param spec How.
   */
  constructor(spec: KernelProcessSpec) {
    const { child, missing } = spawnLimited({
      command: spec.command,
      wrapper: spec.wrapper,
      processMemoryBytes: spec.processMemoryBytes,
      args: [...spec.args],
      clearEnv: true,
      env: { ...spec.env },
      cwd: spec.cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    this.#child = child;
    this.#isWrapped = spec.wrapper.length > 0;
    this.#missing = missing;
    this.channel = pipeChannel(child);
    this.#stderr = readTail(child.stderr);
    void child.status.then(() => this.#hasEnded = true);
    child.unref();
  }

  /** Keeps the event loop alive until something has been done with it. */
  async use<T>(action: () => Promise<T>): Promise<T> {
    if (this.#users++ === 0) this.#child.ref();
    try {
      return await action();
    } finally {
      if (--this.#users === 0) this.#child.unref();
    }
  }

  /** Sends a signal, if it still runs. */
  signal(name: Deno.Signal): void {
    // Its number may be that of somebody else's group by now.
    if (this.#hasEnded) return;
    try {
      // The process that was started is not the kernel then, but both are in its group.
      if (this.#isWrapped) signalGroup(this.#child.pid, name);
      else this.#child.kill(name);
    } catch {
      // It has ended already.
    }
  }

  /** Ends it, and says why; the first reason counts. */
  end(reason: string): void {
    this.#reason ??= reason;
    this.signal("SIGKILL");
  }

  /** Settles when it has ended. */
  async exit(): Promise<KernelExit> {
    const { code, signal } = await this.#child.status;
    return { exitCode: code, signal, stderr: await this.#stderr, reason: this.#reason };
  }

  /** The error for a program that is not there, if that is what an exit code says. */
  missing(exitCode: number): Error | undefined {
    return this.#missing(exitCode);
  }
}

function pipeChannel(child: Deno.ChildProcess): ByteChannel {
  const reader = child.stdout.getReader({ mode: "byob" });
  const writer = child.stdin.getWriter();
  return {
    source: {
      async read(view) {
        const { value, done } = await reader.read(view);
        return done ? null : value;
      },
    },
    sink: { write: (bytes) => writer.write(bytes) },
    async close() {
      await Promise.allSettled([reader.cancel(), writer.abort()]);
    },
  };
}

/** Reads a stream to its end and keeps the end. */
async function readTail(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let tail = "";
  try {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      tail = (tail + text).slice(-STDERR_TAIL_CHARS);
    }
  } catch {
    // What was read is what there is.
  }
  return tail;
}
