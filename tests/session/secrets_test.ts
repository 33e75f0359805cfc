/** Secret variables: their values are in no event, message, record, snapshot, span, or description. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { defineFunction } from "../../src/inject/host_function.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";
import { Secrets } from "../../src/inject/secrets.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { RuntimeOptions } from "../../src/runtime/runtime_options.ts";
import type { Store } from "../../src/store/store.ts";
import { ask, cell, eventOf, historyOf, world } from "./setup.ts";

/** Secrets with what JSON and patterns treat specially. */
const TOKEN = `sk-"live"\\$&.*(é)\n0123456789`;
const PASSWORD = "correct horse battery";

/** All forms in which a secret must not be found. */
const FORMS = [TOKEN, PASSWORD].flatMap((text) => {
  const json = JSON.stringify(text).slice(1, -1);
  return [text, json, JSON.stringify(json).slice(1, -1)];
});

/** Cells that try to get a secret out, by what they do. */
const LEAKS: readonly [string, string][] = [
  ["print it", `console.log(token)`],
  ["print it to stderr", `console.error("token:", token)`],
  ["print it within other text", `console.log("a".repeat(50) + token + "b")`],
  ["return it", `token`],
  ["return it in an object", `({ deep: [{ token }], map: new Map([[token, login]]) })`],
  ["return it as JSON", `JSON.stringify({ token, json: JSON.stringify(token) })`],
  ["use it as a key", `({ [token]: 1 })`],
  ["throw it", `throw new Error("bad token " + token)`],
  ["throw it bare", `throw token`],
  ["throw it as a cause", `throw new Error("outer", { cause: new TypeError(login.password) })`],
  ["print much", `console.log(("x".repeat(90) + token + "\\n").repeat(200))`],
  ["print it at the cut", `console.log("y".repeat(4990) + token + "z".repeat(20_000) + token)`],
  ["display it", `display.text?.(token); display({ "text/plain": token })`],
  ["pass it to a function", `await send(token, { headers: [login] })`],
  ["pass it to a function that echoes", `await echo({ token })`],
  ["pass it to a function that throws", `await fail(token)`],
  [
    "name a variable by it",
    `const copy = token; const list = [login, token]; globalThis.fn = () => token`,
  ],
  ["print late", `setTimeout(() => console.log(token), 0); await Promise.resolve()`],
  ["put bytes of it away", `const bytes = new TextEncoder().encode("~".repeat(300_000) + token)`],
  ["reject with it", `await Promise.reject({ token })`],
];

const received: unknown[] = [];

const INJECTS: RuntimeOptions = {
  variables: {
    token: defineVariable(TOKEN, { secret: true, description: "The key", summary: true }),
    login: defineVariable({ user: "ann", password: PASSWORD }, { secret: true, summary: true }),
  },
  functions: {
    send: (...args: unknown[]) => void received.push(args),
    echo: (value: unknown) => value,
    fail: (token: string) => Promise.reject(new Error(`refused ${token}`)),
    pay: defineFunction((token: string) => token.length, { approval: true }),
  },
};

/** Returns everything that a store has, as text. */
async function contentsOf(store: Store): Promise<string> {
  const records = await store.list("", { limit: 1_000 });
  const texts = [JSON.stringify(records)];
  for (const { key, value } of records.filter(({ key }) => key.startsWith("sessions/"))) {
    const id = key.slice("sessions/".length);
    for (const run of (value as unknown as { runs: string[] }).runs) {
      texts.push(JSON.stringify((await store.read(`events/${id}/${run}`)).entries));
    }
    texts.push(JSON.stringify((await store.read(`messages/${id}`)).entries));
  }
  for (const { hash } of await store.listBlobs()) {
    texts.push(new TextDecoder().decode(await store.getBlob(hash)));
  }
  return texts.join("\n");
}

function assertNoSecret(text: string, where: string): void {
  for (const form of FORMS) assert(!text.includes(form), `${where} has ${JSON.stringify(form)}`);
}

const RUNTIMES: readonly [string, ((given: RuntimeOptions) => Runtime) | undefined][] = [
  ["LocalRuntime", undefined],
  ["DenoRuntime", (given) => new DenoRuntime(given) as Runtime],
];

for (const [name, runtime] of RUNTIMES) {
  Deno.test(`a secret variable is nowhere but in cells, whatever they do (${name})`, async () => {
    received.length = 0;
    const replies = LEAKS.flatMap(([, code]) => [cell(code), "done"]);
    await using all = world(replies, {
      injects: INJECTS,
      ...(runtime === undefined ? {} : { runtime }),
    });
    const session = await all.open();
    for (const [what] of LEAKS) {
      await ask(session, `Please ${what}`);
      const events: unknown[] = [];
      for await (const event of session.events()) events.push(event);
      assertNoSecret(JSON.stringify(events), `an event of "${what}"`);
      assertNoSecret(historyOf(session).join("\n"), `the history of "${what}"`);
      assertNoSecret(JSON.stringify(all.server.requests), `a request of "${what}"`);
    }
    const contents = await contentsOf(all.store);
    assertNoSecret(contents, "the store");
    assertMatch(contents, /\[secret:token\]/);
    assertMatch(contents, /\[secret:login\]/);
    // The function itself has the value.
    assertEquals(received, [[TOKEN, { headers: [{ user: "ann", password: PASSWORD }] }]]);
  });
}

