import { assertEquals, assertRejects } from "@std/assert";
import { deadline } from "../../src/async/deadline.ts";

function never(): Promise<never> {
  return new Promise(() => {});
}

function onTimeout(): RangeError {
  return new RangeError("too long");
}

Deno.test("deadline() settles with the promise", async () => {
  assertEquals(await deadline(Promise.resolve(1), { timeoutMs: 60_000, onTimeout }), 1);
  assertEquals(await deadline(Promise.resolve(1), { timeoutMs: Infinity, onTimeout }), 1);
  const failed = Promise.reject(new TypeError("failed"));
  await assertRejects(() => deadline(failed, { timeoutMs: 60_000, onTimeout }), TypeError);
});

Deno.test("deadline() throws the error of onTimeout when the time is over", async () => {
  await assertRejects(() => deadline(never(), { timeoutMs: 1, onTimeout }), RangeError, "too long");
});

Deno.test("deadline() throws the signal's reason when it aborts before, midway, and not after", async () => {
  const before = AbortSignal.abort(new Error("before"));
  const options = { timeoutMs: Infinity, onTimeout };
  await assertRejects(() => deadline(never(), { ...options, signal: before }), Error, "before");
  const controller = new AbortController();
  const { signal } = controller;
  const waits = [never(), never()].map((waiting) => deadline(waiting, { ...options, signal }));
  const settled = Promise.allSettled(waits);
  controller.abort(new Error("midway"));
  for (const outcome of await settled) {
    assertEquals(outcome.status === "rejected" && outcome.reason.message, "midway");
  }
  const after = new AbortController();
  assertEquals(await deadline(Promise.resolve(2), { ...options, signal: after.signal }), 2);
  after.abort();
});

Deno.test("deadline() drops the error of a promise that fails after the time is over", async () => {
  const late = Promise.withResolvers<never>();
  await assertRejects(() => deadline(late.promise, { timeoutMs: 1, onTimeout }), RangeError);
  late.reject(new TypeError("late"));
});
