/**
 * The launcher of kernel processes: flags, environment, limits.
 *
 * @module
 */

import {
  checkProcessLimits,
  PROCESS_LIMITS,
  type ProcessLimits,
} from "../../limits/process_limits.ts";
import { denoCommand } from "./deno_command.ts";
import type { KernelOptions } from "../../rpc/protocol.ts";
import { denoMembers } from "../../security/permissions/deno_members.ts";
import { checkPackages } from "../../security/permissions/packages.ts";
import {
  type DangerousPermissions,
  type GrantedPermission,
  grantedPermissions,
  importPatterns,
  type Permissions,
  toPermissionFlags,
} from "../../security/permissions/permissions.ts";
import type { CellPlace } from "../../security/rule.ts";
import { kernelEnvironment } from "./_kernel_environment.ts";
import { withAbsolutePaths } from "./_absolute_paths.ts";
import { launchInTurn } from "./_start_queue.ts";
import { PackageCache } from "./_package_cache.ts";
import { type KernelFiles, kernelFiles } from "./sandbox/_kernel_files.ts";
import { atLeastStarting } from "../process/_process_limits.ts";
import type { KernelHost } from "../kernel.ts";
import { kernelUrl } from "./kernel_program.ts";
import { KernelProcess } from "../process/kernel_process.ts";
import { checkRuntimeLimits, type RuntimeLimits } from "../../limits/runtime_limits.ts";
import type { OptionNames } from "../../limits/options.ts";
import type { KernelLimits } from "../../limits/kernel_limits.ts";
import { type Sandbox, sandboxCommand, type SandboxKind, sandboxKind } from "./sandbox/sandbox.ts";
import { SubprocessKernel } from "../link/subprocess_kernel.ts";

/** The names of {@linkcode KernelProcessOptions}. */
export const KERNEL_PROCESS_OPTIONS: OptionNames<KernelProcessOptions> = {
  ...PROCESS_LIMITS,
  permissions: true,
  imports: true,
  packages: true,
  wasm: true,
  dangerouslyAllow: true,
  denoPath: true,
  sandbox: true,
};

/** With less than this V8 does not come up. */
const MIN_HEAP_MEGABYTES = 16;

/** Options for the process of a kernel. */
export interface KernelProcessOptions extends ProcessLimits {
  /** Access of cells beyond the injected values. @default none */
  readonly permissions?: Permissions;
  /**
   * Allowed imports of cells: exact specifiers, or prefixes that end in `/` or `*`. Files also need the permission
   * `read`, and remote modules `import`. `node:`, `data:` and `blob:` stay closed. @default none
   */
  readonly imports?: readonly string[];
  /**
   * npm packages that cells may import, each with its exact version: `["npm:lodash-es@4.17.21"]`. They are fetched
   * before the first kernel starts, unless they are in Deno's cache, and nothing is fetched later. Cells may leave out
   * the version. Dependencies of packages cannot be imported by cells. The code of a package is not checked, and can
   * import Node.js modules, with the permissions of the kernel. @default none
   */
  readonly packages?: readonly string[];
  /** Whether cells have WebAssembly, whose memory counts towards `processMemoryBytes`. @default true */
  readonly wasm?: boolean;
  /**
   * Programs and native libraries that cells may run, with all rights of the host's user, whatever else is denied.
   * @default none
   */
  readonly dangerouslyAllow?: DangerousPermissions;
  /** The Deno executable; a compiled program has to name one. @default `Deno.execPath()` */
  readonly denoPath?: string;
  /**
   * The program inside which the process runs, as an additional wall: with `"auto"`, bubblewrap on Linux and
   * sandbox-exec on macOS, or a program of your own. There is no fallback: a kernel that cannot be sandboxed as
   * requested does not start. @default "none"
   */
  readonly sandbox?: Sandbox;
}

/** Starts kernels with the same options. */
export class KernelLauncher {
  /** Permissions of cells. */
  readonly permissions: Permissions & DangerousPermissions;
  /** Packages that cells may import. */
  readonly packages: readonly string[];
  /** The kind of sandbox around the processes. */
  readonly sandbox: SandboxKind;
  readonly #granted: readonly GrantedPermission[];
  readonly #cache: PackageCache;
  readonly #options: KernelProcessOptions;
  readonly #flags: readonly string[];
  readonly #kernelOptions: KernelOptions;
  readonly #useTimeoutMs: number;
  readonly #memoryBytes: number;
  #files: KernelFiles | undefined;

