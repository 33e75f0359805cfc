/** Signals to a process and the processes that it has started. */

import { SHELL } from "./_process_limits.ts";

/** The script: takes the name of the signal and the number of the group. */
const SCRIPT = `kill -s "$0" -- "-$1"`;

/**
 * Sends a signal to every process of a group.
 *
 * @param leader The process that leads the group.
 * @param name The signal.
 * @throws {Error} If there is no such group.
 */
export function signalGroup(leader: number, name: Deno.Signal): void {
  if (Deno.permissions.querySync({ name: "run" }).state === "granted") {
    Deno.kill(-leader, name);
    return;
  }
  // With a list of programs in `--allow-run`, Deno lets the host signal its own child processes only, not their groups.
  const args = ["-c", SCRIPT, name.slice("SIG".length), `${leader}`];
  const { success } = new Deno.Command(SHELL, { args, stdin: "null", stderr: "null" }).outputSync();
  if (!success) throw new Error(`Cannot send ${name}: there is no process group ${leader}`);
}
