/**
 * What all runtimes share: injections, the order of cells, restarts. A subclass says where the kernel runs.
 *
 * @module
 */

import type { NamespaceEntry } from "../rpc/protocol.ts";
import { CellRunner } from "./cell_runner.ts";
import type { AnyFunction, HostFunction } from "./host_function.ts";
import { type Injections, toInjections } from "./injection.ts";
import type { Kernel, KernelHost } from "./kernel.ts";
import { checkCount, checkLimit } from "./limit.ts";
import type { CellResult, ExecuteOptions, InjectOptions, Runtime } from "./runtime.ts";
import { Turns } from "./turns.ts";
import { type Values, Variable } from "./variable.ts";

/** Options that every runtime has. */
export interface RuntimeOptions<V extends object = Record<string, unknown>> {
  /**
   * Functions by name. They stay on the host; cells call them with `await`. @default none
   */
  readonly functions?: Readonly<Record<string, HostFunction | AnyFunction>>;
  /** Variables by name: values, or what `defineVariable` returns. @default none */
  readonly variables?: V;
  /**
   * Time limit of a cell in milliseconds, `Infinity` for none. The clock stands still while the cell waits for a host
   * function. @default 60000
   */
  readonly timeoutMs?: number;
  /** Time limit of a call of a host function in milliseconds, `Infinity` for none. @default 120000 */
  readonly callTimeoutMs?: number;
  /**
   * Characters of a cell's output that are passed on while it runs and kept in its result. Of what is printed beyond
   * that, the end and the length are kept. @default 1000000
   */
  readonly maxOutputChars?: number;
  /** Calls of host functions that may be under way at once, `Infinity` for no limit. @default 10000 */
  readonly maxPendingCalls?: number;
  /**
   * Calls of host functions that a cell may make, with what it leaves running, `Infinity` for no limit. @default 100000
   */
  readonly maxCallsPerCell?: number;
}

/** Time limit of a cell: long for a computation, short for somebody who waits. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** Time limit of a host call: a cell that waits for one has a clock that stands still. */
const DEFAULT_CALL_TIMEOUT_MS = 120_000;

/** More than any model reads and any person scrolls; a fraction of a frame. */
const DEFAULT_MAX_OUTPUT_CHARS = 1_000_000;

/** More than anybody waits for at once, little enough for the memory of both sides. */
const DEFAULT_MAX_PENDING_CALLS = 10_000;

/** Some seconds of calls one after the other: a loop that makes more has gone astray. */
const DEFAULT_MAX_CALLS_PER_CELL = 100_000;

/** The common part of all runtimes. */
export abstract class KernelRuntime<V extends object> implements Runtime {
  /** Whether cells are cut off from the host. */
  abstract readonly isolated: boolean;
  /** The time limit of a cell in milliseconds, if the call names no other. */
  readonly timeoutMs: number;
  /** Characters of a cell's output that are kept. */
  protected readonly maxOutputChars: number;
  /** Calls of host functions that may be under way at once. */
  protected readonly maxPendingCalls: number;

  readonly #variables: Map<string, Variable<unknown>>;
  readonly #functions: Map<string, HostFunction>;
  readonly #runner: CellRunner;
  readonly #turns = new Turns();
  readonly #injecting = new Turns();
  #kernel: Promise<Kernel> | undefined;
  #closed = false;

  /**
   * Checks the options.
   *
   * @param options What is injected, and limits.
   */
  constructor(options: RuntimeOptions<V>) {
    this.timeoutMs = checkLimit("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const callTimeoutMs = checkLimit(
      "callTimeoutMs",
      options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS,
    );
    this.maxOutputChars = checkLimit(
      "maxOutputChars",
      options.maxOutputChars ?? DEFAULT_MAX_OUTPUT_CHARS,
    );
    this.maxPendingCalls = checkCount(
      "maxPendingCalls",
      options.maxPendingCalls ?? DEFAULT_MAX_PENDING_CALLS,
    );
    const maxCallsPerCell = checkCount(
      "maxCallsPerCell",
      options.maxCallsPerCell ?? DEFAULT_MAX_CALLS_PER_CELL,
    );
    const { variables, functions } = toInjections({
      variables: options.variables as Record<string, unknown> | undefined,
      functions: options.functions,
    });
    this.#variables = variables;
    this.#functions = functions;
    const { maxOutputChars, maxPendingCalls } = this;
    const limits = { callTimeoutMs, maxOutputChars, maxPendingCalls, maxCallsPerCell };
    this.#runner = new CellRunner(functions, limits);
  }

  /**
   * Starts a kernel without names.
   *
   * @internal
   */
  protected abstract startKernel(host: KernelHost): Promise<Kernel>;

