import { assertEquals } from "@std/assert";
import { KernelExitError } from "../../src/host/kernel_exit.ts";
import { LAST_WORDS } from "../../src/rpc/protocol.ts";

Deno.test("KernelExitError shows last words without control sequences", () => {
  const osc = "\x1b]52;c;cm0=\x07";
  const table: [stderr: string, message: string][] = [
    [`${osc}one\n\u202etwo`, "The kernel ended: exit code 1; its last words: one\ntwo"],
    [`${LAST_WORDS}${osc}no\rmemory\x9b`, "The kernel ended: nomemory (exit code 1)"],
  ];
  for (const [stderr, message] of table) {
    const error = new KernelExitError({ exitCode: 1, signal: null, stderr });
    assertEquals([error.message, error.stderr], [message, stderr]);
  }
});
