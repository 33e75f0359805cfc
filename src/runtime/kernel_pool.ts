/**
 * Warm kernels, for programs that need one at once: a server that gives each request a runtime of its own.
 *
 * @module
 */

import type { Rule } from "../security/rule.ts";
import { DenoRuntime, type DenoRuntimeOptions } from "./deno_runtime.ts";
import type { Functions } from "../inject/host_function.ts";
import type { KernelHost } from "../host/kernel.ts";
import { KernelLauncher, type KernelProcessOptions } from "../host/launch/kernel_launcher.ts";
import type { RuntimeOptions } from "./runtime_options.ts";
import { checkCount } from "../limits/limit.ts";
import { Places } from "../async/semaphore.ts";
import type { RuntimeLimits } from "../limits/runtime_limits.ts";
import type { SubprocessKernel } from "../host/link/subprocess_kernel.ts";

/** Options of {@linkcode KernelPool}: of the kernels' processes, of how many there are, and limits of the runtimes. */
export interface KernelPoolOptions extends KernelProcessOptions, RuntimeLimits {
  /** Kernels that stand ready. @default 1 */
  readonly warm?: number;
  /** Runtimes that may be out at once; whoever wants one more waits. @default 8 */
  readonly maxRuntimes?: number;
  /** Rules for the cells of runtimes that have none of their own. @default `defaultRules()` */
  readonly rules?: readonly Rule[];
}

/** What a runtime of a pool may have of its own: everything but the limits that its kernel was started with. */
export type PooledRuntimeOptions<
  V extends object = Record<string, unknown>,
  F extends object = Functions,
> = Omit<
  RuntimeOptions<V, F>,
  "maxOutputChars" | "maxPendingCalls"
>;

/** Options of {@linkcode KernelPool.acquire}. */
export interface AcquireOptions {
  /** Ends the wait. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** A warm kernel that does not answer in this time is not given out. */
const PING_TIMEOUT_MS = 500;

/** Nobody, until a kernel is given out: no cell runs that could tell something. */
const NOBODY: KernelHost = {
  output() {},
  display() {},
  call: () => Promise.reject(new TypeError("Cannot call a host function: there is no owner")),
  use: () => Promise.reject(new TypeError("Cannot use an object of the host: there is no owner")),
};

/**
 * Keeps kernels warm. Each is given out once: a runtime that is closed ends its process, and a fresh one takes the place in
 * the pool, so nothing of one owner is ever seen by another.
 *
 * @example A runtime for a request
 * ```ts
 * import { KernelPool } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new KernelPool({ warm: 1, maxRuntimes: 2 });
 * {
 *   await using runtime = await pool.acquire({ variables: { rows: [1, 2, 3] } });
 *   await runtime.execute("const doubled = rows.map((n) => n * 2)");
 *   assertEquals(await runtime.retrieve("doubled"), [2, 4, 6]);
 * }
 * assertEquals(pool.runtimes, 0);
 * ```
 */
export class KernelPool implements AsyncDisposable {
  readonly #options: KernelPoolOptions;
  readonly #launcher: KernelLauncher;
  readonly #warm: number;
  readonly #places: Places;
  readonly #ready: SubprocessKernel[] = [];
  readonly #starting = new Set<Promise<void>>();
  readonly #runtimes = new Set<AsyncDisposable>();
  #refilling: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /**
   * Makes a pool, and starts its kernels.
   *
   * @param options How many kernels, and of what kind.
   * @throws {TypeError} If a permission cannot be granted.
   * @throws {RangeError} If a limit is no number above 0.
   */
  constructor(options: KernelPoolOptions = {}) {
    this.#options = options;
    this.#launcher = new KernelLauncher(options);
    this.#warm = checkCount("warm", options.warm ?? 1);
    this.#places = new Places(checkCount("maxRuntimes", options.maxRuntimes ?? 8));
    this.#refill();
  }

  /** Runtimes that are out. */
  get runtimes(): number {
    return this.#runtimes.size;
  }

  /** Kernels that stand ready. */
  get ready(): number {
    return this.#ready.length;
  }

