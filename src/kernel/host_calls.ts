/**
 * Calls of the host by cells.
 *
 * @module
 */

import { Object, Promise, RangeError } from "../rpc/builtins.ts";
import { withBlobs } from "../rpc/values/blobs.ts";
import type { Connection } from "../rpc/wire/connection.ts";
import type { HostCallParams } from "../rpc/protocol.ts";
import type { LentValue, References, UseRequest } from "../rpc/references/references.ts";
import { toLocalError } from "../rpc/wire/rpc_error.ts";

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

/** What calls of the host need of the kernel. */
export interface HostCallsOptions {
  /** Leads to the host. */
  readonly connection: Connection;
  /** How many calls may be under way at once. */
  readonly maxPendingCalls: number;
  /** Gives the cell whose code calls. */
  readonly cellOf: () => number;
  /** Gives what has to be waited for before the caller may go on; nothing, if it may go on now. */
  readonly hold: () => Promise<void> | undefined;
}

/** The calls that cells make. */
export class HostCalls {
  readonly #options: HostCallsOptions;
  readonly #pending: PendingCalls;

  /** @param options The way to the host, and a limit. */
  constructor(options: HostCallsOptions) {
    this.#options = options;
    this.#pending = new PendingCalls(options.maxPendingCalls);
  }

  /**
   * Makes a function that calls the host.
   *
   * @param name Its name.
   * @param references Encodes arguments, and decodes results.
   * @returns A function that gives a promise. When too many calls are under way it throws: a loop that never yields would
   * fill the memory with rejected promises as well.
   */
  function(name: string, references: References): (...args: unknown[]) => Promise<unknown> {
    const call = (args: readonly unknown[]): Promise<unknown> => {
      const send = ({ value, ...rest }: LentValue) => {
        const params: HostCallParams = { name, args: value, cell: this.#options.cellOf() };
        return this.#options.connection.call("call", { value: params, ...rest }, {
          receive: (answer) => references.decodeAnswer(answer),
        });
      };
      return then(
        withBlobs((blobs) => references.encodeValue(args, { name: "arguments", blobs })),
        send,
      );
    };
    const stub = (...args: unknown[]): Promise<unknown> => this.#count(name, () => call(args));
    Object.defineProperty(stub, "name", { value: name });
    return stub;
  }

  /** Uses something that the host has lent. */
  use({ name, write, receive }: UseRequest): Promise<unknown> {
    const { connection, cellOf } = this.#options;
    return this.#count(name, () => {
      const send = ({ value, ...rest }: ReturnType<typeof write>) =>
        connection.call("use", { value: { ...value, cell: cellOf() }, ...rest }, { receive });
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
      throw toLocalError(error);
    } finally {
      this.#pending.remove();
      const waiting = this.#options.hold();
      if (waiting !== undefined) await waiting;
    }
  }
}

/** Goes on at once where nothing has to be waited for: calls arrive in the order in which they were made. */
function then<T, U>(value: T | Promise<T>, next: (value: T) => Promise<U>): Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
