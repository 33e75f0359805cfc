/** Packages, fetched before the first kernel starts, since kernels may not fetch anything. */

import { tailOf } from "../../text/truncate.ts";

/** Maximum length of Deno's message about a package that it cannot fetch, of which the end is kept. */
const MAX_REASON_CHARS = 1_000;

/** The time that a registry has to answer, in milliseconds. */
const FETCH_TIMEOUT_MS = 120_000;

/** Fetches packages into Deno's cache. */
export class PackageCache {
  readonly #packages: readonly string[];
  #filling: Promise<void> | undefined;

  /** @param packages The packages, with their versions. */
  constructor(packages: readonly string[]) {
    this.#packages = packages;
  }

  /**
   * Fetches the packages, once. Uses no network if all of them are in the cache.
   *
   * @param command The Deno executable.
   * @throws {Error} If a package cannot be fetched; the next call tries again.
   */
  fill(command: string): Promise<void> {
    this.#filling ??= this.#fetch(command).catch((error) => {
      this.#filling = undefined;
      throw error;
    });
    return this.#filling;
  }

  async #fetch(command: string): Promise<void> {
    // Uses the environment of the host, which configures the registry and proxies. Executes no code of the packages.
    const child = new Deno.Command(command, {
      args: ["cache", "--quiet", "--no-config", "--no-lock", ...this.#packages],
      env: { NO_COLOR: "1" },
      cwd: Deno.build.os === "windows" ? "C:\\" : "/",
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, FETCH_TIMEOUT_MS);
    const { success, stderr } = await child.output().finally(() => clearTimeout(timer));
    if (success) return;
    const said = new TextDecoder().decode(stderr).replace(/\nStack backtrace:[\s\S]*$/, "").trim();
    const reason = timedOut ? `it took more than ${FETCH_TIMEOUT_MS / 1000} seconds` : said;
    throw new Error(
      `Cannot fetch the packages ${this.#packages.join(", ")}: ${tailOf(reason, MAX_REASON_CHARS)}`,
    );
  }
}
