/** Sessions over HTTP: their life, their events, what people decide, and who they belong to. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { defineFunction } from "../../src/inject/host_function.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { ANN, BOB, cell, serve, type Served } from "./setup.ts";

/** Makes a session, asks, and returns its identifier and that of its run. */
async function begin(all: Served, query: string): Promise<{ id: string; run: string }> {
  const { id } = await all.json("POST", "/sessions", { body: {} });
  const { run } = await all.json("POST", `/sessions/${id}/prompt`, { body: { query } });
  return { id, run };
}

Deno.test("a session is made, asked, followed, read, listed and deleted", async () => {
  await using all = serve([
    cell("let total = 40; console.log('hi')"),
    "Noted.",
    cell("total + 2"),
    "42",
  ]);
  const { id, run } = await begin(all, "Remember 40");
  const types: string[] = [];
  let index = 0;
  for await (const event of all.events(`/sessions/${id}/events`)) {
    assertEquals(event.id, `${run}:${index++}`);
    assertEquals(event.type, event.data.type);
    if (types.at(-1) !== event.type) types.push(event.type);
  }
  assertEquals([types[0], types.at(-1)], ["run_start", "run_end"]);
  assert(types.includes("code") && types.includes("output"));

  const second = await all.json("POST", `/sessions/${id}/prompt`, { body: { query: "Add 2" } });
  for await (const { type, data } of all.events(`/sessions/${id}/events?run=${second.run}`)) {
    if (type === "run_end") assertEquals(data.result.content, "42");
  }
  const state = await all.json("GET", `/sessions/${id}`);
  assertEquals([state.id, state.status, state.runs], [id, "completed", [run, second.run]]);
  assert(state.usage.totalTokens > 0);
  const { names } = await all.json("GET", `/sessions/${id}/names`);
  assertEquals(names.find(({ name }: { name: string }) => name === "total"), {
    name: "total",
    type: "number",
  });
  const { messages } = await all.json("GET", `/sessions/${id}/messages`);
  assertEquals(messages[0].content.endsWith("Remember 40"), true);
  const snapshot = await (await all.ask("GET", `/sessions/${id}/snapshot`)).bytes();
  {
    await using runtime = new DenoRuntime({ snapshot });
    assertEquals(await runtime.retrieve("total"), 40);
  }
  const { sessions } = await all.json("GET", "/sessions");
  assertEquals(sessions.map(({ id, query }: { id: string; query: string }) => [id, query]), [
    [id, "Add 2"],
  ]);
  const fork = await all.json("POST", `/sessions/${id}/fork`, { body: { message: 0 } });
  assertEquals((await all.json("GET", `/sessions/${fork.id}/messages`)).messages.length, 1);

  assertEquals(await all.status("DELETE", `/sessions/${id}`), 204);
  assertEquals(await all.status("GET", `/sessions/${id}`), 404);
  assertEquals(all.errors, []);
});

Deno.test("a stream that was cut off goes on behind the last event, and none is lost", async () => {
  await using all = serve([cell("for (let i = 0; i < 30; i++) console.log(i)"), "Done"]);
  const { id } = await begin(all, "Count");
  const seen: string[] = [];
  let last: string | undefined;
  for (let cuts = 0; last === undefined || !last.endsWith("!"); cuts++) {
    const stop = new AbortController();
    const headers: Record<string, string> = last === undefined ? {} : { "last-event-id": last };
    try {
      for await (
        const event of all.events(`/sessions/${id}/events`, { headers, signal: stop.signal })
      ) {
        seen.push(event.id);
        last = event.id;
        if (event.type === "run_end") last += "!";
        else if (seen.length % 4 === 0) break;
      }
    } finally {
      stop.abort();
    }
    assert(cuts < 100);
  }
  const numbers = seen.map((id) => Number(id.split(":")[1]));
  assertEquals(numbers, numbers.map((_, i) => i));
  assert(numbers.length > 8);
  const again = await Array.fromAsync(
    all.events(`/sessions/${id}/events?from=${numbers.length - 2}`),
  );
  assertEquals(again.map(({ type }) => type).at(-1), "run_end");
  assertEquals(again.length, 2);
});

