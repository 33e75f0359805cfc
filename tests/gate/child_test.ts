import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runChild } from "./child.ts";

const FOREVER = "setInterval(() => {}, 1000);";

Deno.test("runChild() returns the exit code and both outputs", async () => {
  const script = `console.log("out"); console.error("err"); Deno.exit(7);`;
  const { output, ...rest } = await runChild(["eval", script], { timeoutMs: 60_000 });
  assertEquals(rest, { code: 7, timedOut: false });
  assertStringIncludes(output, "out");
  assertStringIncludes(output, "err");
});

Deno.test("runChild() stops a child at its time limit", async () => {
  const { code, timedOut } = await runChild(["eval", FOREVER], { timeoutMs: 100 });
  assert(code !== 0);
  assert(timedOut);
});

Deno.test("runChild() forces a child that ignores the interrupt", async () => {
  const script = `Deno.addSignalListener("SIGINT", () => {}); ${FOREVER}`;
  const { code, timedOut } = await runChild(["eval", script], { timeoutMs: 500 });
  assert(code !== 0);
  assert(timedOut);
});

Deno.test("runChild() does not wait for a process that its child left behind", async () => {
  const script = `new Deno.Command(Deno.execPath(), { args: ["eval", ${
    JSON.stringify(FOREVER)
  }] }).spawn().unref(); console.log("done"); Deno.exit();`;
  const { code, output } = await runChild(["eval", script], { timeoutMs: 60_000 });
  assertEquals({ code, output }, { code: 0, output: "done\n" });
});

Deno.test("runChild() keeps the end of a long output", async () => {
  const script = `console.log("x".repeat(999_999)); console.log("the end");`;
  const { output } = await runChild(["eval", script], { timeoutMs: 60_000 });
  assert(output.length < 500_000, `${output.length} characters`);
  assertStringIncludes(output, "the end");
});

Deno.test("runChild() ends with its signal", async (t) => {
  const controller = new AbortController();
  await t.step("when aborted midway, with two waiters", async () => {
    const options = { timeoutMs: 60_000, signal: controller.signal };
    const running = [runChild(["eval", FOREVER], options), runChild(["eval", FOREVER], options)];
    controller.abort();
    for (const { code, timedOut } of await Promise.all(running)) {
      assert(code !== 0);
      assertEquals(timedOut, false);
    }
  });
  await t.step("when already aborted", async () => {
    const { code } = await runChild(["eval", FOREVER], {
      timeoutMs: 60_000,
      signal: controller.signal,
    });
    assert(code !== 0);
  });
  await t.step("not at all when aborted after the end", async () => {
    const late = new AbortController();
    const result = await runChild(["eval", ""], { timeoutMs: 60_000, signal: late.signal });
    late.abort();
    assertEquals(result.code, 0);
  });
});
