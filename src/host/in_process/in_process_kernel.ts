/**
 * The kernel of LocalRuntime: an evaluator in the host's own process.
 *
 * @module
 */

import { Stopper } from "../../kernel/stop/stopper.ts";
import type {
  CellReport,
  ExecuteParams,
  NamespaceEntry,
  RestoreReport,
} from "../../rpc/protocol.ts";
import type { Definitions, Kernel, KernelHost, KernelRetrieveOptions } from "../kernel.ts";
import type { KernelExitError } from "../kernel_exit.ts";
import { moduleCells } from "../module_cells.ts";
import type { KernelSnapshot } from "../snapshot.ts";
import { Modules } from "../../kernel/namespace/modules.ts";
import { ObjectScope } from "../../kernel/namespace/scope.ts";
import { OutputBuffer } from "../../kernel/guest/output_buffer.ts";
import { Evaluator } from "../../kernel/evaluator.ts";
import { StackMapper } from "../../kernel/namespace/stack_mapper.ts";
import { createConsole } from "../../kernel/guest/console.ts";
import { createDisplay } from "../../kernel/guest/display.ts";
import { callResult } from "../../rpc/references/stand_in.ts";
import { missing, settled } from "../../kernel/retrieve.ts";

export class InProcessKernel implements Kernel {
  /** There is no process that could end. */
  readonly ended: Promise<KernelExitError> = new Promise(() => {});
  readonly #host: KernelHost;
  readonly #output: OutputBuffer;
  readonly #evaluator: Evaluator;
  readonly #stopper = new Stopper();
  readonly #endGroups: () => void;

  constructor(host: KernelHost, maxOutputChars: number) {
    this.#host = host;
    this.#output = new OutputBuffer(
      (cell, stream, text) => host.output(cell, { stream, text }),
      { maxChars: maxOutputChars, cellOf: () => this.#stopper.cell },
    );
    const modules = new Modules((specifier, attributes) => import(specifier, { with: attributes }));
    const scope = new ObjectScope(modules.import);
    this.#evaluator = new Evaluator({
      scope,
      stopper: this.#stopper,
      output: this.#output,
      stacks: new StackMapper(),
      modules,
      globals: new Set(["console", "display"]),
    });
    const { console: guestConsole, endGroups } = createConsole((stream, text) =>
      // Deno colours for the host's terminal; output is text.
      this.#output.write(stream, text.replace(ANSI_STYLE, ""))
    );
    this.#endGroups = endGroups;
    const display = createDisplay((bundle) => host.display(this.#output.cell, bundle));
    Object.defineProperty(scope.target, "display", { value: display, configurable: true });
    Object.defineProperty(scope.target, "console", { value: guestConsole, configurable: true });
  }

  async define(definitions: Definitions): Promise<void> {
    const { types = new Map(), values = [], functions = [], modules } = definitions;
    const { namespace } = this.#evaluator;
    for (const [name, { value }] of types) namespace.defineProvided(name, value as object);
    for (const { name, value, transfer } of values) {
      if (transfer === "copy") {
        namespace.define(name, value);
        continue;
      }
      namespace.defineProvided(name, value as object);
      const { constructor: Class } = value as object;
      if (typeof value === "object" && typeof Class === "function" && Class.name !== "") {
        namespace.defineHidden(Class.name, Class);
      }
    }
    for (const name of functions) {
      // As in the other runtime, whatever the function is, cells get a promise.
      const call = (...args: unknown[]) =>
        callResult(this.#host.call(this.#output.cell, { name, args }), name);
      Object.defineProperty(call, "name", { value: name });
      namespace.defineProvided(name, call);
    }
    for (const { name, params } of moduleCells(modules)) {
      try {
        await this.#evaluator.makeModule(params);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new TypeError(`Cannot inject the module ${name}: ${reason}`, { cause });
      }
    }
  }

  remove(names: readonly string[]): Promise<void> {
    for (const name of names) this.#evaluator.namespace.remove(name);
    return Promise.resolve();
  }

  execute(cell: ExecuteParams): Promise<CellReport> {
    this.#endGroups();
    return this.#evaluator.execute(cell);
  }

  interrupt(): void {
    this.#stopper.stop();
  }

  retrieve(name: string, { timeoutMs }: KernelRetrieveOptions): Promise<unknown> {
    const { namespace } = this.#evaluator;
    if (namespace.has(name)) return settled(namespace.get(name), { name, timeoutMs });
    return Promise.reject(new RangeError(missing(name, namespace)));
  }

  names(): Promise<NamespaceEntry[]> {
    return Promise.resolve(this.#evaluator.namespace.entries());
  }

  outline(names: string[]): Promise<(string | null)[]> {
    return Promise.resolve(this.#evaluator.namespace.outlines(names));
  }

  async snapshot(maxBytes: number): Promise<KernelSnapshot> {
    const { report, attachments } = await this.#evaluator.snapshot(maxBytes);
    // Buffers of the session are written as they are now.
    return { ...report, parts: attachments.map((part) => part.slice()) };
  }

  restore(parts: readonly Uint8Array[], except: readonly string[]): Promise<RestoreReport> {
    return this.#evaluator.restore(parts.map((part) => part.slice()), except);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

// deno-lint-ignore no-control-regex -- the escape character is what it looks for
export const ANSI_STYLE = /\x1b\[[\d;]*m/g;
