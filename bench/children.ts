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

/** Clock ticks of Linux in a second. */
const TICKS = 100;

/**
 * Returns the processor time that a process has used, in seconds.
 *
 * @param pid The id of the process.
 */
export async function processorSeconds(pid: number): Promise<number> {
  const [user, system] = (await statOf(`${pid}`)).slice(11, 13);
  return (Number(user) + Number(system)) / TICKS;
}

/** Returns the processor time that ended child processes of this process have used, in seconds. */
export async function endedChildrenSeconds(): Promise<number> {
  const [user, system] = (await statOf("self")).slice(13, 15);
  return (Number(user) + Number(system)) / TICKS;
}

/** Returns the fields of a process behind its name, which may hold spaces. */
async function statOf(pid: string): Promise<string[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}
