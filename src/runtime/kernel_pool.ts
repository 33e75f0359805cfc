/**
 * Warm kernels, for programs that need one at once, such as a server with a runtime for each request.
 *
 * @module
 */

import type { Rule } from "../security/rule.ts";
import { DenoRuntime, type ProcessSource, processSource } from "./deno_runtime.ts";
import type { Functions } from "../inject/host_function.ts";
import type { KernelHost } from "../host/kernel.ts";
import {
  KERNEL_PROCESS_OPTIONS,
  KernelLauncher,
  type KernelProcessOptions,
} from "../host/launch/kernel_launcher.ts";
import { RUNTIME_OPTIONS, type RuntimeOptions } from "./runtime_options.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import { checkCount } from "../limits/limit.ts";
import { Semaphore } from "../async/semaphore.ts";
import {
  checkRuntimeLimits,
  RUNTIME_LIMITS,
  type RuntimeLimits,
} from "../limits/runtime_limits.ts";
import type { SubprocessKernel } from "../host/link/subprocess_kernel.ts";

/** Options of {@linkcode KernelPool}: of its processes, of their number, and limits of its runtimes. */
export interface KernelPoolOptions extends KernelProcessOptions, RuntimeLimits {
  /** Number of kernels that are kept ready. @default 1 */
  readonly warm?: number;
  /** Maximum number of leased runtimes; further calls of `acquire` wait. @default 8 */
  readonly maxRuntimes?: number;
  /** Rules for the cells of runtimes that have none of their own. @default `defaultRules()` */
  readonly rules?: readonly Rule[];
}

/** Options of one runtime of a pool: all options of a runtime, except limits with which its kernel was already started. */
export type PooledRuntimeOptions<
  V extends object = Record<string, unknown>,
  F extends object = Functions,
> = Omit<
  RuntimeOptions<V, F>,
  "maxOutputChars" | "maxPendingCalls"
>;

const KERNEL_POOL_OPTIONS: OptionNames<KernelPoolOptions> = {
  ...KERNEL_PROCESS_OPTIONS,
  ...RUNTIME_LIMITS,
  warm: true,
  maxRuntimes: true,
  rules: true,
};

const POOLED_RUNTIME_OPTIONS: OptionNames<PooledRuntimeOptions> = withoutFixed(RUNTIME_OPTIONS);

function withoutFixed(
  { maxOutputChars: _1, maxPendingCalls: _2, ...names }: typeof RUNTIME_OPTIONS,
) {
  return names;
}

/** Options of {@linkcode KernelPool.acquire}. */
export interface AcquireOptions {
  /** Ends the wait. @default none */
  readonly signal?: AbortSignal | undefined;
}

const ACQUIRE_OPTIONS: OptionNames<AcquireOptions> = { signal: true };

/** Time in which a warm kernel has to answer before it is leased, in milliseconds. A slower one is replaced. */
const PING_TIMEOUT_MS = 2_000;

/** The host of a kernel that is not leased. No cell runs on it. */
const NO_OWNER: KernelHost = {
  output() {},
  display() {},
  call: () => Promise.reject(new TypeError("Cannot call a host function: there is no owner")),
  use: () => Promise.reject(new TypeError("Cannot use an object of the host: there is no owner")),
};

