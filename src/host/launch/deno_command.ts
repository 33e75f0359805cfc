/**
 * The Deno executable that kernels are started with.
 *
 * @module
 */

import { mayLimit } from "../process/_process_limits.ts";

/** The Deno that runs this, under the name by which the host may run it: `--allow-run=deno` is enough. */
export function denoCommand(): string {
  const path = Deno.execPath();
  const may = (command: string) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted";
  // Who may start a shell may start anything.
  return !may(path) && !mayLimit() && may("deno") ? "deno" : path;
}
