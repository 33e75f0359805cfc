/**
 * The Deno executable that starts kernels.
 *
 * @module
 */

import { mayLimit } from "../process/_process_limits.ts";

/** Returns the running Deno, under the name by which the host may run it, so that `--allow-run=deno` suffices. */
export function denoCommand(): string {
  const path = Deno.execPath();
  const may = (command: string) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted";
  // A host that may start a shell may start anything.
  return !may(path) && !mayLimit() && may("deno") ? "deno" : path;
}
