/** A kernel that answers some requests and not others. */

import { assertEquals, assertRejects } from "@std/assert";
import type { KernelExit } from "../../../src/host/kernel_exit.ts";
import { KernelExitError } from "../../../src/host/kernel_exit.ts";
import { SubprocessKernel } from "../../../src/host/link/subprocess_kernel.ts";
import { Connection } from "../../../src/rpc/wire/connection.ts";
import { linkedPair } from "../../rpc/_linked_pair.ts";

/** Starts a kernel in memory that answers `names` at once, and nothing else. */
function startSilent(answerTimeoutMs: number): SubprocessKernel {
  const [host, kernel] = linkedPair();
  const ended = Promise.withResolvers<KernelExit>();
  const never = () => new Promise<void>(() => {});
  const connection = new Connection(kernel.channel, {
    handlers: {
      names: () => ({ value: [] }),
      snapshot: never,
      outline: never,
      restore: never,
      retrieve: never,
      references: never,
    },
  });
  connection.notify("ready", { value: null });
  const unused = () => Promise.reject(new TypeError("no cell runs"));
  return new SubprocessKernel({ output() {}, display() {}, call: unused, use: unused }, {
    process: {
      channel: host.channel,
      use: (action) => action(),
      signal() {},
      end(reason) {
        connection.close();
        ended.resolve({ exitCode: 0, signal: null, stderr: "", reason });
      },
      exit: () => ended.promise,
      missing: () => undefined,
    },
    maxFrameBytes: 1_000_000,
    useTimeoutMs: 1_000,
    answerTimeoutMs,
  });
}

const REQUESTS: [name: string, ask: (kernel: SubprocessKernel) => Promise<unknown>][] = [
  ["snapshot", (kernel) => kernel.snapshot(1_000)],
  ["outline", (kernel) => kernel.outline(["a"])],
  ["restore", (kernel) => kernel.restore([], [])],
  ["references", (kernel) => kernel.references()],
];

for (const [name, ask] of REQUESTS) {
  Deno.test(`SubprocessKernel ends a kernel that leaves ${name} without an answer`, async () => {
    const kernel = startSilent(20);
    assertEquals(await kernel.names(), []);
    const error = await assertRejects(() => ask(kernel), KernelExitError);
    assertEquals(error.reason, "it left a request without an answer for 0.02 seconds");
    await kernel.close();
  });
}
