/** Kernels without the wall of the engine: the permissions of their process stand alone. */

/** A Deno executable that starts another kernel than the requested one, and allows code from strings. */
export class BareDeno {
  readonly #folder = Deno.makeTempDirSync({ prefix: "bare-" });

  constructor() {
    const kernel = new URL("_bare_kernel.ts", import.meta.url).href;
    // Storage APIs write to the cache folder, even without any permission.
    Deno.writeTextFileSync(
      this.denoPath,
      `#!/bin/sh
export DENO_DIR="${this.#folder}/cache"
for arg do
  shift
  case "$arg" in
    */src/kernel/kernel.js) arg="${kernel}" ;;
    --v8-flags=*) arg="--v8-flags=\${arg##*,}" ;;
  esac
  set -- "$@" "$arg"
done
exec "${Deno.execPath()}" "$@"
`,
      { mode: 0o755 },
    );
  }

  /** The path of the executable. */
  get denoPath(): string {
    return `${this.#folder}/deno`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
