/**
 * The Deno executable that starts kernels.
 *
 * @module
 */

import { mayLimit } from "../process/_process_limits.ts";

/**
 * Returns the running Deno, under the name by which the host may run it, so that `--allow-run=deno` suffices.
 *
 * @throws {TypeError} In a program of `deno compile`, which is no Deno that could run others.
 */
export function denoCommand(): string {
  if (Deno.build.standalone) {
    throw new TypeError(
      "Cannot start kernels: a program made with `deno compile` has no Deno to run them with; name one with the option denoPath, or for the command line with CAVE_DENO",
    );
  }
  const path = Deno.execPath();
  const may = (command: string) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted";
  // A host that may start a shell may start anything.
  return !may(path) && !mayLimit() && may("deno") ? "deno" : path;
}
