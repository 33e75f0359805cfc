/**
 * A session: cells run one after another on one namespace. The kernel has one; so has a runtime in the host's process.
 *
 * @module
 */

import {
  Array,
  Error,
  JSON,
  Map,
  Object,
  Promise,
  Proxy,
  String,
  SyntaxError,
} from "../rpc/builtins.ts";
import type {
  CellErrorReport,
  CellReport,
  ExecuteParams,
  NamespaceEntry,
  OutputReport,
  OutputStream,
  RestoreReport,
} from "../rpc/protocol.ts";
import { isObject } from "../rpc/values/kinds.ts";
import type { AnyClass } from "../rpc/values/shared_types.ts";
import { show, summarize } from "./namespace/describe.ts";
import { FunctionSources } from "./snapshot/function_source.ts";
import type { Interrupts } from "./stop/interrupts.ts";
import { Intrinsics } from "./snapshot/intrinsics.ts";
import type { Modules } from "./namespace/modules.ts";
import { Namespace, toEntry } from "./namespace/namespace.ts";
import type { Originals } from "./guest/originals.ts";
import type { CellHelper, Scope } from "./namespace/scope.ts";
import { withoutGuards } from "./namespace/source_text.ts";
import type { SnapshotContext } from "./snapshot/snapshot_context.ts";
import { openSnapshot } from "./snapshot/snapshot_reader.ts";
import { writeSnapshot, type WrittenSnapshot } from "./snapshot/snapshot_writer.ts";
import type { StackMapper } from "./namespace/stack_mapper.ts";

/** The part of the output that a session needs to know. */
export interface CellOutput {
  /** Takes what is printed. */
  write(stream: OutputStream, text: string): void;
  /** The output of a cell begins. */
  start(cell: number): void;
  /** The output of the cell ends: gives how much it has printed. */
  end(): OutputReport;
}

/** What a session stands on. */
export interface SessionOptions {
  /** Where the names live. */
  readonly scope: Scope;
  /** What cells print. */
  readonly output: CellOutput;
  /** Positions in stacks. */
  readonly stacks: StackMapper;
  /** Stops cells. */
  readonly interrupts: Interrupts;
  /** Imports. */
  readonly modules: Modules;
  /** Whether a value stands for something of the host. @default nothing does */
  readonly isReference?: (value: object) => boolean;
  /** Puts back the built-ins that a cell has replaced, and names them. @default nobody does */
  readonly originals?: Originals;
  /** Globals that are none of the session's names. */
  readonly globals: ReadonlySet<string>;
  /** How long a snapshot may take to be written or read, in milliseconds. @default 30000 */
  readonly snapshotTimeoutMs?: number;
}

/** For hundreds of megabytes it is enough. */
const DEFAULT_SNAPSHOT_TIMEOUT_MS = 30_000;

/** One namespace, and the cells that run on it. */
export class Session {
  readonly #scope: Scope;
  readonly #output: CellOutput;
  readonly #stacks: StackMapper;
  readonly #interrupts: Interrupts;
  readonly #helper: CellHelper;
  readonly #sources: FunctionSources;
  readonly #snapshotTimeoutMs: number;
  readonly #isReference: (value: object) => boolean;
  readonly #originals: Originals | undefined;
  #intrinsics: Intrinsics | undefined;
  /** The names. */
  readonly namespace: Namespace;
  /** What was imported. */
  readonly modules: Modules;