  /** What is injected, for the prompt. */
  get injections(): Injections {
    return { variables: this.#variables, functions: this.#functions };
  }

  /** See {@linkcode Runtime.inject}. */
  inject(given: InjectOptions): Promise<void> {
    // In turn, or two calls could take one name; not in the turn of cells, which may wait for it.
    return this.#injecting.take(() => this.#inject(given));
  }

  async #inject(given: InjectOptions): Promise<void> {
    this.#assertOpen("inject");
    const { variables, functions } = toInjections(given, this.injections);
    // A kernel that is not there yet gets them with all the others when it starts.
    if (this.#kernel !== undefined) {
      await (await this.#kernel).define(valuesOf(variables), functions.keys());
    }
    for (const [name, variable] of variables) this.#variables.set(name, variable);
    for (const [name, definition] of functions) this.#functions.set(name, definition);
  }

  /** See {@linkcode Runtime.execute}. */
  execute(source: string, options: ExecuteOptions = {}): Promise<CellResult> {
    const timeoutMs = checkLimit("timeoutMs", options.timeoutMs ?? this.timeoutMs);
    return this.#inTurn(
      "execute a cell",
      () => this.#execute(source, { ...options, timeoutMs }),
      options.signal,
    );
  }

  /** See {@linkcode Runtime.retrieve}. */
  retrieve<N extends keyof Values<V> & string>(name: N): Promise<Values<V>[N]>;
  /** See {@linkcode Runtime.retrieve}; a name that was not injected is of unknown type. */
  retrieve(name: string): Promise<unknown>;
  async retrieve(name: string): Promise<unknown> {
    this.#assertOpen(`retrieve ${JSON.stringify(name)}`);
    const kernel = await this.#start();
    return await kernel.retrieve(name);
  }

  /** See {@linkcode Runtime.update}. */
  async update<N extends string>(
    name: N,
    value: N extends keyof Values<V> ? Values<V>[N] : unknown,
  ): Promise<void> {
    this.#assertOpen(`update ${JSON.stringify(name)}`);
    const variable = this.#variables.get(name);
    if (variable === undefined) {
      const known = [...this.#variables.keys()].join(", ");
      throw new RangeError(
        `Cannot update ${JSON.stringify(name)}: the injected variables are ${known || "none"}`,
      );
    }
    const before = kindOf(variable.value);
    const after = kindOf(value);
    if (before !== after) {
      throw new TypeError(`Cannot update ${JSON.stringify(name)}: it is ${before}, not ${after}`);
    }
    if (this.#kernel !== undefined) await (await this.#kernel).define([[name, value]], []);
    const { description } = variable;
    this.#variables.set(
      name,
      new Variable(value, description === undefined ? {} : { description }),
    );
  }

  /** See {@linkcode Runtime.names}. */
  async names(): Promise<NamespaceEntry[]> {
    this.#assertOpen("list the namespace");
    return await (await this.#start()).names();
  }

  /** See {@linkcode Runtime.reset}. */
  reset(): Promise<void> {
    return this.#inTurn("reset", async () => {
      await this.#stopKernel();
      this.#runner.forget();
    });
  }

  /** See {@linkcode Runtime.close}. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#stopKernel();
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Runs one thing after the other. */
  #inTurn<T>(what: string, action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#turns.take(() => {
      this.#assertOpen(what);
      return action();
    }, signal);
  }

  async #execute(
    source: string,
    options: ExecuteOptions & { timeoutMs: number },
  ): Promise<CellResult> {
    try {
      return await this.#runner.run(source, { ...options, kernel: () => this.#start() });
    } catch (error) {
      // That the kernel has ended is nothing but the consequence.
      this.#assertOpen("execute a cell");
      throw error;
    }
  }

  #start(): Promise<Kernel> {
    if (this.#kernel !== undefined) return this.#kernel;
    const starting = this.#startWithInjections();
    const forget = () => {
      if (this.#kernel === starting) this.#kernel = undefined;
    };
    // Also one that was ended for a cell that did not stop. Who closes or resets has forgotten it before.
    const lose = () => {
      if (this.#kernel !== starting) return;
      forget();
      this.#runner.kernelEnded();
    };
    starting.then((kernel) => kernel.ended.then(lose), forget);
    this.#kernel = starting;
    return starting;
  }

  async #startWithInjections(): Promise<Kernel> {
    const kernel = await this.startKernel(this.#runner);
    try {
      await kernel.define(valuesOf(this.#variables), this.#functions.keys());
    } catch (error) {
      await kernel.close();
      throw error;
    }
    return kernel;
  }

  async #stopKernel(): Promise<void> {
    const stopping = this.#kernel;
    this.#kernel = undefined;
    // One that never came up has nothing to stop, and its error has gone to whoever asked for it.
    const kernel = await stopping?.catch(() => undefined);
    await kernel?.close();
    this.#runner.kernelEnded();
  }

  #assertOpen(what: string): void {
    if (this.#closed) throw new TypeError(`Cannot ${what}: the runtime is closed`);
  }
}

function* valuesOf(
  variables: ReadonlyMap<string, Variable<unknown>>,
): Generator<readonly [string, unknown]> {
  for (const [name, { value }] of variables) yield [name, value];
}

/** The type of a value as far as `update` holds on to it. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return `a ${typeof value}`;
  const { constructor } = value;
  return typeof constructor === "function" ? `an instance of ${constructor.name}` : "an object";
}
