/**
 * Benchmarks of the agent itself, with a model that replies at once.
 *
 * @module
 */

import { CaveAgent, DenoRuntime, LocalRuntime, type Model } from "../mod.ts";
import { compact } from "../src/agent/compaction/compact.ts";
import { NEW_CONTEXT } from "../src/agent/record/context_memory.ts";
import type { Message } from "../src/agent/record/message.ts";
import { median, type Report, time } from "./measure.ts";

const CELL = "```ts\nn += 1\n```\n";

/** Returns a model that writes so many cells, and then an answer. */
function writing(cells: number): Model {
  let left = cells;
  return {
    async *stream() {
      await Promise.resolve();
      yield { type: "text", text: left-- > 0 ? CELL : "Done" };
      yield { type: "end", finishReason: "stop" };
    },
  };
}

/** Measures steps, memory, compaction, and many agents at once. */
export async function agents(report: Report): Promise<void> {
  await steps(report);
  await memory(report);
  await compaction(report);
  await manyAgents(report);
}

async function steps(report: Report): Promise<void> {
  const count = 100;
  await using runtime = new DenoRuntime({ variables: { n: 0 } });
  const cells = median(await time(() => runtime.execute("n += 1"), { times: 300, warmup: 100 }));
  const run = async () => {
    const agent = new CaveAgent({ model: writing(count), runtime, maxSteps: Infinity });
    await agent.run("Count");
  };
  const whole = median(await time(run, { times: 9, warmup: 2 })) / count;
  const own = whole - cells;
  const floor = { what: "the cell alone", value: cells };
  report.add(
    { what: "a step of an agent, 100 steps", value: whole, unit: "ms", floor, aim: "< 1 ms more" },
    own < 1,
  );
}

async function memory(report: Report): Promise<void> {
  await using runtime = new LocalRuntime({ variables: { n: 0 } });
  const agent = new CaveAgent({ model: writing(1_000), runtime, maxSteps: Infinity });
  const before = Deno.memoryUsage().heapUsed;
  const run = agent.stream("Count");
  await run.result;
  const value = (Deno.memoryUsage().heapUsed - before) / 1e6;
  // Read afterwards: the run and its events are alive while the memory is measured.
  const history = JSON.stringify([await Array.fromAsync(run), agent.messages]).length / 1e6;
  const floor = { what: "its events as JSON", value: history };
  report.add(
    { what: "memory of 1,000 steps", value, unit: "MB", floor, aim: "< 50 MB" },
    value < 50,
  );
}

async function compaction(report: Report): Promise<void> {
  const messages = Array.from({ length: 10_000 }, (_, i): Message => ({
    role: i === 0 ? "user" : i % 2 === 1 ? "code_execution" : "execution_result",
    content: `${i} `.padEnd(1_000, "x"),
  }));
  const options = {
    target: 60_000,
    windowTokens: 128_000,
    memory: NEW_CONTEXT,
    namespace: "",
    summarise: () => Promise.resolve("<summary>Short</summary>"),
    nameFor: () => undefined,
  };
  const compacting = () => compact({ messages, question: 0 }, options);
  const value = median(await time(compacting, { times: 15, warmup: 3 }));
  const json = median(await time(() => JSON.stringify(messages), { times: 15, warmup: 3 }));
  const floor = { what: "writing them as JSON", value: json };
  report.add(
    { what: "compaction of 10,000 messages", value, unit: "ms", floor, aim: "< 100 ms" },
    value < 100,
  );
}

async function manyAgents(report: Report): Promise<void> {
  const count = 100;
  const kernels = Array.from({ length: count }, () => new DenoRuntime({ variables: { n: 0 } }));
  const all = async (action: (runtime: typeof kernels[number]) => Promise<unknown>) => {
    const start = performance.now();
    await Promise.all(kernels.map(action));
    return performance.now() - start;
  };
  await all((runtime) => runtime.execute("n"));
  const cells = await all(async (runtime) => {
    for (let i = 0; i < 10; i++) await runtime.execute("n += 1");
  });
  const value = await all((runtime) =>
    new CaveAgent({ model: writing(10), runtime, maxSteps: 20 }).run("Count")
  );
  await Promise.all(kernels.map((runtime) => runtime.close()));
  const floor = { what: "their cells alone", value: cells };
  report.add(
    { what: "100 agents, 100 kernels, 10 steps", value, unit: "ms", floor, aim: "< 3x the cells" },
    value < 3 * cells,
  );
}