  /** @param options What it stands on. */
  constructor(options: SessionOptions) {
    this.#scope = options.scope;
    this.#output = options.output;
    this.#stacks = options.stacks;
    this.#interrupts = options.interrupts;
    this.namespace = new Namespace(options.scope.target, options.globals);
    this.modules = options.modules;
    this.#snapshotTimeoutMs = options.snapshotTimeoutMs ?? DEFAULT_SNAPSHOT_TIMEOUT_MS;
    this.#originals = options.originals;
    this.#isReference = options.isReference ?? (() => false);
    this.#helper = this.#createHelper();
    this.#sources = new FunctionSources((code, helper) => {
      const compiled = this.#scope.expression(code, helper);
      return () => compiled(this.#helper, this.#interrupts.flag);
    });
  }

  /**
   * Writes the namespace down.
   *
   * @param maxBytes How large the snapshot may be, roughly.
   * @throws {Error} If it does not come to an end: a cell may have put a getter or a proxy anywhere.
   */
  snapshot(maxBytes = Infinity): Promise<WrittenSnapshot> {
    return this.#bounded("take a snapshot", () => writeSnapshot(this.#context, maxBytes));
  }

  /**
   * Brings names back that were written down, also in another process.
   *
   * @param attachments What {@linkcode Session.snapshot} gave.
   * @param except Names that stay as they are.
   * @throws {TypeError} If it is no snapshot.
   * @throws {Error} If it does not come to an end: classes may have static members that compute.
   */
  async restore(
    attachments: readonly Uint8Array[],
    except: readonly string[],
  ): Promise<RestoreReport> {
    const read = await openSnapshot(this.#context, attachments, { except });
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
    const made = await this.#bounded(
      "make the classes",
      () => this.#scope.compile(cell)(this.#helper, this.#interrupts.flag)(),
    );
    return (made as [Record<string, AnyClass>])[0];
  }

  /** Does what may run code of cells. The engine's limit is for one synchronous stretch, so the action has to be one. */
  async #bounded<T>(what: string, action: () => T): Promise<T> {
    const limit = { timeoutMs: this.#snapshotTimeoutMs };
    const ending = await this.#interrupts.run(() => Promise.resolve(action()), limit);
    if (ending.stopped) throw ending.error ?? new Error(`Cannot ${what}: it was stopped`);
    return ending.value;
  }

  get #context(): SnapshotContext {
    const { namespace, modules } = this;
    this.#intrinsics ??= new Intrinsics([...this.#outerGlobals(), ...namespace.globals()]);
    return {
      namespace,
      sources: this.#sources,
      modules,
      isReference: this.#isReference,
      intrinsics: this.#intrinsics,
    };
  }

  /** Where the names do not live in the global object, the globals are found behind them. */
  #outerGlobals(): [string, PropertyDescriptor][] {
    return this.#scope.target === globalThis
      ? []
      : Object.entries(Object.getOwnPropertyDescriptors(globalThis));
  }

  /**
   * Runs a cell. Whatever it throws is part of the report.
   *
   * @param cell The compiled cell.
   */
  async execute(cell: ExecuteParams): Promise<CellReport> {
    const before = new Map<string, unknown>();
    for (const { name, value } of this.namespace.values()) before.set(name, value);
    this.#stacks.add(cell.cell, cell.map);
    this.#output.start(cell.cell);
    let outcome: Pick<CellReport, "value" | "error" | "names" | "stopped">;
    try {
      const run = this.#scope.compile(cell)(this.#helper, this.#interrupts.flag);
      const ending = await this.#interrupts.run(
        async () => await this.#valueOf(await run()),
        { cell: cell.cell, timeoutMs: cell.timeoutMs ?? Infinity },
      );
      this.#restoreOriginals();
      if (ending.stopped && ending.error !== undefined) throw ending.error;
      if (ending.stopped) outcome = { stopped: true };
      else outcome = ending.value[0] === undefined ? {} : { value: summarize(ending.value[0]) };
    } catch (thrown) {
      this.#restoreOriginals();
      outcome = { error: this.describeError(thrown), names: this.namespace.entries() };
    }
    const changed: NamespaceEntry[] = [];
    for (const named of this.namespace.values()) {
      const { name, value } = named;
      if (!before.has(name) || !Object.is(before.get(name), value)) changed.push(toEntry(named));
    }
    return { ...outcome, output: this.#output.end(), changed };
  }

  /**
   * Describes what a cell threw.
   *
   * @param thrown Any value.
   */
  describeError(thrown: unknown): CellErrorReport {
    try {
      if (thrown instanceof Error) {
        const name = `${thrown.name}`;
        // Some messages quote a function.
        const message = withoutGuards(`${thrown.message}`);
        const written = withoutGuards(`${thrown.stack ?? `${name}: ${message}`}`);
        const stack = this.#stacks.rewrite(written);
        const cause = causeOf(thrown);
        return {
          name,
          message,
          ...(cause === undefined ? {} : { cause }),
          stack,
          frames: this.#stacks.frames(stack),
        };
      }
    } catch {
      // An error whose properties throw is shown as any other value.
    }
    const text = this.#stacks.rewrite(show(thrown));
    return { name: "Uncaught", message: text, stack: `Uncaught ${text}`, frames: [] };
  }

  #restoreOriginals(): void {
    this.#originals?.restore();
    const names = this.#originals?.take() ?? [];
    if (names.length === 0) return;
    this.#output.write("stderr", `Put back: ${names.join(", ")}. Cells cannot replace built-ins\n`);
  }

  /** A cell answers with a list that holds its value, and so does this: nobody awaits a value that has a `then`. */
  async #valueOf(result: unknown): Promise<[unknown]> {
    if (!Array.isArray(result) || result.length === 0) return [undefined];
    const value: unknown = result[0];
    const isRead = isObject(value) && this.#isReference(value);
    return [value instanceof Promise || isRead ? await value : value];
  }

  #createHelper(): CellHelper {
    const declare = (writable: boolean) =>
      new Proxy(Object.create(null) as Record<string, unknown>, {
        set: (_, name, value) => {
          this.namespace.define(String(name), value, { writable });
          return true;
        },
      });
    return Object.freeze(
      {
        c: declare(false),
        l: declare(true),
        v: (name: string) => {
          if (!this.namespace.has(name)) this.namespace.define(name, undefined);
        },
        i: checkImport,
        g: () => this.#interrupts.guard(),
        a: (value) => this.#interrupts.resume(value),
      } satisfies CellHelper,
    );
  }
}

/** The error behind an error, in a line. */
function causeOf({ cause }: Error): string | undefined {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : show(cause);
}

/** A name that a module does not export is an error, as it is for a static import, and not `undefined`. */
async function checkImport(
  pending: Promise<object>,
  specifier = "",
  names: readonly string[] = [],
): Promise<object> {
  const module = await pending;
  for (const name of names) {
    if (!(name in module)) {
      throw new SyntaxError(
        `The module ${JSON.stringify(specifier)} has no export named ${JSON.stringify(name)}`,
      );
    }
  }
  return module;
}