/**
 * Keeps kernels warm. Each is leased once: closing its runtime ends the process, and a fresh one takes its place in the pool,
 * so that no owner ever sees anything of another.
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
  /** Options of the pool that its runtimes share. */
  readonly #shared: KernelProcessOptions & RuntimeLimits & { readonly rules?: readonly Rule[] };
  readonly #launcher: KernelLauncher;
  readonly #warm: number;
  readonly #leases: Semaphore;
  readonly #ready: SubprocessKernel[] = [];
  readonly #starting = new Set<Promise<void>>();
  readonly #runtimes = new Set<AsyncDisposable>();
  #refilling: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /**
   * Makes a pool, and starts its kernels.
   *
   * @param options Numbers of kernels, options of their processes, and limits.
   * @throws {TypeError} If a permission cannot be granted, or an option has an unknown name.
   * @throws {RangeError} If a limit is not a number above 0.
   */
  constructor(options: KernelPoolOptions = {}) {
    checkOptions(options, { names: KERNEL_POOL_OPTIONS, task: "make a pool" });
    const { warm: _, maxRuntimes: _m, ...shared } = options;
    this.#shared = shared;
    this.#launcher = new KernelLauncher(options, checkRuntimeLimits(options));
    this.#warm = checkCount("warm", options.warm ?? 1);
    this.#leases = new Semaphore(checkCount("maxRuntimes", options.maxRuntimes ?? 8));
    this.#refill();
  }

  /** Number of leased runtimes. */
  get runtimes(): number {
    return this.#runtimes.size;
  }

  /** Number of kernels that are ready. */
  get ready(): number {
    return this.#ready.length;
  }

  /**
   * Leases a runtime whose kernel is already running, if one is ready. Closing the runtime ends the lease.
   *
   * @param options The injections, and limits, as for any runtime.
   * @param waiting A signal that ends the wait for a lease.
   * @throws {TypeError} If the pool is closed, or a name cannot be injected.
   * @throws The signal's reason, if it aborts first.
   */
  async acquire<V extends object = Record<string, unknown>, F extends object = Functions>(
    options: PooledRuntimeOptions<V, F> = {},
    waiting: AcquireOptions = {},
  ): Promise<DenoRuntime<V, F>> {
    const task = "acquire a runtime";
    checkOptions(options, { names: POOLED_RUNTIME_OPTIONS, task });
    checkOptions(waiting, { names: ACQUIRE_OPTIONS, task });
    const release = await this.#leases.acquire(waiting.signal);
    let runtime: DenoRuntime<V, F> | undefined;
    try {
      let prepared: SubprocessKernel | undefined;
      const source: ProcessSource = {
        ...processSource(this.#launcher),
        start: async (host) => {
          const kernel = prepared ?? await this.#take();
          prepared = undefined;
          kernel.host = host;
          return kernel;
        },
        closed: async () => {
          // A runtime that was never used has not started its kernel.
          await prepared?.close();
          this.#runtimes.delete(runtime!);
          release();
        },
      };
      runtime = new DenoRuntime<V, F>({ ...this.#shared, ...options }, source);
      this.#runtimes.add(runtime);
      prepared = await this.#take();
      this.#assertOpen();
      return runtime;
    } catch (error) {
      await runtime?.close();
      release();
      throw error;
    }
  }

  /** Ends all kernels, including leased ones. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#refilling);
    this.#leases.close(closedError());
    const ready = this.#ready.splice(0).map((kernel) => kernel.close());
    const leased = [...this.#runtimes].map((runtime) => runtime[Symbol.asyncDispose]());
    await Promise.all([...ready, ...leased, ...this.#starting]);
  }

  /** Closes the pool. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }

  /** Returns a kernel that answers, and starts another one in its place. */
  async #take(): Promise<SubprocessKernel> {
    this.#assertOpen();
    let kernel = this.#ready.shift();
    while (kernel !== undefined && !await kernel.answers(PING_TIMEOUT_MS)) {
      await kernel.close();
      kernel = this.#ready.shift();
    }
    kernel ??= await this.#launcher.start(NO_OWNER);
    if (this.#closed) {
      await kernel.close();
      throw closedError();
    }
    this.#refillSoon();
    return kernel;
  }

  /** Starts kernels a little later: starting a process takes milliseconds, for which the new owner need not wait. */
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
      kernel = await this.#launcher.start(NO_OWNER);
      await kernel.warmUp();
    } catch {
      // The next call of acquire starts a kernel of its own, and reports the error.
      return await kernel?.close();
    }
    if (this.#closed) return await kernel.close();
    this.#watch(kernel);
  }

  /** Keeps a kernel ready until it is leased or ends. */
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
