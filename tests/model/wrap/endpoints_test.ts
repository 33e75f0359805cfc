import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Model, ModelChunk, ModelMessage } from "../../../src/model/model.ts";
import { ModelError, type ModelErrorKind } from "../../../src/model/model_error.ts";
import { type EndpointsOptions, withEndpoints } from "../../../src/model/wrap/endpoints.ts";

const messages: ModelMessage[] = [{ role: "user", content: "Hello" }];
const quick: EndpointsOptions = { order: "listed", delayMs: 0, jitterMs: 0 };

/** An endpoint that fails as listed, and then replies with its name. */
function endpoint(name: string, failures: (ModelErrorKind | ModelError)[] = []) {
  const left = [...failures];
  const model: Model & { asked: number } = {
    name,
    provider: "p",
    asked: 0,
    async *stream(_messages, { signal } = {}) {
      model.asked++;
      signal?.throwIfAborted();
      const failure = left.shift();
      if (failure !== undefined) {
        throw await Promise.resolve(
          failure instanceof ModelError
            ? failure
            : new ModelError(`${name} is ${failure}`, { kind: failure }),
        );
      }
      yield { type: "text", text: name };
      yield { type: "end", finishReason: "stop" };
    },
  };
  return model;
}

async function read(
  model: Model,
): Promise<{ text: string; retries: number; chunks: ModelChunk[] }> {
  const chunks = await Array.fromAsync(model.stream(messages));
  const text = chunks.map((chunk) => chunk.type === "text" ? chunk.text : "").join("");
  return { text, chunks, retries: chunks.filter(({ type }) => type === "retry").length };
}

Deno.test("withEndpoints() asks an endpoint again or the next one, by the kind of its failure", async () => {
  const table: [kind: ModelErrorKind, asked: number, next: string | undefined][] = [
    ["busy", 3, "b"],
    ["unreachable", 3, "b"],
    ["empty", 3, "b"],
    ["refused", 1, "b"],
    ["auth", 1, "b"],
    ["quota", 1, "b"],
    ["wait", 1, "b"],
    ["context_length", 1, undefined],
  ];
  for (const [kind, asked, next] of table) {
    const [a, b] = [endpoint("a", Array(9).fill(kind)), endpoint("b")];
    const model = withEndpoints([a, b], quick);
    if (next === undefined) await assertRejects(() => read(model), ModelError, "a is", kind);
    else assertEquals((await read(model)).text, next, kind);
    assertEquals([a.asked, b.asked], [asked, next === undefined ? 0 : 1], kind);
  }
});

Deno.test("withEndpoints() asks the endpoint first that replied last", async () => {
  const [a, b, c] = [endpoint("a", ["auth"]), endpoint("b", []), endpoint("c")];
  const model = withEndpoints([a, b, c], quick);
  assertEquals([(await read(model)).text, (await read(model)).text], ["b", "b"]);
  assertEquals([a.asked, b.asked, c.asked], [1, 2, 0]);
  assertEquals([model.name, model.provider], ["a", "p"]);

  // One that fails is no longer preferred.
  const [d, e] = [endpoint("d", ["auth"]), endpoint("e", [])];
  const moody: Model = {
    async *stream() {
      yield* (e.asked === 1 ? endpoint("e", ["quota"]) : e).stream(messages);
    },
  };
  const other = withEndpoints([d, moody], quick);
  assertEquals((await read(other)).text, "e");
  assertEquals((await read(other)).text, "d");
  assertEquals((await read(other)).text, "d");
});

Deno.test("withEndpoints() spreads requests over endpoints that have not replied yet", async () => {
  const firsts = new Set<string>();
  for (let i = 0; i < 200 && firsts.size < 3; i++) {
    const model = withEndpoints(["a", "b", "c"].map((name) => endpoint(name)));
    firsts.add((await read(model)).text);
  }
  assertEquals([...firsts].sort(), ["a", "b", "c"]);
});

Deno.test("withEndpoints() waits as long as an endpoint demands, or goes on to the next", async () => {
  const demand = (retryAfterMs: number) => new ModelError("Slowly", { kind: "busy", retryAfterMs });
  const table: [number, string, number][] = [[1, "a", 1], [70_000, "b", 0]];
  for (const [retryAfterMs, text, delayMs] of table) {
    const model = withEndpoints([endpoint("a", [demand(retryAfterMs)]), endpoint("b")], quick);
    const { chunks, text: found } = await read(model);
    assertEquals(found, text);
    assertEquals(chunks[0], { type: "retry", attempt: 2, delayMs, reason: "Slowly" });
  }
});

Deno.test("withEndpoints() waits longer before each attempt", async () => {
  const options = { ...quick, delayMs: 1, attempts: 4, jitterMs: 0 };
  const { chunks } = await read(
    withEndpoints([endpoint("a", ["busy", "busy", "busy"])], options),
  );
  const delays = chunks.filter((chunk) => chunk.type === "retry").map(({ delayMs }) => delayMs);
  assertEquals(delays, [1, 2, 3]);
});

Deno.test("withEndpoints() lists the failures of all endpoints", async () => {
  const all = [endpoint("a", ["auth"]), endpoint("b", ["quota"]), endpoint("c", ["refused"])];
  const error = await assertRejects(() => read(withEndpoints(all, quick)), ModelError);
  assertEquals(
    error.message,
    "Cannot get a reply from any of 3 endpoints: 1. a is auth; 2. b is quota; 3. c is refused",
  );
  assertEquals(error.kind, "refused");
  assertEquals((error.cause as AggregateError).errors.length, 3);
});

Deno.test("withEndpoints() does not repeat a reply that has begun, nor go on when it is stopped", async () => {
  const broken: Model = {
    async *stream() {
      yield { type: "text", text: "Hel" };
      throw await Promise.resolve(new ModelError("Broken", { kind: "incomplete" }));
    },
  };
  const after = endpoint("b");
  await assertRejects(() => read(withEndpoints([broken, after], quick)), ModelError, "Broken");
  assertEquals(after.asked, 0);

  const abort = new AbortController();
  const model = withEndpoints([endpoint("a", ["busy"]), after], { ...quick, delayMs: 60_000 });
  const reply = model.stream(messages, { signal: abort.signal })[Symbol.asyncIterator]();
  assertEquals((await reply.next()).value?.type, "retry");
  const next = reply.next();
  abort.abort(new Error("Enough"));
  assertEquals(await next.catch((error: Error) => error.message), "Enough");
  assertEquals(after.asked, 0);
});

Deno.test("withEndpoints() refuses wrong options", () => {
  const table: [Model[], object, string][] = [
    [[], {}, "the list of models is empty"],
    [[endpoint("a")], { attempts: 0 }, "attempts must be a whole number of at least 1"],
    [[endpoint("a")], { attempts: 1.5 }, "attempts"],
    [[endpoint("a")], { delayMs: -1 }, "delayMs must be a number of at least 0"],
    [[endpoint("a")], { order: "best" }, '"random" or "listed", current value is "best"'],
    [[endpoint("a")], { delay: 1 }, 'did you mean "delayMs"?'],
  ];
  for (const [models, options, message] of table) {
    const error = assertThrows(() => withEndpoints(models, options), Error, message);
    assert(error instanceof TypeError || error instanceof RangeError);
  }
});
