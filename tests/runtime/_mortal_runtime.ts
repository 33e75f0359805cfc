/** A runtime whose kernel can be killed. */

import { assertInstanceOf } from "@std/assert";
import type { DenoRuntime, DenoRuntimeOptions } from "../../src/runtime/deno_runtime.ts";
import { KernelExitError } from "../../src/host/kernel_exit.ts";
import { type KernelExitResult, runFatal } from "./_contract.ts";
import { killAndWait, startMarked } from "./_kernel_process.ts";

/** The beginning of the message about a killed kernel. */
export const KILLED =
  "The kernel ended: it was killed, by somebody or for want of memory (signal SIGKILL)";

/** A runtime whose kernel is killed by cells with `die()`, and from outside with `kill()`. */
export interface Mortal extends AsyncDisposable {
  /** The runtime, started. */
  readonly runtime: DenoRuntime;
  /** Kills the idle kernel, and waits until the runtime has noticed. */
  kill(): Promise<void>;
  /** Runs a cell that kills the kernel. */
  die(before?: string): Promise<KernelExitResult>;
  /** Kills the kernel that is there, or the one that is to take its place. */
  killBusy(): Promise<void>;
}

/**
 * Creates and starts a runtime that takes no checkpoints by default.
 *
 * @param options Options of the runtime.
 */
export async function startMortal(options: DenoRuntimeOptions = {}): Promise<Mortal> {
  const killBusy = async () => {
    const pids = await marked.pids();
    Deno.kill(pids.length === 1 ? pids[0]! : pids.find((pid) => pid !== marked.pid)!, "SIGKILL");
  };
  const die = async () => {
    await killBusy();
    await new Promise(() => {});
  };
  const marked = await startMarked({
    checkpoint: "never",
    stopGraceMs: 1_000,
    ...options,
    functions: { ...options.functions, die },
  });
  const { runtime } = marked;
  return {
    runtime,
    async kill() {
      for (const pid of await marked.pids()) await killAndWait(pid);
      // The call may come before this process has noticed the end, or start the next kernel.
      await runtime.names().catch((error) => assertInstanceOf(error, KernelExitError));
    },
    async die(before = "") {
      return await runFatal(runtime, `${before}\nawait die()`);
    },
    killBusy,
    [Symbol.asyncDispose]: () => runtime.close(),
  };
}
