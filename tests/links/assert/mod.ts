/**
 * A stand-in for `jsr:@std/assert` that lets this repository be built and tested where only the npm
 * registry can be reached. It has the part of the interface that the project uses and decides as the
 * real package does; only the wording of long failure messages is its own. The published package
 * depends on the real one.
 *
 * @module
 */

import { AssertionError as DifferenceReport } from "node:assert/strict";
import { equal } from "./equal.ts";

/** Any class, abstract ones included. */
// deno-lint-ignore no-explicit-any
type AnyClass<T> = abstract new (...args: any[]) => T;

/** Thrown by every failed assertion. */
export class AssertionError extends Error {
  /**
   * @param message What was expected and what was found.
   * @param options As for every `Error`.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** Asserts that `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Asserts that the two values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  const report = describeDifference(actual, expected, "deepStrictEqual");
  throw new AssertionError(`Values are not equal${suffix(msg)}\n${report}`);
}

/** Asserts that the two values are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${suffix(msg)}`,
  );
}

/** Asserts that the two values are the same one, by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const report = describeDifference(actual, expected, "strictEqual");
  throw new AssertionError(`Values are not strictly equal${suffix(msg)}\n${report}`);
}

/** Asserts that `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(`Expected actual: "${actual}" to contain: "${expected}"${suffix(msg)}`);
}

/** Asserts that `actual` matches the pattern `expected`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) return;
  throw new AssertionError(`Expected actual: "${actual}" to match: "${expected}"${suffix(msg)}`);
}

/** Asserts that `actual` is an instance of `expectedType`. */
// deno-lint-ignore no-explicit-any
export function assertInstanceOf<T extends AnyClass<any>>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was ${format(actual)}${
      suffix(msg)
    }`,
  );
}

/** Asserts that `actual` is neither `null` nor `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${suffix(msg)}`,
  );
}

/** Asserts that `actual` is greater than `expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (actual > expected) return;
  throw new AssertionError(msg ?? `Expect ${format(actual)} > ${format(expected)}`);
}

/** Asserts that `actual` is less than `expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  throw new AssertionError(msg ?? `Expect ${format(actual)} < ${format(expected)}`);
}

/** Fails always. */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${suffix(msg)}`);
}

/** Asserts that `fn` throws, and returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Asserts that `fn` throws an instance of a class with a text in its message. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: AnyClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClassOrMsg?: AnyClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const expected = readExpectation(errorClassOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (error) {
    checkError(error, expected, "thrown");
    return error;
  }
  throw new AssertionError(`Expected function to throw${suffix(expected.msg)}`);
}

/** Asserts that the promise of `fn` rejects, and returns what it rejects with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Asserts that the promise of `fn` rejects with an instance of a class and a text in its message. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: AnyClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClassOrMsg?: AnyClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const expected = readExpectation(errorClassOrMsg, msgIncludes, msg);
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
  } catch {
    // A synchronous throw is no rejection, and neither is a return value that is not a promise.
  }
  if (typeof promise !== "object" || typeof promise?.then !== "function") {
    throw new AssertionError(`Function throws when expected to reject${suffix(expected.msg)}`);
  }
  try {
    await promise;
  } catch (error) {
    checkError(error, expected, "rejected");
    return error;
  }
  throw new AssertionError(`Expected function to reject${suffix(expected.msg)}`);
}

interface Expectation {
  ErrorClass?: AnyClass<Error>;
  msgIncludes?: string;
  msg?: string;
}

function readExpectation(
  errorClassOrMsg: AnyClass<Error> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): Expectation {
  if (typeof errorClassOrMsg === "string") return { msg: errorClassOrMsg };
  return { ErrorClass: errorClassOrMsg, msgIncludes, msg };
}

function checkError(error: unknown, expected: Expectation, how: "thrown" | "rejected"): void {
  const { ErrorClass, msgIncludes, msg } = expected;
  if (!ErrorClass) return;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${how}${suffix(msg)}`);
  }
  if (!(error instanceof ErrorClass)) {
    const found = (error as Error).constructor?.name;
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${found}"${suffix(msg)}`,
      { cause: error },
    );
  }
  if (msgIncludes && !stripColors(error.message).includes(stripColors(msgIncludes))) {
    throw new AssertionError(
      `Expected error message to include ${JSON.stringify(msgIncludes)}, but got ${
        JSON.stringify(error.message)
      }${suffix(msg)}`,
      { cause: error },
    );
  }
}

function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}

function stripColors(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

function format(value: unknown): string {
  return Deno.inspect(value, { depth: Infinity, iterableLimit: Infinity, sorted: true });
}

function describeDifference(
  actual: unknown,
  expected: unknown,
  operator: "deepStrictEqual" | "strictEqual",
): string {
  return new DifferenceReport({ actual, expected, operator }).message;
}
