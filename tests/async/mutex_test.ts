import { assertEquals, assertRejects } from "@std/assert";
import { Mutex } from "../../src/async/mutex.ts";
import { Semaphore } from "../../src/async/semaphore.ts";

Deno.test("Mutex.run() runs actions in order, also after one that fails", async () => {
  const mutex = new Mutex();
  const order: number[] = [];
  const gate = Promise.withResolvers<void>();
  const first = mutex.run(async () => {
    await gate.promise;
    order.push(1);
    throw new TypeError("failed");
  });
  const second = mutex.run(() => Promise.resolve(order.push(2)));
  const failed = assertRejects(() => first, TypeError);
  assertEquals(order, []);
  gate.resolve();
  await failed;
  await second;
  assertEquals(order, [1, 2]);
});

Deno.test("Mutex.run() leaves the queue when its signal aborts, and the others keep their order", async () => {
  const mutex = new Mutex();
  const gate = Promise.withResolvers<void>();
  const first = mutex.run(() => gate.promise);
  const controller = new AbortController();
  const given = mutex.run(() => Promise.resolve("never"), controller.signal);
  const third = mutex.run(() => Promise.resolve("third"));
  const left = assertRejects(() => given, Error, "enough");
  controller.abort(new Error("enough"));
  await left;
  gate.resolve();
  await first;
  assertEquals(await third, "third");
  const aborted = AbortSignal.abort(new Error("before"));
  await assertRejects(() => mutex.run(() => Promise.resolve(), aborted), Error, "before");
});

Deno.test("Semaphore.acquire() grants as many permits as there are, and releases each once", async () => {
  const semaphore = new Semaphore(2);
  const [first, second] = [await semaphore.acquire(), await semaphore.acquire()];
  let granted = false;
  const third = semaphore.acquire().then((release) => {
    granted = true;
    return release;
  });
  await Promise.resolve();
  assertEquals(granted, false);
  first();
  first();
  const release = await third;
  const fourth = semaphore.acquire();
  release();
  (await fourth)();
  second();
});

Deno.test("Semaphore.close() rejects those who wait and those who come", async () => {
  const semaphore = new Semaphore(1);
  await semaphore.acquire();
  const waiting = assertRejects(() => semaphore.acquire(), Error, "closed");
  semaphore.close(new Error("closed"));
  await waiting;
  await assertRejects(() => semaphore.acquire(), Error, "closed");
});
