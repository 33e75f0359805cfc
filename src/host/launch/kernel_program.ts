/**
 * The file from which kernels start.
 *
 * @module
 */

import { pathToFileURL } from "node:url";

/** One file, which is made from the modules of the kernel. */
const KERNEL_URL = new URL("../../kernel/kernel.js", import.meta.url).href;

let unpacked: string | undefined;

/**
 * Is never called. The literal import puts the kernel into the module graph of programs that import this package from a
 * registry, and so into the cache from which it is started; `deno compile` packs it for the same reason.
 */
export function cacheKernel(): Promise<unknown> {
  return import("../../kernel/kernel.js");
}

/**
 * Returns the URL of the kernel, for another Deno process. The files of a compiled program exist inside of it only: its kernel is
 * copied into a temporary folder first, which is removed at the end.
 *
 * @throws {Error} If a compiled program cannot read its own files, or write a temporary one.
 */
export function kernelUrl(): string {
  if (!Deno.build.standalone) return KERNEL_URL;
  return unpacked ??= unpack();
}

function unpack(): string {
  try {
    const text = Deno.readTextFileSync(new URL(KERNEL_URL));
    const folder = Deno.makeTempDirSync({ prefix: "cave-kernel-" });
    const path = `${folder}/kernel.js`;
    Deno.writeTextFileSync(path, text, { mode: 0o600 });
    addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    return pathToFileURL(path).href;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Cannot start kernels of a compiled program: its kernel cannot be copied into a temporary file (${reason}); compile it with --allow-read and --allow-write`,
      { cause },
    );
  }
}
