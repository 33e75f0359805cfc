/**
 * What stands in the namespace for a function of the host.
 *
 * @module
 */

import { Error, Map, Object, RangeError, SyntaxError, TypeError } from "../rpc/builtins.ts";
import { decode, encode } from "../rpc/codec.ts";
import type { Connection } from "../rpc/connection.ts";
import type { HostCallParams } from "../rpc/protocol.ts";
import { RemoteError } from "../rpc/rpc_error.ts";

/** Built-in errors that a host function may throw; any other keeps its name on a plain Error. */
const ERRORS = new Map<string, ErrorConstructor>(
  Object.entries({ Error, RangeError, ReferenceError, SyntaxError, TypeError, URIError }),
);

/** Counts the calls that are under way. */
export class PendingCalls {
  readonly #max: number;
  #count = 0;

  /** @param max How many there may be. */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Makes room for a call.
   *
   * @param name The function, for the error.
   * @throws {RangeError} If there are too many.
   */
  add(name: string): void {
    if (this.#count >= this.#max) {
      throw new RangeError(
        `Cannot call ${name}: ${this.#max} calls are under way already (maxPendingCalls)`,
      );
    }
    this.#count++;
  }

  /** A call has ended. */
  remove(): void {
    this.#count--;
  }
}

/** What a host function needs of the kernel. */
export interface HostFunctionOptions {
  /** Leads to the host. */
  readonly connection: Connection;
  /** The calls of all functions. */
  readonly pending: PendingCalls;
  /** Gives the cell whose code calls. */
  readonly cellOf: () => number;
  /** Gives what has to be waited for before the caller may go on; nothing, if it may go on now. */
  readonly hold: () => Promise<void> | undefined;
}

/**
 * Makes a function that calls the host.
 *
 * @param name Its name.
 * @param options The way there.
 * @returns A function that gives a promise. When too many calls are under way it throws: a loop that never yields would
 * fill the memory with rejected promises as well.
 */
export function hostFunction(
  name: string,
  { connection, pending, cellOf, hold }: HostFunctionOptions,
): (...args: unknown[]) => Promise<unknown> {
  const call = async (args: readonly unknown[]): Promise<unknown> => {
    try {
      const { value, attachments } = encode(args, { instances: "data", name: "arguments" });
      const params: HostCallParams = { name, args: value, cell: cellOf() };
      const reply = await connection.call("call", { value: params, attachments });
      return decode((reply.value as { value: unknown }).value, reply.attachments);
    } catch (error) {
      throw error instanceof RemoteError ? localError(error) : error;
    } finally {
      pending.remove();
      const waiting = hold();
      if (waiting !== undefined) await waiting;
    }
  };
  const stub = (...args: unknown[]): Promise<unknown> => {
    pending.add(name);
    return call(args);
  };
  Object.defineProperty(stub, "name", { value: name });
  return stub;
}

/** The host's error, made here: its stack leads to the call in the cell. */
function localError(remote: RemoteError): Error {
  const data = remote.data as { name?: unknown } | null | undefined;
  const name = typeof data?.name === "string" ? data.name : "Error";
  const error = new (ERRORS.get(name) ?? Error)(remote.message);
  if (error.name !== name) Object.defineProperty(error, "name", { value: name });
  return error;
}