  /**
   * Gives a runtime whose kernel has been started already, if one stands ready. Closing it makes room for the next.
   *
   * @param options What is injected, and limits, as for any runtime.
   * @param waiting A signal that ends the wait for room.
   * @throws {TypeError} If the pool is closed, or a name cannot be injected.
   * @throws The signal's reason, if it aborts first.
   */
  async acquire<V extends object = Record<string, unknown>, F extends object = Functions>(
    options: PooledRuntimeOptions<V, F> = {},
    waiting: AcquireOptions = {},
  ): Promise<DenoRuntime<V, F>> {
    const leave = await this.#places.take(waiting.signal);
    let runtime: Lease<V, F> | undefined;
    try {
      runtime = new Lease<V, F>({ ...this.#options, ...options }, {
        next: (host) => this.#take(host),
        end: () => {
          this.#runtimes.delete(runtime!);
          leave();
        },
      });
      this.#runtimes.add(runtime);
      await runtime.prepare();
      this.#assertOpen();
      return runtime;
    } catch (error) {
      await runtime?.close();
      leave();
      throw error;
    }
  }

  /** Ends all kernels, those that are out as well. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#refilling);
    this.#places.close(closedError());
    const ready = this.#ready.splice(0).map((kernel) => kernel.close());
    const out = [...this.#runtimes].map((runtime) => runtime[Symbol.asyncDispose]());
    await Promise.all([...ready, ...out, ...this.#starting]);
  }

  /** As {@linkcode KernelPool.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }

  /** Gives a kernel that answers, and sees to it that another one takes its place. */
  async #take(host: KernelHost): Promise<SubprocessKernel> {
    this.#assertOpen();
    let kernel = this.#ready.shift();
    while (kernel !== undefined && !await kernel.answers(PING_TIMEOUT_MS)) {
      await kernel.close();
      kernel = this.#ready.shift();
    }
    kernel ??= await this.#launcher.start(NOBODY);
    if (this.#closed) {
      await kernel.close();
      throw closedError();
    }
    kernel.host = host;
    this.#refillSoon();
    return kernel;
  }

  /** Starting a process keeps this one busy for milliseconds, for which whoever has got a kernel need not wait. */
  #refillSoon(): void {
    clearTimeout(this.#refilling);
    if (this.#closed) return;
    this.#refilling = setTimeout(() => this.#refill());
  }

  #refill(): void {
    while (!this.#closed && this.#ready.length + this.#starting.size < this.#warm) {
      const starting = this.#startOne().finally(() => this.#starting.delete(starting));
      this.#starting.add(starting);
    }
  }

  async #startOne(): Promise<void> {
    let kernel: SubprocessKernel | undefined;
    try {
      kernel = await this.#launcher.start(NOBODY);
      await kernel.warmUp();
    } catch {
      // Whoever takes the next one is told why, for it is started for him.
      return await kernel?.close();
    }
    if (this.#closed) return await kernel.close();
    this.#watch(kernel);
  }

  /** Keeps a kernel ready until it is given out or ends. */
  #watch(kernel: SubprocessKernel): void {
    this.#ready.push(kernel);
    kernel.ended.then(() => {
      const index = this.#ready.indexOf(kernel);
      if (index < 0) return;
      this.#ready.splice(index, 1);
      this.#refillSoon();
    });
  }
}

function closedError(): TypeError {
  return new TypeError("Cannot acquire a runtime: the pool is closed");
}

/** Where a lease gets its kernels from. */
interface Lessor {
  /** Gives a kernel. */
  next(host: KernelHost): Promise<SubprocessKernel>;
  /** Takes note that no more is wanted. */
  end(): void;
}

/** A runtime whose kernels come from a pool. */
class Lease<V extends object, F extends object> extends DenoRuntime<V, F> {
  readonly #lessor: Lessor;
  #prepared: SubprocessKernel | undefined;

  constructor(options: DenoRuntimeOptions<V, F>, lessor: Lessor) {
    super(options);
    this.#lessor = lessor;
  }

  /** Takes the first kernel. */
  async prepare(): Promise<void> {
    this.#prepared = await this.#lessor.next(NOBODY);
  }

  protected override async startKernel(host: KernelHost): Promise<SubprocessKernel> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (prepared === undefined) return await this.#lessor.next(host);
    prepared.host = host;
    return prepared;
  }

  override async close(): Promise<void> {
    const unused = this.#prepared;
    this.#prepared = undefined;
    // At once, so that nothing starts another one meanwhile.
    const closing = super.close();
    await unused?.close();
    await closing;
    this.#lessor.end();
  }
}
