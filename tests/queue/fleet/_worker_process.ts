/**
 * The processes of a fleet, which can be killed, frozen and thawed.
 *
 * @module
 */

import type { FleetWorkerOptions } from "./_fleet_worker.ts";
import type { Parts } from "./_timed.ts";

const WORKER = new URL("_fleet_worker.ts", import.meta.url).pathname;

/** A worker as a process. */
export class WorkerProcess {
  /** The name, which is that of no other process. */
  readonly name: string;
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<string>;
  readonly #errors: Promise<string>;

  /** @param options The options. */
  constructor(options: Omit<FleetWorkerOptions, "name">) {
    this.name = `worker-${crypto.randomUUID().slice(0, 8)}`;
    const given = JSON.stringify({ ...options, name: this.name });
    const args = ["run", "-A", "--no-check", WORKER, given];
    const command = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "piped" });
    this.#child = command.spawn();
    this.#output = new Response(this.#child.stdout).text();
    this.#errors = new Response(this.#child.stderr).text();
  }

  /**
   * Sends a signal.
   *
   * @throws {Error} If the worker has ended by itself.
   */
  async signal(signal: Deno.Signal): Promise<void> {
    try {
      this.#child.kill(signal);
    } catch (cause) {
      throw new Error(`A worker has ended by itself: ${await this.#errors}`, { cause });
    }
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    await this.signal("SIGKILL");
    await Promise.all([this.#child.status, this.#output, this.#errors]);
  }

  /** Ends it at once, and returns what it has reported. */
  async autopsy(): Promise<string> {
    await this.kill();
    return `${this.name}: ${(await this.#errors).slice(-2_000)}`;
  }

  /** Lets it drain, and returns the times of its parts. */
  async drain(): Promise<Parts> {
    await this.signal("SIGTERM");
    const [{ code }, output, errors] = await Promise.all([
      this.#child.status,
      this.#output,
      this.#errors,
    ]);
    if (code !== 0) throw new Error(`A worker ended with ${code}:\n${errors}`);
    return JSON.parse(output);
  }
}
