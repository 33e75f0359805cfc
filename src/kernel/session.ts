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
  Set,
  String,
  SyntaxError,
} from "../rpc/builtins.ts";
import type {
  CellErrorReport,
  CellReport,
  ExecuteParams,
  NamespaceEntry,
  OutputReport,
} from "../rpc/protocol.ts";
import { show, summarize, typeOf } from "./describe.ts";
import type { Interrupts } from "./interrupts.ts";
import type { CellHelper, Scope } from "./scope.ts";
import { withoutGuards } from "./source_text.ts";
import type { StackMapper } from "./stack_mapper.ts";

/** The part of the output that a session needs to know. */
export interface CellOutput {
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
  /** Globals that are none of the session's names. */
  readonly globals?: ReadonlySet<string>;
}

/** Options of {@linkcode Session.define}. */
export interface DefineOptions {
  /** Whether cells may assign to the name. @default true */
  readonly writable?: boolean;
}

const { defineProperty, getOwnPropertyDescriptor, getOwnPropertyNames, hasOwn } = Object;

/** One namespace, and the cells that run on it. */
export class Session {
  readonly #scope: Scope;
  readonly #output: CellOutput;
  readonly #stacks: StackMapper;
  readonly #interrupts: Interrupts;
  readonly #globals: ReadonlySet<string>;
  /** Names that were declared although there is a global of that name. */
  readonly #shadowing = new Set<string>();
  readonly #helper: CellHelper;

  /** @param options What it stands on. */
  constructor(options: SessionOptions) {
    this.#scope = options.scope;
    this.#output = options.output;
    this.#stacks = options.stacks;
    this.#interrupts = options.interrupts;
    this.#globals = options.globals ?? new Set();
    this.#helper = this.#createHelper();
  }

  /**
   * Binds a name, whatever it stood for.
   *
   * @param name The name.
   * @param value The value.
   * @param options Whether cells may assign to it.
   */
  define(name: string, value: unknown, options: DefineOptions = {}): void {
    if (this.#globals.has(name)) this.#shadowing.add(name);
    defineProperty(this.#scope.target, name, {
      value,
      writable: options.writable ?? true,
      enumerable: true,
      configurable: true,
    });
  }

  /** Whether a name is in the namespace. */
  has(name: string): boolean {
    return hasOwn(this.#scope.target, name) &&
      (!this.#globals.has(name) || this.#shadowing.has(name));
  }

  /** The value of a name; `undefined` if it is not in the namespace. */
  get(name: string): unknown {
    return this.has(name) ? (this.#scope.target as Record<string, unknown>)[name] : undefined;
  }

  /** Every name, with what it stands for. */
  names(): NamespaceEntry[] {
    return [...this.#values()].map(([name, value]) => this.#entry(name, value));
  }

  /**
   * Runs a cell. Whatever it throws is part of the report.
   *
   * @param cell The compiled cell.
   */
  async execute(cell: ExecuteParams): Promise<CellReport> {
    const before = this.#values();
    this.#stacks.add(cell.cell, cell.map);
    this.#output.start(cell.cell);
    let outcome: Pick<CellReport, "value" | "error" | "names" | "stopped">;
    try {
      const run = this.#scope.compile(cell)(this.#helper, this.#interrupts.flag);
      const ending = await this.#interrupts.run(
        async () => await valueOf(await run()),
        { cell: cell.cell, timeoutMs: cell.timeoutMs ?? Infinity },
      );
      if (ending.stopped && ending.error !== undefined) throw ending.error;
      if (ending.stopped) outcome = { stopped: true };
      else outcome = ending.value[0] === undefined ? {} : { value: summarize(ending.value[0]) };
    } catch (thrown) {
      outcome = { error: this.describeError(thrown), names: this.names() };
    }
    const changed: NamespaceEntry[] = [];
    for (const [name, value] of this.#values()) {
      if (!before.has(name) || !Object.is(before.get(name), value)) {
        changed.push(this.#entry(name, value));
      }
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

  #entry(name: string, value: unknown): NamespaceEntry {
    const constant = getOwnPropertyDescriptor(this.#scope.target, name)?.writable === false;
    return { name, type: typeOf(value), ...(constant ? { constant } : {}) };
  }

  #values(): Map<string, unknown> {
    const values = new Map<string, unknown>();
    for (const name of getOwnPropertyNames(this.#scope.target)) {
      if (!this.has(name)) continue;
      const property = getOwnPropertyDescriptor(this.#scope.target, name)!;
      values.set(name, property.get ?? property.value);
    }
    return values;
  }

  #createHelper(): CellHelper {
    const declare = (writable: boolean) =>
      new Proxy(Object.create(null) as Record<string, unknown>, {
        set: (_, name, value) => {
          this.define(String(name), value, { writable });
          return true;
        },
      });
    return Object.freeze(
      {
        c: declare(false),
        l: declare(true),
        v: (name: string) => {
          if (!this.has(name)) this.define(name, undefined);
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

/** A cell answers with a list that holds its value, and so does this: nobody awaits a value that has a `then`. */
async function valueOf(result: unknown): Promise<[unknown]> {
  if (!Array.isArray(result) || result.length === 0) return [undefined];
  return [result[0] instanceof Promise ? await result[0] : result[0]];
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
