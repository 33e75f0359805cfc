/**
 * Thousands of cells, interrupts, kills and restores at random, compared with a model of the state: `deno task soak`.
 * Linux only. Exits with a code above 0 if state was lost that should have been kept, or a process or reference was
 * left behind.
 *
 * ```sh
 * deno task soak --minutes 3 --seed 7
 * ```
 *
 * @module
 */

import { parseArgs } from "node:util";
import { DenoRuntime } from "../mod.ts";
import { Random } from "../tests/fuzz/random.ts";
import { childProcesses, privateMegabytes } from "./children.ts";

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
  },
});

/** Maximum growth of memory per 500 cells, in megabytes. */
const MAX_GROWTH_MB = 20;

/** Number of cells after which both sides have warmed up. */
const WARM_CELLS = 500;

type Value = number | string | boolean | null | Value[] | { [key: string]: Value };

/** Creates a typical value of a program. */
function randomValue(random: Random, depth = 0): Value {
  const kind = random.below(depth > 2 ? 4 : 6);
  if (kind === 0) return random.below(1_000_000);
  if (kind === 1) return `text ${random.below(1_000)} ünïcode`;
  if (kind === 2) return random.below(2) === 0;
  if (kind === 3) return null;
  const items = Array.from({ length: random.below(5) }, () => randomValue(random, depth + 1));
  return kind === 4 ? items : Object.fromEntries(items.map((item, i) => [`k${i}`, item]));
}

const NAMES = ["alpha", "beta", "gamma", "delta", "epsilon"];

class Soak {
  readonly #random: Random;
  readonly counts = new Map<string, number>();
  #runtime = this.#create();
  #pid = NaN;
  /** The expected namespace. */
  #state = new Map<string, Value>();
  /** The expected namespace after a crash. */
  #checkpoint = new Map<string, Value>();

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  get pid(): number {
    return this.#pid;
  }

  async start(): Promise<void> {
    this.#pid = await this.#kernelOf(() => this.#runtime.names());
  }

  async close(): Promise<void> {
    await this.#runtime.close();
  }

  /** Performs one random operation, and checks the result. */
  async step(): Promise<void> {
    const actions: readonly (readonly [weight: number, name: string, act: () => Promise<void>])[] =
      [
        [40, "assign", () => this.#assign()],
        [20, "mutate", () => this.#mutate()],
        [10, "fail", () => this.#fail()],
        [6, "time out", () => this.#stop("timeout")],
        [6, "interrupt", () => this.#stop("interrupted")],
        [6, "checkpoint", () => this.#takeCheckpoint()],
        [4, "restore", () => this.#restore()],
        [2, "move", () => this.#move()],
        [2, "kill while idle", () => this.#killIdle()],
        [2, "kill in a cell", () => this.#killBusy()],
        [1, "reset", () => this.#reset()],
      ];
    let choice = this.#random.below(actions.reduce((sum, [weight]) => sum + weight, 0));
    const [, name, act] = actions.find(([weight]) => (choice -= weight) < 0)!;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    try {
      await act();
      await this.#compare();
    } catch (cause) {
      throw new Error(`After "${name}": ${cause instanceof Error ? cause.message : cause}`, {
        cause,
      });
    }
  }

  #create(snapshot?: Uint8Array): DenoRuntime {
    return new DenoRuntime({
      functions: { echo: (value: unknown) => value },
      checkpoint: "never",
      ...(snapshot === undefined ? {} : { snapshot }),
    });
  }

  async #assign(): Promise<void> {
    const name = this.#random.of(NAMES);
    const value = randomValue(this.#random);
    const json = JSON.stringify(value);
    await this.#ok(
      this.#random.of([
        `let ${name} = ${json}`,
        `let ${name} = await echo(${json})`,
        `function make() { return ${json} }\nlet ${name} = make()`,
        `setTimeout(() => {}, 1);\nvar ${name} = ${json};\nconsole.log("x".repeat(2000))`,
      ]),
    );
    this.#state.set(name, value);
  }

  async #mutate(): Promise<void> {
    const lists = [...this.#state].filter(([, value]) => Array.isArray(value));
    if (lists.length === 0) return;
    const [name, list] = this.#random.of(lists) as [string, Value[]];
    const value = randomValue(this.#random);
    await this.#ok(`${name}.push(${JSON.stringify(value)})`);
    list.push(value);
  }

  async #fail(): Promise<void> {
    const name = this.#random.of(NAMES);
    const value = randomValue(this.#random);
    const result = await this.#runtime.execute(
      `let ${name} = ${JSON.stringify(value)}; null.x; ${name} = 1`,
    );
    if (result.status !== "error") throw new Error(`the cell did not fail but is ${result.status}`);
    this.#state.set(name, value);
  }

  async #stop(how: "timeout" | "interrupted"): Promise<void> {
    const name = this.#random.of(NAMES);
    const value = randomValue(this.#random);
    const endless = this.#random.of([
      "for (;;);",
      "await new Promise(() => {})",
      "for (;;) await 0",
      "[2, 1].sort(() => { for (;;); })",
      "for (;;) { try { for (;;); } catch {} }",
    ]);
    const source = `let ${name} = ${JSON.stringify(value)}; console.log("go");\n${endless}`;
    const result = await this.#runtime.execute(source, {
      timeoutMs: how === "timeout" ? 20 : 10_000,
      onOutput: () => how === "interrupted" && this.#runtime.interrupt(),
    });
    if (result.status !== how) throw new Error(`the cell was not stopped but is ${result.status}`);
    if (!result.stateKept) {
      // State may be lost only if a first cell loops before the kernel handles interrupts.
      this.counts.set("lost", (this.counts.get("lost") ?? 0) + 1);
      this.#pid = await this.#kernelOf(() => this.#runtime.names());
      return this.#crashed();
    }
    this.#state.set(name, value);
  }

  async #takeCheckpoint(): Promise<void> {
    await this.#runtime.checkpoint();
    this.#checkpoint = structuredClone(this.#state);
  }

  async #restore(): Promise<void> {
    const { bytes } = await this.#runtime.snapshot();
    this.#checkpoint = structuredClone(this.#state);
    await this.#assign();
    this.#pid = await this.#kernelOf(() => this.#runtime.restore(bytes));
    this.#crashed();
  }

  async #move(): Promise<void> {
    const { bytes } = await this.#runtime.snapshot();
    await this.#runtime.close();
    this.#runtime = this.#create(bytes);
    this.#pid = await this.#kernelOf(() => this.#runtime.names());
    this.#checkpoint = structuredClone(this.#state);
  }

