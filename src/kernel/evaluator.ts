/**
 * The evaluator: cells run one after another on one namespace. The kernel has one; so has a runtime in the host's process.
 *
 * @module
 */

import { Array, Error, Map, Object, Promise, realm } from "../rpc/builtins.ts";
import type {
  CellReport,
  ExecuteParams,
  ModuleParams,
  OutputReport,
  OutputStream,
  RestoreReport,
} from "../rpc/protocol.ts";
import { isObject } from "../rpc/values/kinds.ts";
import type { AnyClass } from "../rpc/values/shared_types.ts";
import { summarize } from "./namespace/describe.ts";
import { describeError } from "./namespace/describe_error.ts";
import { FunctionSources } from "./snapshot/function_source.ts";
import type { Stopper } from "./stop/stopper.ts";
import { Intrinsics } from "./snapshot/intrinsics.ts";
import type { Modules } from "./namespace/modules.ts";
import { Changes } from "./namespace/changes.ts";
import { Namespace } from "./namespace/namespace.ts";
import type { Originals } from "./lockdown/originals.ts";
import { createHelper } from "./namespace/cell_helper.ts";
import type { CellHelper, NamespaceScope } from "./namespace/scope.ts";
import type { SnapshotContext } from "./snapshot/snapshot_context.ts";
import { openSnapshot } from "./snapshot/snapshot_reader.ts";
import { writeSnapshot, type WrittenSnapshot } from "./snapshot/snapshot_writer.ts";
import type { StackMapper } from "./namespace/stack_mapper.ts";

/** The output of cells, as an evaluator uses it. */
export interface OutputAccount {
  /** Takes printed text. */
  write(stream: OutputStream, text: string): void;
  /** Starts the account of a cell. */
  start(cell: number): void;
  /** Ends the account of the cell, and returns how much it has printed. */
  end(): OutputReport;
}

/** Options of {@linkcode Evaluator}. */
export interface EvaluatorOptions {
  /** The place of the names. */
  readonly scope: NamespaceScope;
  /** Takes what cells print. */
  readonly output: OutputAccount;
  /** Maps positions in stacks. */
  readonly stacks: StackMapper;
  /** Stops cells. */
  readonly stopper: Stopper;
  /** Imports modules. */
  readonly modules: Modules;
  /** Returns whether a value stands for something of the host. @default nothing does */
  readonly isReference?: (value: object) => boolean;
  /** Puts back the built-ins that a cell has replaced, and names them. @default nothing is put back */
  readonly originals?: Originals;
  /** Globals that are no names of cells. */
  readonly globals: ReadonlySet<string>;
  /** Time that a snapshot may take to be written or read, in milliseconds. @default 30000 */
  readonly snapshotTimeoutMs?: number;
  /** Waits for what a cell has begun and cannot await. @default there is no such thing */
  readonly settle?: () => Promise<void>;
}

/** Enough for hundreds of megabytes. */
const DEFAULT_SNAPSHOT_TIMEOUT_MS = 30_000;

/** Runs cells on one namespace. */
export class Evaluator {
  readonly #scope: NamespaceScope;
  readonly #output: OutputAccount;
  readonly #stacks: StackMapper;
  readonly #stopper: Stopper;
  readonly #helper: CellHelper;
  readonly #sources: FunctionSources;
  readonly #snapshotTimeoutMs: number;
  readonly #isReference: (value: object) => boolean;
  readonly #originals: Originals | undefined;
  readonly #settle: (() => Promise<void>) | undefined;
  readonly #changes: Changes;
  #intrinsics: Intrinsics | undefined;
  /** The names. */
  readonly namespace: Namespace;
  /** The modules that cells have imported. */
  readonly modules: Modules;

