/** Durable functions in steps. */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { runSteps, type RunStepsOptions } from "../../../src/runner/steps/run_steps.ts";
import { type Step, StepCancelledError, StepError } from "../../../src/runner/steps/step.ts";
import { AgentRunner } from "../../../src/runner/agent_runner.ts";
import type { JsonObject } from "../../../src/runner/run_context.ts";
import type { JsonValue } from "../../../src/store/store.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";
import { onStores } from "../../repositories/setup.ts";

type State = Record<string, unknown>;

/** A run in memory, as tests of steps need it. */
class TestRun {
  state: JsonValue | undefined;
  readonly events: { type: string; data: JsonObject }[] = [];
  signal: AbortSignal = new AbortController().signal;

  emit(type: string, data: JsonObject = {}): Promise<void> {
    this.events.push({ type, data });
    return Promise.resolve();
  }

  checkpoint(state: JsonValue): Promise<void> {
    this.state = structuredClone(state);
    return Promise.resolve();
  }

  /** Runs steps, and returns the types of the events. */
  async go(steps: readonly Step<State>[], options: RunStepsOptions<State> = {}) {
    this.events.length = 0;
    return await runSteps<State>(this, steps, options);
  }

  of(type: string, field: string): unknown[] {
    return this.events.filter((event) => event.type === type).map(({ data }) => data[field]);
  }
}

Deno.test("runSteps() shares state and results, and progress reaches 100", async () => {
  const run = new TestRun();
  const results = await run.go([
    { name: "a", run: (_, state) => (state.n = Number(state.n) + 1, "A"), description: "First" },
    { name: "b", run: ({ results }, state) => [results.a!, state.n as number] },
    { name: "__proto__", run: () => undefined },
    { name: "d", run: async ({ emit, step, attempt }) => await emit("note", { step, attempt }) },
  ], { initialState: { n: 1 } });
  assertEquals(results, { a: "A", b: ["A", 2] });
  assertEquals(run.of("progress", "percent"), [0, 25, 50, 75, 100]);
  assertEquals(run.of("progress", "description"), [
    "First",
    "Executing b",
    "Executing __proto__",
    "Executing d",
    "Done",
  ]);
  assertEquals(run.of("note", "attempt"), [1]);
  assertEquals(run.events.slice(0, 3).map(({ type }) => type), [
    "progress",
    "step_start",
    "step_end",
  ]);
  const again = await run.go([{ name: "a", run: () => "other" }]);
  assertEquals([again, run.of("step_skipped", "step")], [{ a: "A" }, ["a"]]);
  assertEquals(run.of("progress", "percent"), [100]);
  assertEquals(await run.go([{ name: "a", run: () => "other" }], { resume: false }), {
    a: "other",
  });
  assertEquals([await run.go([], { key: "none" }), run.of("progress", "percent")], [{}, [100]]);
});

Deno.test("a step that fails loses its changes, and initialState holds for the first run only", async () => {
  const run = new TestRun();
  run.state = { mine: 1 };
  let fails = true;
  const seen: unknown[] = [];
  const steps: Step<State>[] = [
    { name: "a", run: (_, state) => void (state.list as unknown[]).push("a") },
    {
      name: "b",
      run: (_, state) => {
        seen.push(structuredClone(state));
        (state.list as unknown[]).push("b");
        if (fails) throw new Error("no");
        return state.list;
      },
    },
  ];
  const error = await assertRejects(
    () => run.go(steps, { initialState: { list: ["first"] } }),
    StepError,
  ) as StepError;
  assertEquals([error.step, error.attempts], ["b", 1]);
  assertMatch(error.message, /The step "b" failed after 1 attempt: no/);
  fails = false;
  const results = await run.go(steps, { initialState: { list: ["second"] } });
  assertEquals(results, { b: ["first", "a", "b"] });
  assertEquals(seen, [{ list: ["first", "a"] }, { list: ["first", "a"] }]);
  assertEquals((run.state as JsonObject).mine, 1);
});

Deno.test("a first step that fails leaves no second first run", async () => {
  const run = new TestRun();
  const step = (fail: boolean): Step<State> => ({
    name: "a",
    run: (_, state) => {
      if (fail) throw new Error("no");
      return state.n;
    },
  });
  await assertRejects(() => run.go([step(true)], { initialState: { n: 1 } }), StepError);
  assertEquals(await run.go([step(false)], { initialState: { n: 2 } }), { a: 1 });
});

Deno.test("retries wait, and are events; an attempt that is too long is one as well", async () => {
  using clock = new FakeClock();
  const run = new TestRun();
  const signals: AbortSignal[] = [];
  const going = run.go([{
    name: "a",
    retries: 2,
    retryDelayMs: 500,
    timeoutMs: 1_000,
    run: ({ attempt, signal }, state) => {
      signals.push(signal);
      if (attempt === 1) throw new Error("first");
      if (attempt === 3) return state;
      return new Promise((resolve) =>
        setTimeout(() => {
          state.late = true;
          resolve("late");
        }, 2_000)
      );
    },
  }]);
  let settled = false;
  going.finally(() => settled = true);
  await clock.advance(499);
  assertEquals(signals.length, 1);
  while (!settled && await clock.next()) { /* waits */ }
  assertEquals(await going, { a: {} });
  assertEquals(run.of("step_retry", "error"), ["first", "The step timed out after 1000 ms"]);
  assertEquals(run.of("step_retry", "delayMs"), [500, 500]);
  assertEquals(run.of("step_start", "attempt"), [1, 2, 3]);
  assertEquals(signals.map(({ aborted }) => aborted), [true, true, true]);
  await clock.advance(5_000);
  assertEquals((run.state as { steps: { state: object } }).steps.state, {});
});

