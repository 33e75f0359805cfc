/** Starts kernels without the engine's wall: the permissions of their process stand alone. */

/** A Deno that starts another kernel than it is told to, and lets code from strings run. */
export class BareDeno {
  readonly #folder = Deno.makeTempDirSync({ prefix: "bare-" });

  constructor() {
    const kernel = new URL("_bare_kernel.ts", import.meta.url).href;
    // What storage APIs write goes to the cache folder, also without any permission.
    Deno.writeTextFileSync(
      this.denoPath,
      `#!/bin/sh
export DENO_DIR="${this.#folder}/cache"
for arg do
  shift
  case "$arg" in
    */src/kernel/main.ts) arg="${kernel}" ;;
    --v8-flags=*) arg="--v8-flags=\${arg##*,}" ;;
  esac
  set -- "$@" "$arg"
done
exec "${Deno.execPath()}" "$@"
`,
      { mode: 0o755 },
    );
  }

  /** Its path. */
  get denoPath(): string {
    return `${this.#folder}/deno`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