  async #killIdle(): Promise<void> {
    Deno.kill(this.#pid, "SIGKILL");
    // The next call may come before this side has noticed the end.
    await this.#runtime.names().catch(() => {});
    this.#pid = await this.#kernelOf(() => this.#runtime.names());
    this.#crashed();
  }

  async #killBusy(): Promise<void> {
    const { status } = await this.#runtime.execute(
      `let alpha = "lost"; console.log("go"); for (;;);`,
      { onOutput: () => Deno.kill(this.#pid, "SIGKILL") },
    );
    if (status !== "kernel_exit") throw new Error(`the cell ended with ${status}`);
    this.#pid = await this.#kernelOf(() => this.#runtime.names());
    this.#crashed();
  }

  async #reset(): Promise<void> {
    await this.#runtime.reset();
    this.#pid = await this.#kernelOf(() => this.#runtime.names());
    this.#state.clear();
    this.#checkpoint.clear();
  }

  #crashed(): void {
    this.#state = structuredClone(this.#checkpoint);
  }

  async #ok(source: string): Promise<void> {
    const result = await this.#runtime.execute(source);
    if (result.status !== "ok") throw new Error(`${source} ended with ${JSON.stringify(result)}`);
  }

  async #compare(): Promise<void> {
    for (const name of NAMES) {
      const value = await this.#runtime.retrieve(name).catch((error) => {
        if (error instanceof RangeError) return undefined;
        throw error;
      });
      const found = JSON.stringify(value);
      const expected = JSON.stringify(this.#state.get(name));
      if (found !== expected) throw new Error(`${name} is ${found} and should be ${expected}`);
    }
  }

  async #kernelOf(action: () => Promise<unknown>): Promise<number> {
    await action();
    const children = await childProcesses();
    if (children.length !== 1) throw new Error(`there are ${children.length} kernel processes`);
    return children[0]!;
  }
}

const seed = Number(options.seed);
const end = performance.now() + Number(options.minutes) * 60_000;
console.log(`seed ${seed}, ${options.minutes} minutes`);
const soak = new Soak(seed);
await soak.start();
let steps = 0;
let host = NaN;
while (performance.now() < end) {
  await soak.step();
  if (++steps === WARM_CELLS) host = Deno.memoryUsage().rss / 2 ** 20;
  if (steps % 500 === 0) {
    const now = Deno.memoryUsage().rss / 2 ** 20;
    const kernel = await privateMegabytes(soak.pid);
    console.log(
      `${steps} steps, host ${now.toFixed(0)} MB, kernel ${kernel.toFixed(0)} MB private`,
    );
  }
}
await soak.close();
console.log([...soak.counts].map(([name, count]) => `${name} ${count}`).join(", "));
const left = await childProcesses();
const growth = (Deno.memoryUsage().rss / 2 ** 20 - host) / Math.max(1, (steps - WARM_CELLS) / 500);
console.log(`${left.length} processes left, host grew by ${growth.toFixed(1)} MB in 500 steps`);
if (left.length > 0 || growth > MAX_GROWTH_MB) Deno.exit(1);
