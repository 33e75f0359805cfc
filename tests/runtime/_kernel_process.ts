/** Access to the process of a kernel from outside. */

import { DenoRuntime, type DenoRuntimeOptions } from "../../src/runtime/deno_runtime.ts";

/** A runtime and the id of its kernel process. */
export interface MarkedRuntime {
  /** The runtime, started. */
  readonly runtime: DenoRuntime;
  /** The id of its kernel. */
  readonly pid: number;
  /** Finds its present kernels: two, while one replaces the other. */
  pids(): Promise<number[]>;
}

/**
 * Returns an output limit that no other kernel has, which is part of the command line. Test files share one process id.
 */
export function nextMark(): number {
  return 1_000_000 + crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/**
 * Creates and starts a runtime whose kernel can be identified by its command line.
 *
 * @param options Options of the runtime.
 */
export async function startMarked(options: DenoRuntimeOptions = {}): Promise<MarkedRuntime> {
  const maxOutputChars = nextMark();
  const runtime = new DenoRuntime({ ...options, maxOutputChars });
  await runtime.names();
  const pid = await findKernel(maxOutputChars);
  if (pid === undefined) throw new Error("There is no kernel process");
  return { runtime, pid, pids: () => findKernels(maxOutputChars) };
}

/**
 * Returns the id of the kernel process with this limit, if there is one.
 *
 * @param maxOutputChars The limit.
 */
export async function findKernel(maxOutputChars: number): Promise<number | undefined> {
  return (await findKernels(maxOutputChars))[0];
}

/**
 * Returns the ids of all kernel processes with this limit.
 *
 * @param maxOutputChars The limit.
 */
export async function findKernels(maxOutputChars: number): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const commandLine = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (commandLine.includes(`"maxOutputChars":${maxOutputChars},`)) found.push(Number(name));
  }
  return found;
}

/**
 * Kills a process and waits until it is gone.
 *
 * @param pid The id of the process.
 */
export async function killAndWait(pid: number): Promise<void> {
  Deno.kill(pid, "SIGKILL");
  await isGone(pid);
}

/** Resolves when a process is gone. */
export async function isGone(pid: number): Promise<void> {
  while (await exists(pid)) await Promise.resolve();
}

async function exists(pid: number): Promise<boolean> {
  try {
    await Deno.stat(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}
