import { assertEquals } from "@std/assert";
import { type KernelExit, KernelExitError } from "../../src/host/kernel_exit.ts";

const CASES: [exit: KernelExit, message: string][] = [
  [
    { exitCode: 133, signal: "SIGTRAP", stderr: "" },
    "The kernel ended: it ran out of JavaScript heap, which memoryBytes limits (signal SIGTRAP)",
  ],
  [
    {
      exitCode: 137,
      signal: "SIGKILL",
      stderr: "noise\ncave-agent kernel: it used 3 MB, more than the 2 MB of processMemoryBytes\n",
    },
    "The kernel ended: it used 3 MB, more than the 2 MB of processMemoryBytes (signal SIGKILL)",
  ],
  [
    { exitCode: 3, signal: null, stderr: "one\ntwo\nthree\nfour\n" },
    "The kernel ended: exit code 3; its last words: two\nthree\nfour",
  ],
  [
    { exitCode: 137, signal: "SIGKILL", stderr: "", reason: "it did not start within 30 seconds" },
    "The kernel ended: it did not start within 30 seconds (signal SIGKILL)",
  ],
];

for (const [exit, message] of CASES) {
  Deno.test(`KernelExitError says: ${message.split("\n")[0]}`, () => {
    const error = new KernelExitError(exit);
    assertEquals(error.message, message);
    assertEquals([error.exitCode, error.signal, error.stderr], [
      exit.exitCode,
      exit.signal,
      exit.stderr,
    ]);
  });
}
