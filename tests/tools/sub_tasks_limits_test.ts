/** Limits of a run that gives tasks, which hold for the tasks as well: inline, in sessions, and on workers. */

import { assert, assertEquals } from "@std/assert";
import type { AgentOptions } from "../../src/agent/agent_options.ts";
import { CaveAgent } from "../../src/cave_agent.ts";
import type { Model } from "../../src/model/model.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { subTaskTools } from "../../src/tools/sub_tasks/sub_task_tools.ts";
import { until } from "../until.ts";
import { fleet } from "../queue/setup.ts";

function cell(code: string): string {
  return `~~~ts\n${code}\n~~~`;
}

/** A model whose calls take 10 tokens each, and cost 1. */
function priced(reply: (asked: number) => string): Model {
  const usage = { inputTokens: 5, outputTokens: 5, totalTokens: 10, estimated: false };
  let asked = 0;
  return {
    async *stream() {
      yield { type: "text", text: await Promise.resolve(reply(++asked)), usage };
      yield { type: "end", finishReason: "stop", usage };
    },
  };
}

/** Takes so long that the run hears of a step before many others follow. */
function tick(n: number): Promise<number> {
  return new Promise((resolve) => setTimeout(() => resolve(n), 5));
}

const prices = { inputPerMillion: 100_000, outputPerMillion: 100_000 };

type Way = "inline" | "session" | "workers";

type Limits = Partial<Omit<AgentOptions, "model" | "runtime">>;

interface Outcome {
  readonly tasks: readonly (readonly [status: string, reason: string])[];
  readonly end: readonly unknown[];
  readonly tokens: number;
  readonly cost: number;
  readonly hostCalls: number;
}

/** Runs a parent that gives tasks to an agent that never ends by itself. */
async function outcome(
  way: Way,
  { limits, own = {}, tasks }: {
    readonly limits: Limits;
    readonly own?: Limits;
    readonly tasks: number;
  },
): Promise<Outcome> {
  await using all = fleet([]);
  await using store = new MemoryStore();
  const make = () => {
    // Each task has another code, so that the failure to end is not noticed as a repetition.
    const model = priced((asked) => cell(`await tick(${asked})`));
    const runtime = new LocalRuntime({ functions: { tick } });
    return new CaveAgent({ model, runtime, prices, maxSteps: 20, ...own });
  };
  if (way === "workers") all.worker({ agents: [{ agent: "a", make }], concurrency: tasks });
  const tools = subTaskTools({
    helper: way === "workers"
      ? { description: "Helps", session: ({ id }) => all.client(id) }
      : { description: "Helps", make },
  }, way === "session" ? { store } : {});
  const list = JSON.stringify(Array.from({ length: tasks }, (_, i) => `task ${i}`));
  const model = priced((asked) =>
    asked === 1 ? cell(`const results = await agents.batch("helper", ${list})`) : "Done."
  );
  await using runtime = new LocalRuntime();
  await tools.inject(runtime);
  const result = await new CaveAgent({ model, runtime, prices, ...limits }).run("Work");
  await until(() => tools.open.size === 0);
  const results = await runtime.retrieve("results") as { status: string; reason: string }[];
  const { status, limit, usage, cost, hostCalls } = result;
  return {
    tasks: results.map(({ status, reason }) => [status, reason.replace(/: \d.*/, "")]),
    end: [status, limit],
    ...{ tokens: usage.totalTokens, cost, hostCalls },
  };
}

interface Case {
  readonly limits: Limits;
  readonly own?: Limits;
  readonly task: readonly [status: string, reason: string];
  readonly end: readonly unknown[];
  readonly tokens: number;
}

