/**
 * The child processes of this process. Linux only.
 *
 * @module
 */

/** Returns the ids of the child processes. */
export async function childProcesses(): Promise<number[]> {
  const lists = [];
  for await (const task of Deno.readDir("/proc/self/task")) {
    lists.push(await Deno.readTextFile(`/proc/self/task/${task.name}/children`).catch(() => ""));
  }
  return lists.join(" ").split(/\s+/).filter((pid) => pid !== "").map(Number);
}

/**
 * Returns the private memory of a process, in megabytes.
 *
 * @param pid The id of the process.
 */
export async function privateMegabytes(pid: number): Promise<number> {
  const rollup = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
  let kilobytes = 0;
  for (const [, amount] of rollup.matchAll(/^Private_\w+:\s+(\d+) kB/gm)) {
    kilobytes += Number(amount);
  }
  return kilobytes / 1024;
}