Deno.test("people approve, answer, steer, follow up and cancel over HTTP", async () => {
  const paid: unknown[] = [];
  const pay = defineFunction((to: string) => void paid.push(to), { approval: true });
  await using all = serve([
    cell(
      "await pay('bob'); const color = await askUser('Which?', { options: ['red', 'blue'] }); color",
    ),
    "It is red.",
    "Second answer",
    { content: "Wait", stall: true },
  ], { injects: { functions: { pay } }, askUser: true });
  const { id } = await begin(all, "Pay and ask");
  for await (const { type, data } of all.events(`/sessions/${id}/events`)) {
    if (type === "approval_request") {
      assertEquals([data.name, data.args], ["pay", ["bob"]]);
      const { pending } = await all.json("GET", `/sessions/${id}`);
      assertEquals(pending.map(({ id }: { id: string }) => id), [data.id]);
      const body = { id: data.id, allow: true };
      assertEquals(await all.status("POST", `/sessions/${id}/approve`, { body }), 202);
    } else if (type === "ask_user") {
      await all.status("POST", `/sessions/${id}/follow-up`, { body: { text: "And then?" } });
      await all.status("POST", `/sessions/${id}/answer`, { body: { id: data.id, text: "red" } });
    } else if (type === "run_end") assertEquals(data.result.content, "It is red.");
  }
  assertEquals(paid, ["bob"]);
  // The question that waited has a run of its own.
  let runs: string[] = [];
  while (runs.length < 2) runs = (await all.json("GET", `/sessions/${id}`)).runs;
  for await (const { type, data } of all.events(`/sessions/${id}/events?run=${runs[1]}`)) {
    if (type === "run_end") assertEquals(data.result.content, "Second answer");
  }
  const { run } = await all.json("POST", `/sessions/${id}/prompt`, { body: { query: "Stall" } });
  for await (const { type, data } of all.events(`/sessions/${id}/events?run=${run}`)) {
    if (type === "text") {
      assertEquals(
        await all.status("POST", `/sessions/${id}/prompt`, { body: { query: "x" } }),
        409,
      );
      await all.status("POST", `/sessions/${id}/cancel`, { body: { reason: "Enough" } });
    }
    if (type === "run_end") assertEquals([data.status, data.reason], ["cancelled", "Enough"]);
  }
});

Deno.test("a request that is sent again with its Idempotency-Key does nothing more", async () => {
  await using all = serve(["one", "two"]);
  const headers = { "idempotency-key": "k1" };
  const made = await Promise.all(
    [1, 2].map(() => all.json("POST", "/sessions", { body: {}, headers })),
  );
  // One of two at the same time may be told to try again.
  const id = made.find(({ id }) => id !== undefined).id;
  assertEquals((await all.json("POST", "/sessions", { body: {}, headers })).id, id);
  const ask = () =>
    all.json("POST", `/sessions/${id}/prompt`, { body: { query: "Once" }, headers });
  const { run } = await ask();
  await Array.fromAsync(all.events(`/sessions/${id}/events?run=${run}`));
  assertEquals((await ask()).run, run);
  assertEquals((await all.json("GET", `/sessions/${id}`)).runs, [run]);
  assertEquals(all.model.requests.length, 1);
  // The key of another user is another key.
  const other = await all.json("POST", "/sessions", { body: {}, headers, token: BOB });
  assert(other.id !== id);
});

/** Everything that can be asked of a session. */
const ASKS: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ["GET", ""],
  ["DELETE", ""],
  ["GET", "/messages"],
  ["GET", "/events"],
  ["GET", "/names"],
  ["GET", "/snapshot"],
  ["GET", "/files/text-1"],
  ["POST", "/prompt", { query: "x" }],
  ["POST", "/steer", { text: "x" }],
  ["POST", "/follow-up", { text: "x" }],
  ["POST", "/answer", { text: "x" }],
  ["POST", "/approve", { id: "x", allow: true }],
  ["POST", "/cancel", {}],
  ["POST", "/fork", {}],
];

Deno.test("sessions of others are not there, whatever is asked of them", async () => {
  await using all = serve(["secret words"]);
  const { id } = await begin(all, "Ann asks");
  await Array.fromAsync(all.events(`/sessions/${id}/events`));
  for (const [method, path, body] of ASKS) {
    const of = async (session: string, token: string) => {
      const response = await all.ask(method, `/sessions/${session}${path}`, { body, token });
      return [response.status, await response.text()] as const;
    };
    const foreign = await of(id, BOB);
    assertEquals(foreign[0], 404, `${method} ${path}`);
    assertEquals(foreign, await of("none", BOB), `${method} ${path} tells that it is there`);
    assertEquals(
      await all.status(method, `/sessions/${id}${path}`, { body, token: "" }),
      401,
    );
    assertEquals(
      await all.status(method, `/sessions/${id}${path}`, { body, token: "wrong" }),
      401,
    );
  }
  assertEquals((await all.json("GET", "/sessions", { token: BOB })).sessions, []);
  assertEquals(await all.status("POST", "/sessions", { body: { id }, token: BOB }), 409);
  assertEquals(
    await all.status("POST", "/chat", {
      token: BOB,
      body: { id, messages: [{ role: "user", parts: [{ type: "text", text: "x" }] }] },
    }),
    409,
  );
  assertEquals((await all.json("GET", `/sessions/${id}`)).status, "completed");
});

