/** An evaluator of compiled cells, as simple as their contract allows. */

import { fail } from "@std/assert";
import { compileCell } from "../../src/cell/compile_cell.ts";

/** Names and their values. */
export type Namespace = Record<string, unknown>;

/**
 * Compiles a cell and runs it on a namespace.
 *
 * @param source The cell.
 * @param namespace Holds its names; empty for a first cell.
 * @returns The list with its value, or `undefined`.
 */
export async function evaluate(
  source: string,
  namespace: Namespace = Object.create(null),
): Promise<unknown> {
  const { code, helper } = compileCell(source);
  const declare = (writable: boolean) =>
    new Proxy(namespace, {
      set: (_, name, value) =>
        Reflect.defineProperty(namespace, name, {
          value,
          writable,
          enumerable: true,
          configurable: true,
        }),
    });
  const help = {
    c: declare(false),
    l: declare(true),
    p: (variables: string[], _later: string[], assigned: string[]) => {
      for (const name of [...variables, ...assigned]) {
        if (!Object.hasOwn(namespace, name)) namespace[name] = undefined;
      }
    },
    i: (module: Promise<object>) => module,
    g: () => fail("a guard found the flag set"),
    a: (value: unknown) => value,
  };
  const body = `with (target) return async () => {"use strict";\n${code}\n}`;
  const flag = new Int32Array(1);
  return await new Function("target", helper, `${helper}_f`, body)(namespace, help, flag)();
}

/**
 * Runs cells one after another and returns the value of the last.
 *
 * @param sources The cells.
 */
export async function valueOfLast(...sources: string[]): Promise<unknown> {
  const namespace: Namespace = Object.create(null);
  let result: unknown;
  for (const source of sources) result = await evaluate(source, namespace);
  return Array.isArray(result) ? await result[0] : undefined;
}