  /**
   * Checks the options.
   *
   * @param options The options of the processes.
   * @param limits Checked limits of the runtime, which the kernel enforces as well.
   * @throws {TypeError} If a permission cannot be granted, or there is no such sandbox.
   * @throws {RangeError} If a limit is no number above 0, or the process is to have less memory than its heap.
   * @throws {Deno.errors.NotSupported} If this system has no such sandbox.
   * @throws {Deno.errors.NotCapable} If the host may not start the sandbox.
   */
  constructor(
    options: KernelProcessOptions,
    limits: Required<RuntimeLimits> = checkRuntimeLimits({}),
  ) {
    this.#options = options;
    const { maxOutputChars, maxPendingCalls, timeoutMs } = limits;
    this.#useTimeoutMs = timeoutMs;
    const { permissions, exits } = withAbsolutePaths(options);
    this.#granted = grantedPermissions(permissions, exits);
    this.permissions = { ...permissions, ...exits };
    this.packages = checkPackages(options.packages ?? []);
    this.#cache = new PackageCache(this.packages);
    this.sandbox = sandboxKind(options.sandbox ?? "none");
    const { memoryBytes, processMemoryBytes, maxFrameBytes, maxReferences, maxTimers } =
      checkProcessLimits(
        options,
      );
    this.#memoryBytes = memoryBytes;
    const heapMegabytes = Math.max(MIN_HEAP_MEGABYTES, Math.ceil(memoryBytes / 2 ** 20));
    this.#flags = [
      `--v8-flags=--disallow-code-generation-from-strings${heapFlag(heapMegabytes)}`,
      ...toPermissionFlags(this.#granted),
    ];
    this.#kernelOptions = {
      // In a sandbox, the parent of the kernel is another program, or not visible.
      ...this.sandbox === "none" ? { host: Deno.pid } : {},
      maxOutputChars,
      maxPendingCalls,
      denoMembers: denoMembers(this.#kinds),
      imports: [...options.imports ?? [], ...importPatterns(this.#granted)],
      packages: [...this.packages],
      wasm: options.wasm ?? true,
      maxFrameBytes,
      maxReferences,
      maxTimers,
      processMemoryBytes: atLeastStarting(processMemoryBytes),
    };
  }

  /** The limits that the processes enforce. */
  get limits(): Omit<KernelLimits, "timeoutMs" | "memoryLimitedBySystem"> {
    const {
      maxFrameBytes,
      maxReferences,
      maxTimers,
      maxOutputChars,
      maxPendingCalls,
      processMemoryBytes,
    } = this.#kernelOptions;
    return {
      memoryBytes: this.#memoryBytes,
      processMemoryBytes,
      maxFrameBytes,
      maxReferences,
      maxTimers,
      maxOutputChars,
      maxPendingCalls,
    };
  }

  /** The place of cells, for the rules. */
  get place(): CellPlace {
    const { imports, packages } = this.#kernelOptions;
    return { imports, packages, permissions: this.#kinds };
  }

  get #kinds(): string[] {
    return this.#granted.map(({ kind }) => kind);
  }

  /** Returns flags that forbid downloads, which otherwise need no permission. */
  #networkFlags(): string[] {
    const flags: string[] = [];
    const remote = this.#kinds.includes("import");
    // If this package is remote, its kernel is a remote module too, which has to come from the cache.
    const isFile = kernelUrl().startsWith("file:");
    if (isFile && !remote) flags.push("--no-remote");
    if (!remote && !isFile || this.packages.length > 0) flags.push("--cached-only");
    if (this.packages.length === 0) flags.push("--no-npm");
    return flags;
  }

  /**
   * Starts a kernel when its turn comes, after fetching the packages.
   *
   * @param host Receives output and host calls.
   * @param signal Ends the wait for its turn.
   * @throws {Deno.errors.NotFound} If the Deno executable does not exist.
   * @throws {Error} If the packages cannot be fetched, or the host may not read a variable that cells may read.
   */
  async start(host: KernelHost, signal?: AbortSignal): Promise<SubprocessKernel> {
    if (this.packages.length > 0) await this.#cache.fill(this.#command);
    return await launchInTurn(() => this.launch(host), signal);
  }

  /** Returns the command that precedes that of the kernel. */
  #wrapper(env: Readonly<Record<string, string>>): readonly string[] {
    const { sandbox = "none" } = this.#options;
    const deno = this.#command;
    // Deno is asked for the files once.
    const uses = this.#uses;
    const files = () => this.#files ??= kernelFiles({ deno, env, url: kernelUrl(), uses });
    return sandboxCommand(sandbox, () => ({ deno, granted: this.#granted, files: files() }));
  }

  /** The parts of Deno's cache that the kernel reads. Modules that cells may fetch are not looked up there. */
  get #uses(): ("remote" | "npm")[] {
    const fetches = this.#kinds.includes("import");
    const remote = !kernelUrl().startsWith("file:") || this.#kernelOptions.imports.length > 0;
    return [
      ...remote && !fetches ? ["remote" as const] : [],
      ...this.packages.length > 0 ? ["npm" as const] : [],
    ];
  }

  get #command(): string {
    return this.#options.denoPath ?? denoCommand();
  }

  /**
   * Starts a kernel whose packages, if any, have been fetched.
   *
   * @param host Receives output and host calls.
   * @throws {Deno.errors.NotFound} If the Deno executable does not exist.
   * @throws {Error} If the host may not read a variable that cells may read.
   */
  launch(host: KernelHost): SubprocessKernel {
    const { maxFrameBytes, maxReferences } = this.#kernelOptions;
    const useTimeoutMs = this.#useTimeoutMs;
    return new SubprocessKernel(host, {
      process: this.spawn(),
      maxFrameBytes,
      maxReferences,
      useTimeoutMs,
    });
  }

  /**
   * Starts a process without connecting to it.
   *
   * @throws {Deno.errors.NotFound} If the Deno executable does not exist.
   * @throws {Error} If the host may not read a variable that cells may read.
   */
  spawn(): KernelProcess {
    const { processMemoryBytes } = this.#kernelOptions;
    const env = kernelEnvironment({ granted: this.#granted, packages: this.packages });
    return new KernelProcess({
      command: this.#command,
      wrapper: this.#wrapper(env),
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-config",
        "--no-lock",
        ...this.#networkFlags(),
        ...this.#flags,
        kernelUrl(),
        JSON.stringify(this.#kernelOptions, finite),
      ],
      env,
      // A folder that exists everywhere and holds no project.
      cwd: Deno.build.os === "windows" ? "C:\\" : "/",
      processMemoryBytes,
    });
  }
}

function heapFlag(megabytes: number): string {
  return Number.isFinite(megabytes) ? `,--max-old-space-size=${megabytes}` : "";
}

/** Replaces `Infinity`, which JSON lacks, by a number that is never reached. */
function finite(_key: string, value: unknown): unknown {
  return value === Infinity ? Number.MAX_SAFE_INTEGER : value;
}