Deno.test("a session that goes on elsewhere has copies of secrets, which its snapshots have not", async () => {
  await using all = world([
    cell(`const copy = [token]; const bearer = () => "Bearer " + copy[0]`),
    "one",
    cell(`await echo({ same: copy[0] === token, length: bearer().length })`),
    "two",
  ], { injects: INJECTS });
  const first = await all.open();
  await ask(first, "Copy");
  await first.close();
  assertNoSecret(await contentsOf(all.store), "the store");
  const second = await all.open();
  await ask(second, "Compare");
  assertMatch(historyOf(second).join("\n"), new RegExp(`same: true, length: ${TOKEN.length + 7}`));
});

Deno.test("an approval with a secret argument is not recorded, and asked for again", async () => {
  await using all = world([cell(`await pay(token)`), cell(`await pay(token)`), "paid"], {
    injects: INJECTS,
  });
  const first = await all.open();
  const run = await first.prompt("Pay");
  run.result.catch(() => {});
  const { id, args } = await eventOf(first, "approval_request");
  assertEquals(args, ["[secret:token]"]);
  await first.close();
  assertNoSecret(await contentsOf(all.store), "the store");
  const second = await all.open();
  await second.approve(id, { allow: true });
  const going = await second.continue();
  for await (const event of second.events()) {
    if (event.type === "approval_request" && event.id !== id) {
      await second.approve(event.id, { allow: true });
    }
  }
  assertEquals((await going.result).content, "paid");
  assertMatch(historyOf(second).join("\n"), /its arguments could not be kept/);
});

Deno.test("runtimes describe no secret, and redact what an update has replaced as well", async () => {
  await using runtime = new DenoRuntime(INJECTS);
  const text = JSON.stringify(await runtime.describe());
  assertNoSecret(text, "the description");
  assertEquals(text.includes(`${TOKEN.length} characters`), false);
  const pieces: string[] = [];
  await runtime.execute(`const old = token`);
  await runtime.update("token", "another secret");
  const result = await runtime.execute(`console.log(old, token); [old, token]`, {
    onOutput: ({ text }) => pieces.push(text),
  });
  assertEquals(result.output.text, "[secret:token] [secret:token.2]\n");
  assertEquals(pieces.join(""), "[secret:token] [secret:token.2]\n");
  assertEquals(await runtime.retrieve("old"), TOKEN);
  const { bytes } = await runtime.snapshot();
  assertNoSecret(new TextDecoder().decode(bytes), "the snapshot");
  await runtime.restore(bytes);
  assertEquals(await runtime.retrieve("old"), TOKEN);
  assertEquals(await runtime.retrieve("token"), "another secret");
});

/** A limit that docs/sessions.md and SECURITY.md name. */
Deno.test("a cell that splits or encodes a secret prints the pieces", async () => {
  await using runtime = new DenoRuntime(INJECTS);
  const result = await runtime.execute(
    `console.log([...login.password].join(" "), btoa(login.password))`,
  );
  assertMatch(result.output.text, /c o r r e c t/);
  assert(result.output.text.includes(btoa(PASSWORD)));
});

/** Texts, before and after. */
const REDACTED: readonly [string, string][] = [
  ["nothing here", "nothing here"],
  ["abcdefghijklmnopqrst", "[secret:s]"],
  ["<abcdefghijklmnopqrst>", "<[secret:s]>"],
  ["cut abcdefghijklmno", "cut [secret:s]"],
  ["klmnopqrst was its end", "[secret:s] was its end"],
  ["ghijklmnopqrst was its end", "[secret:s] was its end"],
  ["abcdefghi is too little", "abcdefghi is too little"],
  ["abcdefghijklmnopqrstabcdefghijklmnopqrst", "[secret:s][secret:s]"],
  ["abcdefghijabcdefghijklmnopqrst", "[secret:s][secret:s]"],
  ["short!", "[secret:t]"],
  ["short", "short"],
];

Deno.test("Secrets redacts whole texts and halves, and keeps what has none", () => {
  const secrets = new Secrets();
  secrets.add("s", "abcdefghijklmnopqrst");
  secrets.add("t", "short!");
  for (const [text, expected] of REDACTED) assertEquals(secrets.redact(text), expected, text);
  const plain = { list: ["a", { b: 1 }], map: new Map([["k", new Set(["v"])]]), date: new Date() };
  assertEquals(secrets.redact(plain) === plain, true);
  for (const value of ["short", 123456789, null, { n: 1 }, new Uint8Array(9)]) {
    assertThrows(() => defineVariable(value, { secret: true }), TypeError, "at least 6 characters");
  }
});