/** Requests that are malformed, and the answers. */
const MALFORMED: readonly (readonly [
  method: string,
  path: string,
  init: { body?: unknown; raw?: string; headers?: Record<string, string> },
  status: number,
  message: RegExp,
])[] = [
  ["GET", "/nothing", {}, 404, /nothing at this address/],
  ["PUT", "/sessions", {}, 405, /PUT is not allowed/],
  ["POST", "/sessions", { raw: "{" }, 400, /not JSON/],
  [
    "POST",
    "/sessions",
    { raw: "id=1", headers: { "content-type": "text/plain" } },
    415,
    /application\/json/,
  ],
  ["POST", "/sessions", { body: { id: "../x" } }, 400, /identifier/],
  ["POST", "/sessions", { body: { id: "a".repeat(101) } }, 400, /identifier/],
  ["POST", "/sessions", { body: { name: "x" } }, 400, /name/],
  ["POST", "/sessions", { body: [] }, 400, /malformed/],
  ["POST", "/sessions/S/prompt", { body: {} }, 400, /query/],
  ["POST", "/sessions/S/prompt", { body: { query: "" } }, 400, /query/],
  ["POST", "/sessions/S/prompt", { body: { query: " " } }, 400, /empty/],
  ["POST", "/sessions/S/prompt", { body: { query: "x", maxSteps: 0 } }, 400, /maxSteps/],
  [
    "POST",
    "/sessions/S/prompt",
    { body: { query: "x".repeat(2 ** 20) } },
    413,
    /larger than 1048576/,
  ],
  ["POST", "/sessions/S/answer", { body: { text: "x" } }, 404, /no open request/],
  ["POST", "/sessions/S/approve", { body: { id: "x", allow: 1 } }, 400, /allow/],
  ["POST", "/sessions/S/fork", { body: { message: 99 } }, 404, /99/],
  ["GET", "/sessions/S/events?from=-1", {}, 404, /no run yet/],
  ["GET", "/sessions/S/events?run=none", {}, 404, /no run/],
  ["GET", "/sessions/%E0%A4%A/events", {}, 400, /malformed/],
  ["GET", "/sessions/S/files/..%2f..%2fx", {}, 404, /no such file/],
  ["GET", "/sessions/S/snapshot", {}, 404, /no snapshot/],
  [
    "POST",
    "/sessions",
    { body: {}, headers: { "idempotency-key": "x".repeat(300) } },
    400,
    /Idempotency-Key/,
  ],
  ["POST", "/sessions", { body: {}, headers: { origin: "https://evil.example" } }, 403, /origin/],
];

Deno.test("malformed requests are answered in words, and show nothing of the host", async () => {
  await using all = serve([]);
  const { id } = await all.json("POST", "/sessions", { body: {} });
  for (const [method, path, { body, raw, headers }, status, message] of MALFORMED) {
    const response = await fetch(`${all.url}${path.replace("/S/", `/${id}/`)}`, {
      method,
      headers: {
        authorization: `Bearer ${ANN}`,
        ...(method === "POST" ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      ...(method === "POST" ? { body: raw ?? JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    assertEquals(response.status, status, `${method} ${path}: ${text}`);
    assertMatch(JSON.parse(text).error.message, message);
    assert(!/file:|\/home|\/root|\.ts\b/.test(text), text);
  }
  assertEquals(all.errors, []);
});

Deno.test("files of a history are handed out, and never as pages", async () => {
  await using all = serve(
    [cell("console.log('<script>x</script>' + 'y'.repeat(20_000))"), "Done"],
    {
      runtime: (options) => new DenoRuntime(options) as Runtime,
    },
  );
  const { id } = await begin(all, "Print much");
  await Array.fromAsync(all.events(`/sessions/${id}/events`));
  const { messages } = await all.json("GET", `/sessions/${id}/messages`);
  const [, key] = /readArtifact\("([^"]+)"/.exec(JSON.stringify(messages).replaceAll("\\", "")) ??
    [];
  const response = await all.ask("GET", `/sessions/${id}/files/${key}`);
  const text = await response.text();
  assertEquals(response.status, 200, JSON.stringify(messages).slice(0, 2_000));
  assert(text.startsWith("<script>"));
  assertEquals(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  assertMatch(response.headers.get("content-security-policy")!, /sandbox/);
});
