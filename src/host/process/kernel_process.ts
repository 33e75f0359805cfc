/**
 * The process of a kernel: its pipes, its signals, its end.
 *
 * @module
 */

import type { ByteChannel } from "../../rpc/wire/channel.ts";
import { signalGroup } from "./_process_group.ts";
import { spawnLimited } from "./_process_limits.ts";
import { tailOf } from "../../text/truncate.ts";
import type { KernelExit } from "../kernel_exit.ts";

/** The command of a kernel process. */
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
  /** Maximum memory in bytes, enforced by the operating system where that is possible. */
  readonly processMemoryBytes: number;
}

/** The operations on the process of a kernel. */
export interface KernelProcessHandle {
  /** The byte streams to its stdin and from its stdout. */
  readonly channel: ByteChannel;
  /** Keeps the event loop alive until an action has ended. */
  use<T>(action: () => Promise<T>): Promise<T>;
  /** Sends a signal, if the process still runs. */
  signal(name: Deno.Signal): void;
  /** Ends the process. The first reason is the one that is reported. */
  end(reason: string): void;
  /** Resolves when the process has ended. */
  exit(): Promise<KernelExit>;
  /** Returns the error for a missing program, if that is the meaning of the exit code. */
  missing(exitCode: number): Error | undefined;
}

/** Number of last characters of stderr that are kept for the error. */
const STDERR_TAIL_CHARS = 4 * 1024;

/** A running process. It keeps the host's event loop alive only while it is in use. */
export class KernelProcess implements KernelProcessHandle {
  /** The byte streams to its stdin and from its stdout. */
  readonly channel: ByteChannel;
  readonly #child: Deno.ChildProcess;
  readonly #missing: (exitCode: number) => Error | undefined;
  readonly #stderr: Promise<string>;
  readonly #isWrapped: boolean;
  #users = 0;
  #hasEnded = false;
  /** The reason, if this side has ended the process. */
  #reason: string | undefined;

  /**
   * Starts the process.
   *
   * @param spec The command.
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

  /** Keeps the event loop alive until an action has ended. */
  async use<T>(action: () => Promise<T>): Promise<T> {
    if (this.#users++ === 0) this.#child.ref();
    try {
      return await action();
    } finally {
      if (--this.#users === 0) this.#child.unref();
    }
  }

  /** Sends a signal, if the process still runs. */
  signal(name: Deno.Signal): void {
    // After its end, another process group may have its number.
    if (this.#hasEnded) return;
    try {
      // Behind a wrapper, the started process is not the kernel, but both are in its process group.
      if (this.#isWrapped) signalGroup(this.#child.pid, name);
      else this.#child.kill(name);
    } catch {
      // The process has ended already.
    }
  }

  /** Ends the process. The first reason is the one that is reported. */
  end(reason: string): void {
    this.#reason ??= reason;
    this.signal("SIGKILL");
  }

  /** Resolves when the process has ended. */
  async exit(): Promise<KernelExit> {
    const { code, signal } = await this.#child.status;
    return { exitCode: code, signal, stderr: await this.#stderr, reason: this.#reason };
  }

  /** Returns the error for a missing program, if that is the meaning of the exit code. */
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

/** Reads a stream and keeps its last characters. */
async function readTail(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let tail = "";
  try {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      tail = tailOf(tail + text, STDERR_TAIL_CHARS);
    }
  } catch {
    // The text that was read so far is kept.
  }
  return tail;
}
