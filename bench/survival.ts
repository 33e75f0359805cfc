/**
 * The state after a stopped cell and after the end of a kernel: `deno task survival`. Each case is a run of an agent
 * with a real kernel, on Linux; the model is scripted.
 *
 * @module
 */

import { CaveAgent, DenoRuntime } from "../mod.ts";
import { ScriptedServer } from "../src/model/testing/scripted_server.ts";
import { ENDLESS } from "../tests/e2e/_endless_cells.ts";
import { childProcesses } from "./children.ts";

/** An event that strikes a cell. */
interface Case {
  readonly name: string;
  readonly source: string;
  /** Time limit of the cell. */
  readonly limitMs: number;
  /** Strikes the kernel when the cell has reported that it is ready. */
  readonly strike?: (runtime: DenoRuntime, pid: number) => void;
}

/** The cell with which each case begins. */
const SETUP = "const kept = [1, 2]; let n = 0; function spin() { for (;;) n++ }";

const WAIT = "await ready(); await new Promise(() => {})";

/** The time after which a cell that has reported that it is ready is busy. */
const BUSY_MS = 50;

const LIMIT_MS = 300;

function* cases(): Generator<[group: string, cases: Case[]]> {
  yield ["the time limit", ENDLESS.map(([name, source]) => ({ name, source, limitMs: LIMIT_MS }))];
  yield [
    "an interrupt",
    ENDLESS.map(([name, source]) => ({
      name,
      source: `await ready();\n${source}`,
      limitMs: Infinity,
      strike: (runtime) => runtime.interrupt(),
    })),
  ];
  const signal = (name: Deno.Signal) => (_: DenoRuntime, pid: number) => Deno.kill(pid, name);
  yield ["a crash", [
    { name: "heap", source: `"ab".repeat(2 ** 27).split("")`, limitMs: Infinity },
    { name: "kill -9", source: WAIT, limitMs: Infinity, strike: signal("SIGKILL") },
    { name: "an abort in native code", source: WAIT, limitMs: Infinity, strike: signal("SIGABRT") },
    { name: "SIGTERM", source: WAIT, limitMs: Infinity, strike: signal("SIGTERM") },
    { name: "a stall (SIGSTOP)", source: WAIT, limitMs: LIMIT_MS, strike: signal("SIGSTOP") },
    {
      name: "a native call without end",
      source: "new Array(2 ** 32 - 2).indexOf(1)",
      limitMs: LIMIT_MS,
    },
  ]];
}

async function run({ name, source, limitMs, strike }: Case): Promise<string> {
  const replies = [SETUP, source].map((cell) => `~~~ts\n${cell}\n~~~`);
  await using server = new ScriptedServer({ replies: [...replies, "Done."] });
  let struck = NaN;
  const ready = () => {
    setTimeout(() => {
      struck = performance.now();
      strike?.(runtime, pid);
    }, BUSY_MS);
  };
  await using runtime = new DenoRuntime({ functions: { ready }, checkpoint: "cell" });
  const before = new Set(await childProcesses());
  await runtime.names();
  const pid = (await childProcesses()).find((child) => !before.has(child))!;
  const agent = new CaveAgent({ model: server.model(), runtime, cellTimeoutMs: limitMs });
  let told = "";
  let took = 0;
  for await (const event of agent.stream(name)) {
    if (event.type !== "execution_output" && event.type !== "execution_error") continue;
    took = performance.now() - struck;
    told = event.content;
  }
  const survived = (await childProcesses()).includes(pid);
  const kept = await runtime.retrieve("kept").then((value) => `${value}` === "1,2", () => false);
  const columns = [
    name.padEnd(40),
    survived ? "same process" : "new process",
    kept ? "state kept" : "STATE LOST",
    Number.isNaN(took) ? "" : `${took.toFixed(0).padStart(5)} ms`,
  ];
  const words = told.replace(/<\/?\w+>/g, "").replace(/\s+/g, " ").trim();
  return `${columns.join("  ")}\n    ${words}`;
}

for (const [group, list] of cases()) {
  console.log(`\n=== ${group}`);
  for (const item of list) console.log(await run(item));
}
