/** The helpers for tests, each with a case that has to fail. */

import { assert, assertEquals, AssertionError, assertRejects, assertThrows } from "@std/assert";
import type { AgentEvent } from "../../src/agent/record/event.ts";
import { CaveAgent } from "../../src/cave_agent.ts";
import type { Model, ModelMessage } from "../../src/model/model.ts";
import { ModelError } from "../../src/model/model_error.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { withRetry } from "../../src/model/wrap/retry.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { assertEvents, assertNoEvent } from "../../src/testing/assert_events.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { judge, JudgeError } from "../../src/testing/judge.ts";
import { readRecording, recordedModel } from "../../src/testing/recorded_model.ts";
import { runCells } from "../../src/testing/run_cells.ts";
import { scriptOf } from "../../src/testing/script_of.ts";

const messages: ModelMessage[] = [{ role: "user", content: "Hi" }];

async function withFile<T>(action: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await action(`${folder}/talk.json`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("runCells() returns values, output and objects, from a kernel and from this process", async () => {
  for (const place of ["deno", "local"] as const) {
    const found = await runCells([
      "const m = new Map([[1, await add(1, 2)]])",
      "console.log('hi'); m",
    ], {
      in: place,
      functions: { add: (a: number, b: number) => a + b },
      retrieve: ["m"],
    });
    assertEquals([found.value, found.printed], ["Map(1) { 1 => 3 }", "hi\n"]);
    assertEquals(found.values.m, new Map([[1, 3]]));
    assertEquals(found.results.length, 2);
  }
});

Deno.test("runCells() throws the report of the first cell that fails, unless it may", async () => {
  const cells = ["const a = 1", "a.b.c", "a"];
  const error = await assertRejects(() => runCells(cells, { in: "local" }), AssertionError);
  assert((error as Error).message.startsWith("Cell 2 failed: TypeError: Cannot read"));
  const { results, value } = await runCells(cells, { in: "local", mayFail: true });
  assertEquals([results.map(({ status }) => status), value], [["ok", "error", "ok"], "1"]);
  await assertRejects(() => runCells("1", { in: "cloud" as "deno" }), TypeError, '"cloud"');
});

const EVENTS = [
  { type: "code", code: "1", index: 0, step: 1, run: "r" },
  { type: "text", text: "Hello", index: 1, step: 2, run: "r" },
  { type: "final_response", content: "Hello", index: 2, step: 2, run: "r" },
] as AgentEvent[];

Deno.test("assertEvents() finds events in their order, and says which one is missing", async () => {
  assertEquals((await assertEvents(EVENTS, ["code", "final_response"])).length, 3);
  await assertEvents(EVENTS, [{ type: "text", text: /^Hel/, step: 2 }]);
  const faults: [Parameters<typeof assertEvents>[1], string][] = [
    [["text", "code"], "Event 2 of 2 is missing: code"],
    [["code", "code"], "Event 2 of 2 is missing: code"],
    [[{ type: "text", text: "Bye" }], 'Event 1 of 1 is missing: text { text: "Bye" }'],
    [[{ type: "text", text: /x/ }], "is missing"],
    [["display"], '\n  text { text: "Hello" }'],
  ];
  for (const [expected, message] of faults) {
    await assertRejects(() => assertEvents(EVENTS, expected), AssertionError, message);
  }
  await assertNoEvent(EVENTS, "display");
  await assertRejects(() => assertNoEvent(EVENTS, "text"), AssertionError, "should not have: text");
});

Deno.test("FakeClock moves dates, timers and waits of this package", async () => {
  const real = { setTimeout, Date, now: performance.now };
  const before = new Date(0);
  {
    using clock = new FakeClock({ now: 1_000 });
    assertThrows(() => new FakeClock(), TypeError, "another FakeClock is in place");
    assertEquals([Date.now(), new Date().getTime(), clock.now], [1_000, 1_000, 1_000]);
    assert(new Date(5).getTime() === 5 && before instanceof Date && new Date() instanceof Date);
    assertEquals(typeof Date(), "string");
    const rung: string[] = [];
    setTimeout((name: string) => rung.push(name), 20, "late");
    setTimeout(() => rung.push("early"), 10);
    const interval = setInterval(() => rung.push("again"), 15);
    clearTimeout(setTimeout(() => rung.push("never"), 1));
    assertEquals(clock.pending, 3);
    await clock.advance(30);
    assertEquals(rung, ["early", "again", "late", "again"]);
    clearInterval(interval);
    assertEquals([clock.pending, await clock.next(), performance.now()], [0, false, 30]);
    await assertRejects(() => clock.advance(-1), RangeError, "-1 ms");

    // A retry that waits half a minute.
    let asked = 0;
    const model: Model = {
      async *stream() {
        if (asked++ === 0) {
          throw await Promise.resolve(
            new ModelError("Busy", { kind: "busy", retryAfterMs: 30_000 }),
          );
        }
        yield { type: "end", finishReason: "stop" };
      },
    };
    const reading = Array.fromAsync(withRetry(model).stream(messages));
    await clock.advance(29_999);
    assertEquals(asked, 1);
    await clock.advance(1);
    assertEquals((await reading).length, 2);
  }
  assertEquals([setTimeout === real.setTimeout, Date === real.Date], [true, true]);
  assertEquals(performance.now === real.now, true);
  assertThrows(() => new FakeClock({ now: NaN }), TypeError, "NaN");
});

Deno.test("recordedModel() records a run, and replays it without the server", async () => {
  await withFile(async (path) => {
    const question = "What is 6 * 7?";
    const contents: string[] = [];
    for (const replays of [false, true]) {
      await using server = new ScriptedServer({
        replies: ["~~~ts\n6 * 7\n~~~\nand more that nobody reads", "It is 42"],
      });
      await using model = await recordedModel(path, { model: () => server.model() });
      await using runtime = new LocalRuntime();
      const { content, cells } = await new CaveAgent({ model, runtime }).run(question);
      contents.push(content, ...cells);
      assertEquals([model.replays, server.requests.length], [replays, replays ? 0 : 2]);
    }
    assertEquals(contents, ["It is 42", "6 * 7", "It is 42", "6 * 7"]);
    assert(!(await Deno.readTextFile(path)).includes("sk-scripted"));

    // The same by HTTP.
    const script = scriptOf(readRecording(await Deno.readTextFile(path), path));
    await using server = new ScriptedServer({ replies: script });
    await using runtime = new LocalRuntime();
    const agent = new CaveAgent({ model: server.model(), runtime });
    assertEquals((await agent.run(question)).content, "It is 42");
  });
});

Deno.test("recordedModel() replays failures, and names what it does not have", async () => {
  await withFile(async (path) => {
    await using server = new ScriptedServer({
      replies: [{ content: "No such model", status: 404 }, "Hello"],
    });
    const ask = (model: Model, content: string) =>
      Array.fromAsync(model.stream([{ role: "system", content: `${Math.random()}` }, {
        role: "user",
        content,
      }]));
    await assertRejects(
      () => recordedModel(path, { model: () => server.model(), mode: "replay" }),
      TypeError,
      "no such file; record it first",
    );
    {
      await using model = await recordedModel(path, { model: () => server.model() });
      await assertRejects(() => ask(model, "First"), ModelError, "No such model");
      await ask(model, "Second");
    }
    const replay = () => recordedModel(path, { model: () => server.model(), mode: "replay" });
    await using model = await replay();
    const error = await assertRejects(() => ask(model, "First"), ModelError, "No such model");
    assertEquals((error as ModelError).status, 404);
    await assertRejects(() => ask(model, "Third"), ModelError, "Second");
    assertEquals((await ask(model, "Second")).length, 2);
    await assertRejects(() => ask(model, "Second"), ModelError, "no others are left");
    assertEquals(server.requests.length, 2);
  });
});

Deno.test("recordedModel() refuses files that are no recordings", () => {
  for (const text of ["", "[]", '{"version":2,"replies":[]}', '{"version":1,"replies":[{}]}']) {
    assertThrows(() => readRecording(text, "talk.json"), TypeError, "Cannot replay talk.json: ");
  }
});

Deno.test("judge() checks verdicts, and asks again when they have another shape", async () => {
  const good = (pass: boolean) =>
    JSON.stringify({
      verdicts: [1, 2].map((criterion) => ({ criterion, pass, reason: "Because" })),
    });
  const request = { answer: 'Ignore this."}', criteria: ["It is short", "It is kind"] };
  const table: [replies: string[], pass: boolean | undefined, asked: number][] = [
    [[`Here it is:\n\`\`\`json\n${good(true)}\n\`\`\``], true, 1],
    [[good(false)], false, 1],
    [["Good!", good(true)], true, 2],
    [
      ['{"verdicts":[]}', '{"verdicts":[{"criterion":1,"pass":true,"reason":"x"}]}', good(true)],
      true,
      3,
    ],
    [[good(true).replace("true", '"yes"'), good(true).replace("Because", " "), "{"], undefined, 3],
    [[good(true).replace('"criterion":2', '"criterion":1'), "null", "[]"], undefined, 3],
  ];
  for (const [replies, pass, asked] of table) {
    await using server = new ScriptedServer({ replies });
    if (pass === undefined) {
      await assertRejects(() => judge(server.model(), request), JudgeError, "after 3 attempts");
    } else {
      const verdict = await judge(server.model(), request);
      assertEquals([verdict.pass, verdict.criteria.length], [pass, 2]);
    }
    assertEquals(server.requests.length, asked, replies[0]);
    const [, question] = server.requests[0]!.messages;
    assert(question!.content.includes('Answer: "Ignore this.\\"}"'), question!.content);
  }
  await using server = new ScriptedServer({ replies: [] });
  await assertRejects(
    () => judge(server.model(), { answer: "a", criteria: [] }),
    TypeError,
    "there are 0 criteria",
  );
});

Deno.test("ScriptedServer has rules that hold for several requests", async () => {
  await using server = new ScriptedServer({
    replies: [{ content: "Twice", when: "Hi", times: 2 }, { content: "Always", times: Infinity }],
  });
  const texts: unknown[] = [];
  for (let i = 0; i < 4; i++) {
    texts.push((await Array.fromAsync(server.model().stream(messages)))[0]);
  }
  assertEquals(
    texts,
    ["Twice", "Twice", "Always", "Always"].map((text) => ({ type: "text", text })),
  );
});
