/**
 * The processes of a fleet, which can be killed, frozen and thawed.
 *
 * @module
 */

import type { FleetWorkerOptions } from "./_fleet_worker.ts";
import type { Parts } from "./_timed.ts";

const WORKER = new URL("_fleet_worker.ts", import.meta.url).pathname;

/** Options of a worker as a process. */
export interface WorkerProcessOptions extends Omit<FleetWorkerOptions, "name"> {
  /** Receives the error of a worker that has ended by itself. */
  readonly onFault: (error: Error) => void;
}

/** A worker as a process. */
export class WorkerProcess {
  /** The name, which is that of no other process. */
  readonly name: string;
  readonly #child: Deno.ChildProcess;
  readonly #ready = Promise.withResolvers<void>();
  readonly #output: Promise<string>;
  readonly #errors: Promise<string>;
  #isEnding = false;

  /** @param options The options. */
  constructor({ onFault, ...options }: WorkerProcessOptions) {
    this.name = `worker-${crypto.randomUUID().slice(0, 8)}`;
    const given = JSON.stringify({ ...options, name: this.name });
    const args = ["run", "-A", "--no-check", WORKER, given];
    const command = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "piped" });
    this.#child = command.spawn();
    this.#output = this.#read();
    this.#errors = new Response(this.#child.stderr).text();
    this.#child.status.then(async ({ code, signal }) => {
      this.#ready.resolve();
      if (this.#isEnding) return;
      const errors = (await this.#errors).slice(-2_000);
      onFault(new Error(`${this.name} has ended by itself, with ${signal ?? code}:\n${errors}`));
    });
  }

  /** Sends a signal, unless it has ended. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended, which is reported.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    this.signal("SIGKILL");
    await Promise.all([this.#child.status, this.#output, this.#errors]);
  }

  /** Ends it at once, and returns what it has reported. */
  async autopsy(): Promise<string> {
    await this.kill();
    return `${this.name}: ${(await this.#errors).slice(-2_000)}`;
  }

  /** Lets it drain, and returns the times of its parts. */
  async drain(): Promise<Parts> {
    // Before, SIGTERM would end it.
    await this.#ready.promise;
    this.#isEnding = true;
    this.signal("SIGTERM");
    const [{ code }, output, errors] = await Promise.all([
      this.#child.status,
      this.#output,
      this.#errors,
    ]);
    if (code !== 0) throw new Error(`${this.name} has ended with ${code}:\n${errors}`);
    return JSON.parse(output.trim().split("\n").at(-1)!);
  }

  async #read(): Promise<string> {
    let text = "";
    for await (const chunk of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes("\n")) this.#ready.resolve();
    }
    return text;
  }
}