/** Moments at which a run is stopped: before, within a step that listens, within one that does not, between attempts. */
const STOPS: readonly [string, (stop: () => void) => Step<State>][] = [
  ["before", () => ({ name: "a", run: () => "never" })],
  ["listening", (stop) => ({
    name: "a",
    retries: 5,
    run: ({ signal }) => {
      queueMicrotask(stop);
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    },
  })],
  ["deaf", (stop) => ({
    name: "a",
    retries: 5,
    run: () => {
      queueMicrotask(stop);
      return new Promise(() => {});
    },
  })],
  ["waiting", (stop) => ({
    name: "a",
    retries: 5,
    retryDelayMs: 1e9,
    run: () => {
      setTimeout(stop, 0);
      throw new Error("again");
    },
  })],
];

Deno.test("a run that is stopped stops its step, at any moment", async () => {
  for (const [moment, make] of STOPS) {
    const run = new TestRun();
    const controller = new AbortController();
    run.signal = controller.signal;
    const reason = new Error("enough");
    const stop = () => controller.abort(reason);
    if (moment === "before") stop();
    const after = { name: "b", run: () => "never" };
    const error = await assertRejects(
      () => run.go([make(stop), after]),
      StepCancelledError,
      "",
      moment,
    );
    assertEquals(
      [(error as StepCancelledError).step, (error as Error).cause],
      ["a", reason],
      moment,
    );
    assertEquals(run.of("step_cancelled", "step"), ["a"]);
    assertEquals(run.of("step_start", "step").includes("b"), false);
  }
});

/** Steps that are refused. */
const REFUSED: readonly [unknown, RegExp][] = [
  [[{ name: "a", run: () => 1 }, { name: "a", run: () => 2 }], /two have the name "a"/],
  [[{ name: "", run: () => 1 }], /has no name/],
  [[{ name: "a" }], /no function run/],
  [[{ name: "a", run: () => 1, retries: -1 }], /retries of "a" is -1/],
  [[{ name: "a", run: () => 1, retries: 1.5 }], /retries of "a" is 1.5/],
  [[{ name: "a", run: () => 1, retryDelayMs: NaN }], /retryDelayMs of "a" is NaN/],
  [[{ name: "a", run: () => 1, timeoutMs: 0 }], /timeoutMs of "a" is 0/],
  ["text", /no list/],
];

Deno.test("runSteps() refuses steps that are wrong, before it runs any", async () => {
  for (const [steps, message] of REFUSED) {
    const run = new TestRun();
    assertMatch(
      (await assertRejects(() => run.go(steps as Step<State>[])) as Error).message,
      message,
    );
    assertEquals([run.events, run.state], [[], undefined]);
  }
  await assertRejects(
    () => new TestRun().go([], { intialState: {} } as never),
    TypeError,
    `"initialState"`,
  );
});

Deno.test("checkpoints of another shape begin anew, a step without checkpoint runs again", async () => {
  const run = new TestRun();
  run.state = { steps: { completed: "a", results: 7 } };
  let count = 0;
  const steps = [
    { name: "a", checkpoint: false, run: () => ++count },
    { name: "b", run: () => "B" },
  ];
  assertEquals(await run.go(steps), { a: 1, b: "B" });
  assertEquals(await run.go(steps), { a: 2, b: "B" });
  assertEquals(run.of("step_skipped", "step"), ["b"]);
});

onStores(
  "a run of steps goes on in another process, where each is done once",
  async ({ store, open }) => {
    const done: string[] = [];
    const make = (at: "first" | "second") => (context: Parameters<typeof runSteps>[0]) =>
      runSteps<State>(
        context,
        ["fetch", "work", "report"].map((name) => ({
          name,
          run: (_, state) => {
            if (name === "work" && at === "first") return new Promise(() => {});
            done.push(name);
            state[name] = at;
            return name.length;
          },
        })),
        { initialState: { begun: at } },
      );
    const one = new AgentRunner({ store });
    one.registry.register("job", make("first"));
    const { id, result } = await one.start("job");
    for await (const { type, data } of one.events(id)) {
      if (type === "step_start" && data.step === "work") break;
    }
    const closed = assertRejects(() => result);
    await one.close();
    await closed;
    await using two = new AgentRunner({ store: open() });
    two.registry.register("job", make("second"));
    const outcome = await (await two.resume(id)).result;
    assertEquals([outcome.status, outcome.output], ["completed", { fetch: 5, work: 4, report: 6 }]);
    assertEquals(done, ["fetch", "work", "report"]);
    const steps = ((await two.get(id))!.state as { steps: { state: JsonObject } }).steps;
    assertEquals(steps.state, { begun: "first", fetch: "first", work: "second", report: "second" });
  },
);
