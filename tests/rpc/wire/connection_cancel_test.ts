import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Handler, HandlerContext } from "../../../src/rpc/wire/handler.ts";
import { echo, link } from "../_linked_connections.ts";

const decoder = new TextDecoder();

/** Creates a handler that waits until it is opened, and records its contexts. */
function gate() {
  const contexts: HandlerContext[] = [];
  const entered = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const open = Promise.withResolvers<void>();
  const wait: Handler = async ({ value }, context) => {
    contexts.push(context);
    entered[contexts.length - 1]!.resolve();
    await open.promise;
    return { value };
  };
  return { wait, contexts, entered: entered.map(({ promise }) => promise), open: open.resolve };
}

Deno.test("Connection.call() sends nothing when its signal is aborted already", async () => {
  using linked = link({ echo });
  const reason = new Error("no");
  const call = linked.client.call("echo", { value: 1 }, { signal: AbortSignal.abort(reason) });
  assertStrictEquals(await assertRejects(() => call), reason);
  assertEquals(linked.clientEnd.out.written, []);
});

Deno.test("Connection.call() rejects at once and tells the handler when its signal aborts midway", async () => {
  const { wait, contexts, entered, open } = gate();
  using linked = link({ wait, echo });
  const controller = new AbortController();
  const call = linked.client.call("wait", { value: 1 }, { signal: controller.signal });
  await entered[0];
  const { signal } = contexts[0]!;
  const told = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => call), reason);
  await told;
  assertEquals((signal.reason as Error).name, "AbortError");
  // The late answer is dropped.
  open();
  assertEquals((await linked.client.call("echo", { value: 2 })).value, 2);
});

Deno.test("Connection.call() lets a handler that looks late see that it was cancelled", async () => {
  const { wait, contexts, entered, open } = gate();
  using linked = link({ wait, echo });
  const controller = new AbortController();
  const call = linked.client.call("wait", { value: 1 }, { signal: controller.signal });
  await entered[0];
  controller.abort();
  await assertRejects(() => call, DOMException);
  await linked.client.call("echo", { value: 2 });
  assert(contexts[0]!.signal.aborted);
  open();
});

Deno.test("Connection.call() sends nothing more when its signal aborts after the answer", async () => {
  using linked = link({ echo });
  const controller = new AbortController();
  const { signal } = controller;
  assertEquals((await linked.client.call("echo", { value: 1 }, { signal })).value, 1);
  const { length } = linked.clientEnd.out.written;
  controller.abort();
  assertEquals((await linked.client.call("echo", { value: 2 })).value, 2);
  assertEquals(linked.clientEnd.out.written.length, length + 1);
});

Deno.test("Connection.call() removes its listener from the signal however it ends", async () => {
  const fail = () => Promise.reject(new Error("no"));
  using linked = link({ echo, fail }, { client: { maxFrameBytes: 1_000 } });
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    Reflect.apply(removeEventListener, signal, args);
  };
  await linked.client.call("echo", { value: 1 }, { signal });
  await assertRejects(() => linked.client.call("fail", { value: 1 }, { signal }));
  await assertRejects(() => linked.client.call("echo", { value: "x".repeat(2_000) }, { signal }));
  const last = linked.client.call("nope", { value: 1 }, { signal });
  linked.client.close();
  await assertRejects(() => last);
  assertEquals(listeners, 0);
});

Deno.test("Connection.call() rejects both calls when two wait on one signal", async () => {
  const { wait, contexts, entered, open } = gate();
  using linked = link({ wait, echo });
  const controller = new AbortController();
  const { signal } = controller;
  const calls = [1, 2].map((value) => linked.client.call("wait", { value }, { signal }));
  await Promise.all(entered);
  controller.abort();
  for (const call of calls) await assertRejects(() => call, DOMException);
  await linked.client.call("echo", { value: null });
  assertEquals(contexts.map((context) => context.signal.aborted), [true, true]);
  open();
});

Deno.test("Connection.call() cancels one of two calls and leaves the other", async () => {
  const { wait, contexts, entered, open } = gate();
  using linked = link({ wait, echo });
  const controller = new AbortController();
  const first = linked.client.call("wait", { value: 1 }, { signal: controller.signal });
  const second = linked.client.call("wait", { value: 2 });
  await Promise.all(entered);
  controller.abort();
  await assertRejects(() => first, DOMException);
  await linked.client.call("echo", { value: null });
  assertEquals(contexts.map((context) => context.signal.aborted), [true, false]);
  open();
  assertEquals((await second).value, 2);
});

Deno.test("Connection ignores a cancellation of a call that nobody made", async () => {
  using linked = link({ echo });
  for (const value of [{ id: 99 }, { id: "x" }, { id: null }, {}, null, [1], 7]) {
    linked.client.notify("$/cancelRequest", { value });
  }
  assertEquals((await linked.client.call("echo", { value: 1 })).value, 1);
});

Deno.test("Connection.notify() delivers in order and before a later call and an earlier answer", async () => {
  const seen: unknown[] = [];
  const note: Handler = ({ value }) => void seen.push(value);
  using linked = link({
    work: () => {
      for (let i = 0; i < 3; i++) linked.server.notify("note", { value: i });
      return { value: "done" };
    },
  }, { client: { handlers: { note } }, asyncWrites: true });
  const answer = linked.client.call("work", { value: null }).then(({ value }) => seen.push(value));
  await answer;
  assertEquals(seen, [0, 1, 2, "done"]);
});

Deno.test("Connection.notify() carries attachments", async () => {
  const received = Promise.withResolvers<unknown>();
  using linked = link({ note: ({ attachments }) => received.resolve(attachments) });
  linked.client.notify("note", { value: null, attachments: [new Uint8Array([1, 2])] });
  assertEquals(await received.promise, [new Uint8Array([1, 2])]);
});

Deno.test("Connection.notify() has no answer, not even from a handler that fails or is not there", async () => {
  const fail = () => {
    throw new Error("no");
  };
  using linked = link({ echo, fail, reject: () => Promise.reject(new Error("no")) });
  for (const method of ["fail", "reject", "nope"]) linked.client.notify(method, { value: null });
  assertEquals((await linked.client.call("echo", { value: 1 })).value, 1);
  const texts = linked.serverEnd.out.written.map((bytes) => decoder.decode(bytes));
  assertEquals(texts.length, 1);
});

Deno.test("Connection.notify() throws a RangeError when the message is too large", async () => {
  using linked = link({ echo }, { client: { maxFrameBytes: 1_000 } });
  const notify = async () => await linked.client.notify("note", { value: "x".repeat(2_000) });
  await assertRejects(notify, RangeError);
  assertEquals((await linked.client.call("echo", { value: 1 })).value, 1);
});
