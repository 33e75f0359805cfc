/** A step as a function from plain data to plain data, as other processes will call it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Artifacts } from "../../../src/agent/files/artifacts.ts";
import { PeopleDesk } from "../../../src/agent/people/desk.ts";
import type { AgentEventType, Emit } from "../../../src/agent/record/event.ts";
import { checkRunLimits } from "../../../src/agent/record/limits.ts";
import { newState, type RunState } from "../../../src/agent/record/state.ts";
import { ToolSet } from "../../../src/agent/reply/tool_set.ts";
import { Attachments } from "../../../src/agent/files/attachments.ts";
import { step } from "../../../src/agent/step/step.ts";
import type { StepDeps } from "../../../src/agent/step/step_deps.ts";
import { Ledger } from "../../../src/agent/team/ledger.ts";
import { ScriptedServer } from "../../../src/model/testing/scripted_server.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../../src/runtime/runtime.ts";
import { cell } from "../setup.ts";

/** Returns the means of one step, of which nothing is left from the step before. */
function means(server: ScriptedServer, runtime: Runtime, types: AgentEventType[]): StepDeps {
  const emit: Emit = (type) => void types.push(type);
  const { signal } = new AbortController();
  const ledger = new Ledger();
  const people = new PeopleDesk({ emit, onChange: () => {} });
  return {
    settings: {
      compact: false,
      languages: ["typescript"],
      mode: "fenced",
      parameters: undefined,
      maxObservationChars: 5_000,
      timeoutMs: undefined,
      windowTokens: 128_000,
      limits: checkRunLimits({ maxSteps: 3 }),
      prices: undefined,
      plainReply: "finish",
      output: undefined,
      lastAnswer: false,
      seesDisplays: false,
      keepsArtifacts: false,
    },
    emit,
    signal,
    callModel: (messages, options) => server.model().stream(messages, options),
    runtime,
    system: "Be short.",
    tools: new ToolSet({}, { runsCells: false }),
    people,
    artifacts: new Artifacts(),
    attachments: new Attachments(),
    middleware: [],
    scope: {
      id: "run",
      agent: {},
      runtime,
      parent: undefined,
      isActive: () => true,
      signal,
      onChildEvent: () => {},
      spend: (expense) => ledger.spend(expense),
      reached: () => undefined,
      left: () => ({
        maxTokens: Infinity,
        maxCost: Infinity,
        maxHostCalls: Infinity,
        maxDurationMs: Infinity,
      }),
      finish: () => Promise.resolve(),
      askUser: (question, options) => people.ask(question, options),
      emit: () => {},
      keepArtifact: () => Promise.resolve(undefined),
      note: () => {},
      question: () => "",
      history: () => [],
      readArtifact: () => "",
    },
    ledger,
    notes: [],
    answer: { done: false, value: undefined },
  };
}

/** Takes steps until the end; between them the state is text. */
async function runToEnd(replies: string[]): Promise<{ state: RunState; types: AgentEventType[] }> {
  await using server = new ScriptedServer({ replies });
  await using runtime = new LocalRuntime();
  const types: AgentEventType[] = [];
  const question = { role: "user" as const, content: "Go" };
  let state = newState({ id: "run", history: [], question });
  while (state.status === "running") {
    const before = structuredClone(state);
    const next = await step(state, means(server, runtime, types));
    assertEquals(state, before);
    state = JSON.parse(JSON.stringify(next));
  }
  return { state, types };
}

Deno.test("step() goes on from a state that was text, with new means", async () => {
  const { state, types } = await runToEnd([cell("const n = 6;"), cell("n * 7"), "42"]);
  assertEquals([state.status, state.content, state.step], ["completed", "42", 3]);
  assertEquals(state.cells, ["const n = 6;", "n * 7"]);
  assertEquals(state.changed.map(({ name }) => name), ["n"]);
  assertStringIncludes(state.messages[4]!.content, "Value (number):\n42");
  assertEquals(types.at(-1), "final_response");
});

Deno.test("step() ends a run whose limit is reached", async () => {
  const { state } = await runToEnd([cell("1"), cell("2"), cell("3"), "Never"]);
  assertEquals([state.status, state.limit, state.step], ["exhausted", "steps", 3]);
});
