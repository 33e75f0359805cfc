/**
 * The runtime for code that nobody has read: a Deno subprocess without permissions.
 *
 * @module
 */

import { resolve } from "node:path";
import { DEFAULT_MAX_FRAME_BYTES } from "../rpc/frame.ts";
import type { KernelOptions } from "../rpc/protocol.ts";
import { grantedKinds, type Permissions, toPermissionFlags } from "../security/permissions.ts";
import type { Kernel, KernelHost } from "./kernel.ts";
import { KernelRuntime, type RuntimeOptions } from "./kernel_runtime.ts";
import { atLeastStarting, mayLimit } from "./_process_limits.ts";
import { checkCount, checkLimit } from "./limit.ts";
import { SubprocessKernel } from "./subprocess_kernel.ts";

/** Options of {@linkcode DenoRuntime}. */
export interface DenoRuntimeOptions<V extends object = Record<string, unknown>>
  extends RuntimeOptions<V> {
  /** What cells may reach beyond what is injected. @default nothing */
  readonly permissions?: Permissions;
  /**
   * What cells may import: exact specifiers, or prefixes that end in `/` or `*`. Files need `read` permission as well.
   * `node:`, `data:` and `blob:` stay closed. @default nothing
   */
  readonly imports?: readonly string[];
  /**
   * JavaScript heap of the kernel in bytes. A cell that needs more ends the kernel. What ArrayBuffers and WebAssembly hold
   * does not count. @default 1073741824, or `processMemoryBytes` if that is less
   */
  readonly memoryBytes?: number;
  /**
   * Memory of the whole kernel process in bytes: heap, ArrayBuffers, WebAssembly. A cell that needs more gets a
   * `RangeError`, and its state is kept; a kernel that is 256 MiB beyond it is ended. At least 128 MiB.
   * @default 2147483648, or `memoryBytes` and 1 GiB if `memoryBytes` is more
   */
  readonly processMemoryBytes?: number;
  /** Timers that may be pending at once, `Infinity` for no limit. @default 1000 */
  readonly maxTimers?: number;
  /** Largest message in bytes, both ways. @default 268435456 */
  readonly maxFrameBytes?: number;
  /** The Deno executable; a compiled program has to name one. @default `Deno.execPath()` */
  readonly denoPath?: string;
}

/** Room for millions of rows, and little enough for a few kernels on one machine. */
const DEFAULT_MEMORY_BYTES = 2 ** 30;

/** Room for the heap and as much again for what is not part of it. */
const DEFAULT_PROCESS_MEMORY_BYTES = 2 ** 31;

/** What a process has beside a large heap, unless it is told otherwise. */
const OFF_HEAP_BYTES = 2 ** 30;

/** More than a program waits for at once; each costs less than a kilobyte. */
const DEFAULT_MAX_TIMERS = 1_000;

/** With less than this V8 does not come up. */
const MIN_HEAP_MEGABYTES = 16;

/** The kernel is started by its URL. */
const KERNEL_URL = new URL("../kernel/main.ts", import.meta.url).href;

/**
 * Never called. That it stands here puts the kernel into the module graph of whoever imports this package from a registry,
 * and so into the cache, from which it is started.
 */
export function cacheKernel(): Promise<unknown> {
  return import("../kernel/main.ts");
}

/**
 * Runs cells in a subprocess of their own: a Deno that has no permissions but those in the options, an empty environment,
 * no way to import code, and no way to make code from strings. It starts on first use and again after a crash.
 *
 * The host needs permission to run Deno, `--allow-run`, and no other.
 *
 * @typeParam V The injected variables.
 *
 * @example State persists from cell to cell, and comes back as objects
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = new DenoRuntime({ variables: { rows: [{ n: 1 }, { n: 2 }] } });
 * await runtime.execute(`const total: number = rows.reduce((sum, row) => sum + row.n, 0)`);
 * await runtime.execute(`const doubled = new Map([["total", total * 2]])`);
 * assertEquals(await runtime.retrieve("doubled"), new Map([["total", 6]]));
 * ```
 */
export class DenoRuntime<V extends object = Record<string, unknown>> extends KernelRuntime<V> {
  /** Whether cells are cut off from the host. */
  override readonly isolated: boolean = true;
  /** What cells may reach beyond what is injected. */
  readonly permissions: Permissions;
  readonly #options: DenoRuntimeOptions<V>;
  readonly #flags: readonly string[];
  readonly #heapMegabytes: number;
  readonly #limits: Pick<KernelOptions, "maxFrameBytes" | "maxTimers" | "processMemoryBytes">;