  /** @param options The parts that it is made of. */
  constructor(options: EvaluatorOptions) {
    this.#scope = options.scope;
    this.#output = options.output;
    this.#stacks = options.stacks;
    this.#stopper = options.stopper;
    this.namespace = new Namespace(options.scope.target, options.globals);
    this.#changes = new Changes(this.namespace);
    this.modules = options.modules;
    this.#snapshotTimeoutMs = options.snapshotTimeoutMs ?? DEFAULT_SNAPSHOT_TIMEOUT_MS;
    this.#originals = options.originals;
    this.#settle = options.settle;
    this.#isReference = options.isReference ?? (() => false);
    this.#helper = createHelper(this.namespace, this.#stopper);
    this.#sources = new FunctionSources((code, helper) => {
      const compiled = this.#scope.expression(code, helper);
      return () => compiled(this.#helper, this.#stopper.flag);
    });
  }

  /**
   * Writes a snapshot of the namespace.
   *
   * @param maxBytes The largest size of the snapshot in bytes, roughly.
   * @throws {Error} If it does not come to an end: a cell may have put a getter or a proxy anywhere.
   */
  snapshot(maxBytes = Infinity): Promise<WrittenSnapshot> {
    return this.#bounded("take a snapshot", () => writeSnapshot(this.#context, maxBytes));
  }

  /**
   * Restores the names of a snapshot, which may come from another process.
   *
   * @param attachments The attachments that {@linkcode Evaluator.snapshot} returned.
   * @param except Names that stay as they are.
   * @throws {TypeError} If it is no snapshot.
   * @throws {Error} If it does not come to an end: classes may have static members that compute.
   */
  async restore(
    attachments: readonly Uint8Array[],
    except: readonly string[],
  ): Promise<RestoreReport> {
    const read = await openSnapshot(this.#context, attachments, { except });
    this.#changes.distrust();
    return await this.#bounded("restore a snapshot", read);
  }

  /**
   * Makes classes that the host hands over as their source.
   *
   * @param cell A compiled cell that returns an object with the classes.
   * @throws {Error} If that does not come to an end: classes may have static members that compute.
   * @throws What such a member throws.
   */
  async makeClasses(cell: ExecuteParams): Promise<Record<string, AnyClass>> {
    return await this.#made("make the classes", cell) as Record<string, AnyClass>;
  }

  /**
   * Evaluates a module, and binds its exports. Functions and classes are in snapshots by their names, for a module that is
   * evaluated anew makes them again; other values are data.
   *
   * @param module A compiled cell that returns an object with the exports.
   * @throws {Error} If that does not come to an end.
   * @throws What the module throws.
   */
  async makeModule({ names, ...cell }: ModuleParams): Promise<void> {
    const exports = await this.#made("evaluate the module", cell);
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      const value = exports[name];
      if (typeof value === "function") this.namespace.defineProvided(name, value);
      else this.namespace.define(name, value);
    }
  }

  async #made(what: string, cell: ExecuteParams): Promise<Record<string, unknown>> {
    const run = () => this.#scope.compile(cell)(this.#helper, this.#stopper.flag)();
    return (await this.#bounded(what, run) as [Record<string, unknown>])[0];
  }

  /** Runs what may run code of cells. The engine's limit is for one synchronous stretch, so the action has to be one. */
  async #bounded<T>(what: string, action: () => T): Promise<T> {
    const limit = { timeoutMs: this.#snapshotTimeoutMs };
    const ending = await this.#stopper.run(() => Promise.resolve(action()), limit);
    if (ending.stopped) throw ending.error ?? new Error(`Cannot ${what}: it was stopped`);
    return ending.value;
  }

  get #context(): SnapshotContext {
    const { namespace, modules } = this;
    this.#intrinsics ??= new Intrinsics(this.#globals());
    return {
      namespace,
      sources: this.#sources,
      modules,
      isReference: this.#isReference,
      intrinsics: this.#intrinsics,
    };
  }

  /** Returns the globals. Where the names are properties of another object, the real ones are behind those of that. */
  #globals(): Map<string, PropertyDescriptor> {
    const globals = new Map<string, PropertyDescriptor>();
    const outer = this.#scope.target === realm ? [] : Object.getOwnPropertyNames(realm);
    for (let i = 0; i < outer.length; i++) {
      globals.set(outer[i]!, Object.getOwnPropertyDescriptor(realm, outer[i]!)!);
    }
    this.namespace.globals().forEach((property, name) => globals.set(name, property));
    return globals;
  }

  /**
   * Runs a cell. An error that it throws is part of the report.
   *
   * @param cell The compiled cell.
   */
  async execute(cell: ExecuteParams): Promise<CellReport> {
    this.#changes.begin(cell.assignments);
    this.#stacks.add(cell.cell, cell.map);
    this.#originals?.begin();
    this.#output.start(cell.cell);
    let outcome: Pick<CellReport, "value" | "error" | "names" | "stopped">;
    try {
      const run = this.#scope.compile(cell)(this.#helper, this.#stopper.flag);
      const ending = await this.#stopper.run(
        async () => {
          const result = await run();
          await this.#settle?.();
          return await this.#valueOf(result);
        },
        { cell: cell.cell, timeoutMs: cell.timeoutMs ?? Infinity },
      );
      this.#restoreOriginals();
      if (ending.stopped && ending.error !== undefined) throw ending.error;
      if (ending.stopped) outcome = { stopped: true };
      else outcome = ending.value[0] === undefined ? {} : { value: summarize(ending.value[0]) };
    } catch (thrown) {
      this.#restoreOriginals();
      outcome = { error: describeError(thrown, this.#stacks), names: this.namespace.entries() };
    }
    this.namespace.settle();
    return { ...outcome, output: this.#output.end(), changed: this.#changes.end() };
  }

  #restoreOriginals(): void {
    this.#originals?.restore();
    const names = this.#originals?.take() ?? [];
    if (names.length === 0) return;
    this.#output.write("stderr", `Put back: ${names.join(", ")}. Cells cannot replace built-ins\n`);
  }

  /** Returns the value of a cell in a list, as cells do: so a value that has a `then` is not awaited. */
  async #valueOf(result: unknown): Promise<[unknown]> {
    if (!Array.isArray(result) || result.length === 0) return [undefined];
    const value: unknown = result[0];
    const isRead = isObject(value) && this.#isReference(value);
    return [value instanceof Promise || isRead ? await value : value];
  }
}
