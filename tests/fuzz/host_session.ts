/** The operations of a host in a session: all that a runtime offers. */

import { KernelExitError } from "../../src/host/kernel_exit.ts";
import { checkRuntimeLimits } from "../../src/limits/runtime_limits.ts";
import { RuntimeCore } from "../../src/runtime/runtime_core.ts";
import type { KernelProcessHandle } from "../../src/host/process/kernel_process.ts";
import { SubprocessKernel } from "../../src/host/link/subprocess_kernel.ts";
import type { KernelHost } from "../../src/host/kernel.ts";
import { defineType } from "../../src/inject/host_type.ts";

/** Small, so that a message that claims to be large costs nothing. */
const MAX_FRAME_BYTES = 2 ** 20;

class Light {
  brightness = 1;
  set(value: number): this {
    this.brightness = value;
    return this;
  }
}

class Point {
  constructor(readonly x = 0, readonly y = 0) {}
}

/** The limits of the session. */
const LIMITS = checkRuntimeLimits({ timeoutMs: 1_000 });

/** A runtime whose kernels speak over channels that are given. */
export class SessionRuntime extends RuntimeCore {
  /** @param start Starts the process of a kernel. */
  constructor(start: () => KernelProcessHandle) {
    const startKernel = (host: KernelHost) =>
      new SubprocessKernel(host, {
        process: start(),
        maxFrameBytes: MAX_FRAME_BYTES,
        useTimeoutMs: LIMITS.timeoutMs,
      });
    super({
      options: {
        variables: { light: new Light(), rows: [{ n: 1 }, { n: NaN }], buffer: new Uint8Array(9) },
        functions: {
          echo: (...args: unknown[]) => args[0],
          fail: () => Promise.reject(new RangeError("no")),
          lend: () => new Light(),
          run: async (action: unknown) => typeof action === "function" ? await action(1) : action,
        },
        types: { Point: defineType(Point, { copy: true }) },
        checkpoint: "never",
      },
      limits: LIMITS,
      source: {
        isolated: true,
        place: { isolated: true },
        start: (host) => Promise.resolve(startKernel(host)),
      },
    });
  }
}

/** Cells that make a kernel send every kind of message. */
export const CELLS: readonly string[] = [
  `let made = { map: new Map([[1, new Set([1n, -0, NaN])]]), date: new Date(0), re: /a+/g }; made`,
  `let shared = [made, made, new Error("e", { cause: new TypeError("t") }), new Uint8Array(100)]`,
  `let point = new Point(1, 2); function add(a, b) { return a + b }`,
  `class Own { #x = 1; get x() { return this.#x } async *items() { yield 1; yield point } }
  let own = new Own()`,
  `await echo(1, made); await echo([,,1]); (await light.set(5)).brightness`,
  `const lent = await lend(); await lent.set(3); await lent.brightness`,
  `await run(async (x) => x + 1)`,
  `try { await fail() } catch (e) { console.log(e.name, e.message) }`,
  `console.error("x".repeat(3000)); display({ "text/plain": "shown", "image/png": new Uint8Array(3) })`,
  `throw new Error("thrown", { cause: "c" })`,
];

/** Names that the cells define. */
const NAMES = ["made", "shared", "point", "own", "add", "light", "rows", "nothing", "Own"];

/** An operation of a host on a runtime. */
export interface Act {
  /** Its name, for reports. */
  readonly name: string;
  /** Performs it. */
  perform(runtime: SessionRuntime): Promise<unknown>;
}

/** Returns every cell and every other operation once: the session to be recorded. */
export function allActs(): Act[] {
  return [
    ...CELLS.map(execute),
    ...NAMES.map((name) => retrieve(name, "copy")),
    retrieve("own", "reference"),
    retrieve("made", "reference"),
    ...OTHERS,
  ];
}

function execute(source: string): Act {
  return { name: `execute ${source}`, perform: (runtime) => runtime.execute(source) };
}

function retrieve(name: string, as: "copy" | "reference"): Act {
  return {
    name: `retrieve ${name} as ${as}`,
    async perform(runtime) {
      const value = await runtime.retrieve(name, { as });
      await use(value);
      return value;
    },
  };
}

/** Uses a value as a trusting host would. */
async function use(value: unknown): Promise<void> {
  if (typeof value === "function") await value(1, 2);
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value).slice(0, 3)) {
    await use((value as Record<string, unknown>)[key]).catch(() => {});
  }
  const { x, items } = value as Record<string, unknown>;
  await x;
  if (typeof items !== "function") return;
  let count = 0;
  for await (const item of await items.call(value)) {
    if (++count > 3 || item === undefined) break;
  }
}

const OTHERS: readonly Act[] = [
  { name: "names", perform: (runtime) => runtime.names() },
  { name: "call", perform: (runtime) => runtime.call("add", [1, { a: [new Light()] }]) },
  { name: "update", perform: (runtime) => runtime.update("rows", [{ n: 2n }]) },
  { name: "checkpoint", perform: (runtime) => runtime.checkpoint() },
  {
    name: "inject",
    perform: (runtime) => runtime.inject({ variables: { [`late${++late}`]: new Map([[1, 2]]) } }),
  },
  {
    name: "snapshot and restore",
    perform: async (runtime) => runtime.restore((await runtime.snapshot()).bytes),
  },
  { name: "reset", perform: (runtime) => runtime.reset() },
];

let late = 0;

/** Returns whether a runtime may throw this error because of its kernel. */
export function isExpected(error: unknown): boolean {
  return error instanceof KernelExitError || error instanceof Error &&
      ["Error", "TypeError", "RangeError", "SyntaxError", "TimeoutError", "AbortError"]
        .includes(error.name);
}
