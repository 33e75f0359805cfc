/** A kernel that tests control, for what happens between requests. */

import type { CellReport, NamespaceEntry, RestoreReport } from "../../src/rpc/protocol.ts";
import { KernelExitError } from "../../src/host/kernel_exit.ts";
import type { Definitions, Kernel } from "../../src/host/kernel.ts";
import type { KernelSnapshot } from "../../src/host/snapshot.ts";

/** A kernel without names that records its requests. */
export class FakeKernel implements Kernel {
  readonly ended: Promise<KernelExitError>;
  /** Ends it, as if it had crashed. */
  readonly end: () => void;
  /** Names that were defined. */
  readonly defined: string[] = [];
  /** Names that were taken away. */
  readonly removed: string[] = [];
  /** The second argument of `restore`. */
  except: readonly string[] | undefined;
  /** Whether it was closed. */
  closed = false;
  /** Resolves when `snapshot` or `restore` is called. */
  readonly asked = Promise.withResolvers<void>();
  /** The promise that `snapshot` and `restore` wait for. @default resolved */
  gate: Promise<unknown> = Promise.resolve();

  constructor() {
    const { promise, resolve } = Promise.withResolvers<KernelExitError>();
    this.ended = promise;
    this.end = () => resolve(new KernelExitError({ exitCode: 1, signal: null, stderr: "" }));
  }

  define({ values = [], functions = [] }: Definitions): Promise<void> {
    this.defined.push(...[...values].map(({ name }) => name), ...functions);
    return Promise.resolve();
  }

  remove(names: readonly string[]): Promise<void> {
    this.removed.push(...names);
    return Promise.resolve();
  }

  async snapshot(): Promise<KernelSnapshot> {
    this.asked.resolve();
    await this.gate;
    return { names: [{ name: "a", type: "number" }], lost: [], parts: [] };
  }

  async restore(_: readonly Uint8Array[], except: readonly string[]): Promise<RestoreReport> {
    this.except = except;
    this.asked.resolve();
    await this.gate;
    return { names: ["a"], lost: [] };
  }

  execute(): Promise<CellReport> {
    return Promise.resolve({ output: { length: 0, tail: "" }, changed: [] });
  }

  interrupt(): void {}

  retrieve(): Promise<unknown> {
    return Promise.resolve(1);
  }

  outline(names: string[]): Promise<(string | null)[]> {
    return Promise.resolve(names.map(() => null));
  }

  names(): Promise<NamespaceEntry[]> {
    return Promise.resolve([]);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}
