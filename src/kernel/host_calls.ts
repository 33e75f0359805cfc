/**
 * Calls of the host by cells.
 *
 * @module
 */

import { Object, Promise, RangeError } from "../rpc/builtins.ts";
import { withBlobs } from "../rpc/values/blobs.ts";
import type { HostLink } from "./host_link.ts";
import type { HostCallParams } from "../rpc/protocol.ts";
import type { LentValue, References, UseRequest } from "../rpc/references/references.ts";
import { callResult } from "../rpc/references/stand_in.ts";
import { toLocal } from "../rpc/errors/crossing_error.ts";

/** Counts pending calls. */
export class PendingCalls {
  readonly #max: number;
  #count = 0;

  /** @param max Maximum number of pending calls. */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Counts one more call.
   *
   * @param name The name of the function, for the error.
   * @throws {RangeError} If there are too many already.
   */
  add(name: string): void {
    if (this.#count >= this.#max) {
      throw new RangeError(
        `Cannot call ${name}: ${this.#max} calls are under way already (maxPendingCalls)`,
      );
    }
    this.#count++;
  }

  /** Counts one call less. */
  remove(): void {
    this.#count--;
  }
}

/** Options of {@linkcode HostCalls}. */
export interface HostCallsOptions {
  /** Leads to the host. */
  readonly host: HostLink;
  /** Maximum number of pending calls. */
  readonly maxPendingCalls: number;
  /** Returns the cell whose code calls. */
  readonly cellOf: () => number;
}

/** Makes the calls of cells. */
export class HostCalls {
  readonly #options: HostCallsOptions;
  readonly #pending: PendingCalls;

  /** @param options The link to the host, and a limit. */
  constructor(options: HostCallsOptions) {
    this.#options = options;
    this.#pending = new PendingCalls(options.maxPendingCalls);
  }

  /**
   * Makes a function that calls the host.
   *
   * @param name Its name.
   * @param references Encodes arguments, and decodes results.
   * @returns A function that returns a promise. When too many calls are pending it throws: a loop that never yields would
   * fill the memory with rejected promises as well.
   */
  function(name: string, references: References): (...args: unknown[]) => Promise<unknown> {
    const call = (args: readonly unknown[]): Promise<unknown> => {
      const send = ({ value, ...rest }: LentValue) => {
        const params: HostCallParams = { name, args: value, cell: this.#options.cellOf() };
        return this.#options.host.call("call", { value: params, ...rest }, {
          receive: (answer) => references.decodeAnswer(answer),
        });
      };
      return then(
        withBlobs((blobs) => references.encodeValue(args, { name: "arguments", blobs })),
        send,
      );
    };
    const stub = (...args: unknown[]): Promise<unknown> =>
      callResult(this.#count(name, () => call(args)), name);
    Object.defineProperty(stub, "name", { value: name });
    return stub;
  }

  /** Uses something that the host has lent. */
  use({ name, write, receive }: UseRequest): Promise<unknown> {
    const { host, cellOf } = this.#options;
    return this.#count(name, () => {
      const send = ({ value, ...rest }: ReturnType<typeof write>) =>
        host.call("use", { value: { ...value, cell: cellOf() }, ...rest }, { receive });
      return then(withBlobs(write), send);
    });
  }

  #count<T>(name: string, action: () => Promise<T>): Promise<T> {
    this.#pending.add(name);
    return this.#settle(action);
  }

  async #settle<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw toLocal(error);
    } finally {
      this.#pending.remove();
    }
  }
}

/** Goes on at once where there is nothing to wait for: calls arrive in the order in which they were made. */
function then<T, U>(value: T | Promise<T>, next: (value: T) => Promise<U>): Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