  /**
   * Makes a runtime. Its kernel starts on first use.
   *
   * @param options What is injected, permissions and limits.
   * @throws {TypeError} If a name cannot be injected or a permission cannot be granted.
   * @throws {RangeError} If a limit is no number above 0, or the process is to have less memory than its heap.
   */
  constructor(options: DenoRuntimeOptions<V> = {}) {
    super(options);
    this.#options = options;
    this.permissions = withAbsolutePaths(options.permissions ?? {});
    this.#flags = toPermissionFlags(this.permissions);
    const { memoryBytes, processMemoryBytes } = memoryLimits(options);
    this.#heapMegabytes = Math.max(MIN_HEAP_MEGABYTES, Math.ceil(memoryBytes / 2 ** 20));
    this.#limits = {
      maxFrameBytes: checkLimit("maxFrameBytes", options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES),
      maxTimers: checkCount("maxTimers", options.maxTimers ?? DEFAULT_MAX_TIMERS),
      processMemoryBytes: atLeastStarting(processMemoryBytes),
    };
  }

  /** @internal */
  protected override startKernel(host: KernelHost): Promise<Kernel> {
    const { maxFrameBytes, processMemoryBytes } = this.#limits;
    const kernelOptions: KernelOptions = {
      permissions: grantedKinds(this.permissions),
      imports: [...this.#options.imports ?? []],
      maxOutputChars: this.maxOutputChars,
      maxPendingCalls: this.maxPendingCalls,
      ...this.#limits,
    };
    const kernel = new SubprocessKernel(host, {
      command: this.#options.denoPath ?? denoCommand(),
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-config",
        "--no-lock",
        // A module of a package is a remote module: it has to come from the cache, and so may cells' imports.
        ...KERNEL_URL.startsWith("file:") ? ["--no-remote"] : ["--cached-only"],
        "--no-npm",
        `--v8-flags=--disallow-code-generation-from-strings${heapFlag(this.#heapMegabytes)}`,
        ...this.#flags,
        KERNEL_URL,
        JSON.stringify(kernelOptions, finite),
      ],
      env: kernelEnvironment(),
      // A folder that holds no project and exists everywhere.
      cwd: Deno.build.os === "windows" ? "C:\\" : "/",
      maxFrameBytes,
      processMemoryBytes,
    });
    return Promise.resolve(kernel);
  }
}

/** What is left out follows from what is given. */
function memoryLimits(options: DenoRuntimeOptions<object>) {
  const given = {
    memoryBytes: checkLimit("memoryBytes", options.memoryBytes ?? DEFAULT_MEMORY_BYTES),
    processMemoryBytes: checkLimit(
      "processMemoryBytes",
      options.processMemoryBytes ?? DEFAULT_PROCESS_MEMORY_BYTES,
    ),
  };
  const { memoryBytes, processMemoryBytes } = given;
  if (memoryBytes <= processMemoryBytes) return given;
  if (options.processMemoryBytes === undefined) {
    return { memoryBytes, processMemoryBytes: memoryBytes + OFF_HEAP_BYTES };
  }
  if (options.memoryBytes === undefined) {
    return { memoryBytes: processMemoryBytes, processMemoryBytes };
  }
  throw new RangeError(
    `Cannot use processMemoryBytes ${processMemoryBytes}: it is less than memoryBytes, ${memoryBytes}`,
  );
}

function heapFlag(megabytes: number): string {
  return Number.isFinite(megabytes) ? `,--max-old-space-size=${megabytes}` : "";
}

/** JSON has no `Infinity`: a limit that is none becomes one that is never reached. */
function finite(_key: string, value: unknown): unknown {
  return value === Infinity ? Number.MAX_SAFE_INTEGER : value;
}

/** The kernel has a working directory of its own, in which relative paths would mean something else. */
function withAbsolutePaths(permissions: Permissions): Permissions {
  const absolute = (granted: boolean | readonly string[]) =>
    Array.isArray(granted)
      ? granted.map((path: string) => path === "" ? path : resolve(path))
      : granted;
  const { read, write } = permissions;
  return {
    ...permissions,
    ...(read === undefined ? {} : { read: absolute(read) }),
    ...(write === undefined ? {} : { write: absolute(write) }),
  };
}

/** The Deno that runs this, under the name by which the host may run it: `--allow-run=deno` is enough. */
function denoCommand(): string {
  const path = Deno.execPath();
  const may = (command: string) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted";
  // Who may start a shell may start anything.
  return !may(path) && !mayLimit() && may("deno") ? "deno" : path;
}

/** Deno finds its cache by itself, unless the host was told where it is. Cells cannot read any of this. */
function kernelEnvironment(): Record<string, string> {
  const env: Record<string, string> = { NO_COLOR: "1" };
  if (Deno.permissions.querySync({ name: "env", variable: "DENO_DIR" }).state === "granted") {
    const cache = Deno.env.get("DENO_DIR");
    if (cache !== undefined) env.DENO_DIR = cache;
  }
  return env;
}
