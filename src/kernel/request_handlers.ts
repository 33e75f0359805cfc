/**
 * The answers to what the host asks of a kernel.
 *
 * @module
 */

import type { Promise } from "../rpc/builtins.ts";
import { toRemote } from "../rpc/errors/crossing_error.ts";
import type {
  CellReport,
  DefineParams,
  ExecuteParams,
  KernelFacts,
  ModuleParams,
  OrderedParams,
  OrderReport,
  OutlineParams,
  RemoveParams,
  RestoreParams,
  RetrieveParams,
  SnapshotParams,
  TypesParams,
} from "../rpc/protocol.ts";
import type { References } from "../rpc/references/references.ts";
import { withBlobs } from "../rpc/values/blobs.ts";
import type { Handler, Payload } from "../rpc/wire/handler.ts";
import type { Evaluator } from "./evaluator.ts";
import type { HostCalls } from "./host_calls.ts";
import type { HostLink } from "./host_link.ts";
import { retrieve } from "./retrieve.ts";
import type { Stopper } from "./stop/stopper.ts";
import type { Watcher } from "./stop/watcher.ts";

/** The parts of a kernel that answer. */
export interface KernelParts {
  /** Runs cells. */
  readonly evaluator: Evaluator;
  /** Stops them. */
  readonly stopper: Stopper;
  /** Hears the host while they compute. */
  readonly watcher: Watcher;
  /** Encodes and decodes values. */
  readonly references: References;
  /** Makes the functions that call the host. */
  readonly calls: HostCalls;
  /** Leads to the host. */
  readonly host: HostLink;
  /** The answer to `about`. */
  readonly facts: KernelFacts;
}

/** The report of a cell that was stopped before it had begun. */
const NOT_BEGUN: CellReport = { stopped: true, output: { length: 0, tail: "" }, changed: [] };

/**
 * Makes the handlers of a kernel.
 *
 * @param parts The parts that they ask.
 */
export function requestHandlers(parts: KernelParts): Record<string, Handler> {
  const { evaluator, stopper, watcher, references, facts } = parts;
  const { namespace } = evaluator;
  const cells = new CellRequests(parts);
  return {
    define: ({ value, attachments }) => define(value as DefineParams, attachments, parts),
    module: ({ value }) => evaluator.makeModule(value as ModuleParams),
    remove: ({ value }) => remove(value as RemoveParams, parts),
    types: ({ value }) => makeTypes(value as TypesParams, parts),
    execute: ({ value }) => cells.execute(value as ExecuteParams),
    interrupt: () => cells.interrupt(),
    names: () => stopper.attend(() => ({ value: namespace.entries() })),
    outline: ({ value }) =>
      stopper.attend(() => ({ value: namespace.outlines((value as OutlineParams).names) })),
    retrieve: ({ value }) =>
      stopper.attend(() => failing(() => retrieve(namespace, references, value as RetrieveParams))),
    use: ({ value, attachments }) =>
      stopper.attend(() =>
        failing(async () => {
          const use = references.open(value, attachments);
          const result = await use.perform();
          const { value: answer, ...rest } = await withBlobs((blobs) => use.encode(result, blobs));
          return { value: { value: answer }, ...rest };
        })
      ),
    release: ({ value }) => references.release(value),
    about: () => ({ value: facts }),
    references: () => ({ value: references.counts }),
    snapshot: async ({ value }) => {
      const { report, attachments } = await evaluator.snapshot((value as SnapshotParams).maxBytes);
      return { value: report, attachments };
    },
    restore: async ({ value, attachments = [] }) => {
      // A cell that cannot be stopped would cost what is restored.
      watcher.start();
      return { value: await evaluator.restore(attachments, (value as RestoreParams).except) };
    },
  };
}

/** Answers with all that an error of a cell says. */
async function failing<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw toRemote(error);
  }
}

/** The requests that run and stop cells. */
class CellRequests {
  readonly #parts: KernelParts;
  /** The cell that was asked for and has not begun. */
  #beginning: { isStopped: boolean } | undefined;

  constructor(parts: KernelParts) {
    this.#parts = parts;
  }

  interrupt(): void {
    if (this.#beginning !== undefined) this.#beginning.isStopped = true;
    else this.#parts.stopper.stop();
  }

  async execute(cell: ExecuteParams): Promise<Payload> {
    const { evaluator, watcher } = this.#parts;
    try {
      return { value: await this.#begin(cell) ? await evaluator.execute(cell) : NOT_BEGUN };
    } finally {
      watcher.end();
    }
  }

  /** Sees to it that orders are heard, and returns whether the cell is still wanted. */
  async #begin({ cell, orders = 0 }: ExecuteParams): Promise<boolean> {
    const { watcher } = this.#parts;
    const beginning = this.#beginning = { isStopped: false };
    try {
      await watcher.heard(orders);
      watcher.begin(cell);
      let sent = orders;
      // A signal that is not accounted for is an order for this cell, or a signal that the host has not sent.
      while (watcher.heardMoreThan(sent) && !beginning.isStopped) {
        const report = await this.#ask(cell);
        if (report.stop) return false;
        sent = report.orders;
        watcher.disown(sent);
        watcher.begin(cell);
      }
      return !beginning.isStopped;
    } finally {
      this.#beginning = undefined;
    }
  }

  async #ask(cell: number): Promise<OrderReport> {
    const params: OrderedParams = { cell };
    const { value } = await this.#parts.host.call("ordered", { value: params });
    return value as OrderReport;
  }
}

function define(
  params: DefineParams,
  attachments: readonly Uint8Array[] | undefined,
  { evaluator: { namespace }, references, calls }: KernelParts,
): void {
  if ("functions" in params) {
    for (let i = 0; i < params.functions.length; i++) {
      const name = params.functions[i]!;
      namespace.defineProvided(name, calls.function(name, references));
    }
    return;
  }
  const { name, value: encoded } = params;
  const decoded = references.decodeValue(encoded, attachments);
  if (references.isStandIn(decoded)) namespace.defineProvided(name, decoded as object);
  else namespace.define(name, decoded);
}

function remove({ names }: RemoveParams, { evaluator, references }: KernelParts): void {
  for (let i = 0; i < names.length; i++) {
    evaluator.namespace.remove(names[i]!);
    references.types.delete(names[i]!);
  }
}

async function makeTypes(
  { types, ...cell }: TypesParams,
  { evaluator, references }: KernelParts,
): Promise<void> {
  const made = await evaluator.makeClasses(cell);
  for (let i = 0; i < types.length; i++) {
    const { name, copied } = types[i]!;
    const Class = made[name]!;
    evaluator.namespace.defineProvided(name, Class);
    references.types.add({ name, Class, copied });
  }
}
