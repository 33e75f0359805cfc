/** The bounds of the server: callers, origins, connections, readiness. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemoryQueue } from "../../src/queue/memory_queue.ts";
import { bearerTokens, Callers } from "../../src/server/http/callers.ts";
import { HttpError } from "../../src/server/http/http_error.ts";
import { Server } from "../../src/server/server.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { BOB, cell, serve } from "./setup.ts";

Deno.test("a server is not made without a way to know its callers, or with wrong options", async () => {
  await using store = new MemoryStore();
  await using queue = new MemoryQueue();
  const base = { store, queue, agent: "a" };
  const authenticate = () => undefined;
  assertThrows(() => new Server(base as never), TypeError, "authenticate is missing");
  assertThrows(
    () => new Server({ ...base, authenticate, pages: true } as never),
    TypeError,
    "page",
  );
  assertThrows(() => new Server({ ...base, authenticate, maxBodyBytes: 0 }), RangeError);
  assertThrows(() => bearerTokens({ short: "ann" }), TypeError, "16 characters");
});

Deno.test("Callers counts requests in a minute and at a time, for each caller", async () => {
  using clock = new FakeClock();
  const callers = new Callers({ requestsPerMinute: 3, concurrency: 2 });
  const [first, second] = [callers.begin("ann"), callers.begin("ann")];
  const refused = assertThrows(() => callers.begin("ann"), HttpError, "2 requests at a time");
  assertEquals([(refused as HttpError).status, (refused as HttpError).headers], [429, {
    "retry-after": "1",
  }]);
  callers.begin("bob")();
  first();
  first();
  second();
  callers.begin("ann")();
  const late = assertThrows(() => callers.begin("ann"), HttpError, "3 requests in a minute");
  assertEquals((late as HttpError).headers, { "retry-after": "20" });
  await clock.advance(20_000);
  callers.begin("ann")();
  assertThrows(() => callers.begin("ann"), HttpError);
});

Deno.test("other pages may ask if they are allowed, and no others", async () => {
  await using all = serve(["Hello"], { server: { origins: ["https://app.example"] } });
  const asked = async (method: string, origin: string | undefined) => {
    const headers: Record<string, string> = origin === undefined ? {} : { origin };
    const response = await all.ask(method, "/sessions", { headers });
    await response.body?.cancel();
    return [response.status, response.headers.get("access-control-allow-origin")];
  };
  assertEquals(await asked("GET", undefined), [200, null]);
  assertEquals(await asked("GET", "https://app.example"), [200, "https://app.example"]);
  assertEquals(await asked("GET", all.url), [200, null]);
  assertEquals(await asked("OPTIONS", "https://app.example"), [204, "https://app.example"]);
  for (const origin of ["https://evil.example", "null", "https://app.example.evil.example"]) {
    assertEquals(await asked("GET", origin), [403, null]);
    assertEquals(await asked("OPTIONS", origin), [403, null]);
  }
});

Deno.test("streams count as requests until they end, and clients that leave free their places", async () => {
  await using all = serve([{ content: "Wait", stall: true }], { server: { concurrency: 3 } });
  const { id } = await all.json("POST", "/sessions", { body: {} });
  await all.status("POST", `/sessions/${id}/prompt`, { body: { query: "Stall" } });
  const stops = [1, 2, 3].map(() => new AbortController());
  const streams = stops.map(async ({ signal }) => {
    for await (const { type } of all.events(`/sessions/${id}/events`, { signal })) {
      if (type === "text") return;
    }
  });
  await Promise.all(streams);
  // Leaving a loop has cancelled the request.
  while (all.server.open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const held = await Promise.all(stops.map(() => all.ask("GET", `/sessions/${id}/events`)));
  assertEquals(all.server.open, 3);
  assertEquals(await all.status("GET", "/sessions"), 429);
  assertEquals(await all.status("GET", "/sessions", { token: BOB }), 200);
  for (const { body } of held) await body!.cancel();
  while (all.server.open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await all.status("POST", `/sessions/${id}/cancel`, { body: {} });
});

Deno.test("a slow client holds nothing up, and nothing is collected for it", async () => {
  await using all = serve([
    cell("for (let i = 0; i < 1_000; i++) console.log('x'.repeat(1_000))"),
    "Done",
  ], {
    injects: { maxOutputChars: 4_000_000 },
  });
  const { id } = await all.json("POST", "/sessions", { body: {} });
  const { run } = await all.json("POST", `/sessions/${id}/prompt`, { body: { query: "Print" } });
  const slow = await all.ask("GET", `/sessions/${id}/events?run=${run}`);
  const events = await Array.fromAsync(all.events(`/sessions/${id}/events?run=${run}`));
  assertEquals(events.at(-1)!.type, "run_end");
  const before = Deno.memoryUsage().external;
  const reader = slow.body!.getReader();
  let size = 0;
  for (let i = 0; i < 5; i++) size += (await reader.read()).value?.length ?? 0;
  assert(Deno.memoryUsage().external - before < 50_000_000);
  await reader.cancel();
  assert(size > 0);
});

Deno.test("health and readiness need no credentials, and a server that drains takes no more", async () => {
  await using all = serve([]);
  const look = async (path: string) => {
    const response = await fetch(`${all.url}${path}`);
    return [response.status, (await response.json()).status];
  };
  assertEquals(await look("/health"), [200, "ok"]);
  assertEquals(await look("/ready"), [200, "ready"]);
  all.server.drain();
  assertEquals(await look("/ready"), [503, "not ready"]);
  assertEquals(await look("/health"), [200, "ok"]);
  assertEquals(await all.status("GET", "/sessions"), 503);
});

Deno.test("a store that fails is an error without details, and the server is not ready", async () => {
  await using store = new MemoryStore();
  await using queue = new MemoryQueue();
  const errors: unknown[] = [];
  const broken = new Proxy(store, {
    get(target, name) {
      if (name === "get" || name === "list") {
        return () => Promise.reject(new Error("/secret/path: disk full"));
      }
      return Reflect.get(target, name);
    },
  });
  const server = new Server({
    store: broken,
    queue,
    agent: "a",
    authenticate: () => ({ user: "ann" }),
    onError: (error) => errors.push(error),
  });
  const response = await server.fetch(new Request("http://localhost/sessions"));
  assertEquals([response.status, await response.text()], [
    500,
    '{"error":{"type":"api_error","message":"The server could not handle the request"}}',
  ]);
  assertEquals((await server.fetch(new Request("http://localhost/ready"))).status, 503);
  assertEquals(errors.length, 2);
});