const CASES: readonly Case[] = [
  // 40 of the task, and 10 of the run, which count when its step ends.
  {
    limits: { maxTokens: 35 },
    task: ["exhausted", "The limit on tokens is reached"],
    end: ["exhausted", "tokens"],
    tokens: 50,
  },
  {
    limits: { maxCost: 3.5 },
    task: ["exhausted", "The limit on cost is reached"],
    end: ["exhausted", "cost"],
    tokens: 50,
  },
  {
    limits: { maxHostCalls: 4 },
    task: ["exhausted", "The limit on host calls is reached"],
    end: ["exhausted", "host_calls"],
    tokens: 50,
  },
  // The smaller limit of the agent that has the task, and that of steps, which each run has for itself.
  {
    limits: { maxTokens: 1_000 },
    own: { maxTokens: 20 },
    task: ["exhausted", "The limit on tokens is reached"],
    end: ["completed", undefined],
    tokens: 40,
  },
  {
    limits: { maxSteps: 2 },
    own: { maxSteps: 3 },
    task: ["exhausted", "The limit on steps is reached"],
    end: ["completed", undefined],
    tokens: 50,
  },
];

for (const { limits, own, task, end, tokens } of CASES) {
  const name = JSON.stringify({ ...limits, ...(own === undefined ? {} : { own }) });
  Deno.test(`limits of a run hold for its tasks inline, in sessions and on workers: ${name}`, async () => {
    for (const way of ["inline", "session", "workers"] as const) {
      const found = await outcome(way, { limits, own, tasks: 1 });
      assertEquals({ way, tasks: found.tasks, end: found.end, tokens: found.tokens }, {
        way,
        tasks: [[...task]],
        end: [...end],
        tokens,
      });
      assertEquals(found.cost, tokens / 10);
      assertEquals(found.hostCalls, 1 + tokens / 10 - (end[0] === "completed" ? 2 : 1));
    }
  });
}

Deno.test("tasks side by side share the limits of their run, also on workers", async () => {
  for (const way of ["inline", "session", "workers"] as const) {
    const { tasks, end, tokens } = await outcome(way, { limits: { maxTokens: 150 }, tasks: 3 });
    const expected = ["exhausted", "The limit on tokens is reached"];
    assertEquals([way, tasks, end], [way, [expected, expected, expected], ["exhausted", "tokens"]]);
    // With the steps that were under way when the limit was reached. Each with a limit of its own, they would need 460.
    assert(tokens >= 150 && tokens < 460, `${tokens} tokens ${way}`);
  }
});

Deno.test("a task on workers gets the rest of the time of its run, and stops with it", async () => {
  await using all = fleet([]);
  const budgets: unknown[] = [];
  const silent: Model = {
    // deno-lint-ignore require-yield -- it never answers
    async *stream(_messages, { signal } = {}) {
      await new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason))
      );
    },
  };
  const make = () => new CaveAgent({ model: silent, runtime: new LocalRuntime() });
  all.worker({ agents: [{ agent: "a", make }] });
  const tools = subTaskTools({
    helper: {
      description: "Helps",
      session: ({ id }) => {
        const client = all.client(id);
        const prompt = client.prompt.bind(client);
        client.prompt = async (query, options) => {
          budgets.push(options?.budget);
          return await prompt(query, options);
        };
        return client;
      },
    },
  });
  await using runtime = new LocalRuntime();
  await tools.inject(runtime);
  const model = priced(() => cell(`await agents.run("helper", "wait")`));
  const limits = { maxDurationMs: 2_000, maxTokens: 1_000 };
  const run = new CaveAgent({ model, runtime, ...limits }).stream("Work");
  let id = "";
  for await (const _ of run) id ||= [...tools.open.keys()][0] ?? "";
  const { status, limit } = await run.result;
  assertEquals([status, limit], ["exhausted", "time"]);
  const [budget] = budgets as [Record<string, number>];
  assertEquals(Object.keys(budget).sort(), ["maxDurationMs", "maxTokens"]);
  assert(budget.maxDurationMs! > 0 && budget.maxDurationMs! <= 2_000);
  await until(() => tools.open.size === 0);
});
