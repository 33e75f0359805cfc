import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import { cell, dialogues, eventsOf, ofType, setup } from "../setup.ts";

Deno.test("CaveAgent.run() shows both ends and both lengths when a cell prints too much", async () => {
  const code = 'console.log("a".repeat(50) + "-".repeat(900) + "z".repeat(50));';
  for (const runtime of [new LocalRuntime(), new DenoRuntime({ maxOutputChars: 400 })]) {
    await using context = setup([cell(code), "Done"], { runtime, maxObservationChars: 300 });
    const run = context.agent.stream("Go");
    const [event] = ofType(await eventsOf(run), "execution_output_exceeded");
    const { content } = event!;
    assertStringIncludes(content, "The output has 1001 characters; more than 300 are not shown.");
    assertStringIncludes(content, `It begins:\n${"a".repeat(50)}${"-".repeat(50)}\n...`);
    assertStringIncludes(content, `It ends:\n...${"z".repeat(49)}\n`);
    assertEquals(content.includes("-".repeat(51)), false);
    assertStringIncludes(dialogues(context.server)[1]![2]!, content);
    assertEquals(event!.result.output.length, 1001);
  }
});

Deno.test("CaveAgent.run() reports the missing part when the runtime has cut the output", async () => {
  const runtime = new LocalRuntime({ maxOutputChars: 90 });
  await using context = setup([cell('console.log("x".repeat(99))'), "Done"], { runtime });
  const [event] = ofType(
    await eventsOf(context.agent.stream("Go")),
    "execution_output_exceeded",
  );
  assertStringIncludes(
    event!.content,
    "The output has 100 characters; more than 90 are not shown.",
  );
});

Deno.test("CaveAgent.run() shows output whole when it just fits", async () => {
  for (
    const [length, type] of [[49, "execution_output"], [50, "execution_output_exceeded"]] as const
  ) {
    await using context = setup([cell(`console.log("x".repeat(${length}))`), "Done"], {
      maxObservationChars: 50,
    });
    const events = await eventsOf(context.agent.stream("Go"));
    assertEquals(ofType(events, type).length, 1, `${length}`);
  }
});

Deno.test("CaveAgent.run() cuts a long value, and lists at most 30 names", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `const n${i} = ${i};`).join("\n");
  await using context = setup([cell('"x".repeat(500)'), cell(names), "Done"], {
    maxObservationChars: 100,
  });
  await context.agent.run("Go");
  const [value, many] = context.agent.messages.filter(({ role }) => role === "execution_result");
  assertStringIncludes(value!.content, "Value (string):\n");
  assertStringIncludes(value!.content, "characters left out)");
  assert(value!.content.length < 300);
  assertStringIncludes(many!.content, "n29: number, and 10 more");
});

Deno.test("CaveAgent.run() tells the model when a cell runs out of time", async () => {
  const runtime = new DenoRuntime({ variables: { given: 1 } });
  const script = [
    cell("const mine = 1;"),
    cell('console.log("so far");\nfor (;;);'),
    cell("typeof mine"),
    "Done",
  ];
  await using context = setup(script, { runtime, cellTimeoutMs: 2_000 });
  const { agent, server } = context;
  const run = agent.stream("Go");
  const result = await run.result;
  assertEquals([result.content, result.steps], ["Done", 4]);
  const observation = dialogues(server)[2]!.at(-1)!;
  assertStringIncludes(observation, "so far\n\nThe cell was stopped after ");
  const stopped = ofType(await eventsOf(run), "execution_output")[1]!.result;
  assert(stopped.status === "timeout");
  const after = dialogues(server)[3]!.at(-1)!;
  if (stopped.stateKept) {
    assertStringIncludes(observation, "Variables are as the cell left them.");
    assertStringIncludes(after, "number");
    assertEquals(result.changed.map(({ name }) => name), ["mine"]);
  } else {
    assertStringIncludes(observation, "everything that cells had defined is gone");
    assertStringIncludes(after, "undefined");
    assertEquals(result.changed, []);
  }
  assertEquals(await runtime.retrieve("given"), 1);
});

Deno.test({
  name: "CaveAgent.run() goes on and reports lost names when the kernel ends under a cell",
  // Other systems have no simple way to find the process.
  ignore: Deno.build.os !== "linux",
  async fn() {
    // The number is part of the kernel's command line, so that the right process is found.
    const mark = 700_000 + Math.floor(Math.random() * 100_000);
    const runtime = new DenoRuntime({
      maxOutputChars: mark,
      variables: { given: 1 },
      functions: { crash: () => killKernel(`"maxOutputChars":${mark},`) },
    });
    const script = [
      cell("const mine = 1;"),
      cell("await crash();\nfor (;;);"),
      cell("const next = typeof mine + given; next"),
      "Done",
    ];
    await using context = setup(script, { runtime });
    const { agent, server } = context;
    const run = agent.stream("Go");
    const result = await run.result;
    assertEquals([result.content, result.steps], ["Done", 4]);
    assertEquals(result.changed.map(({ name }) => name), ["next"]);
    const [error] = ofType(await eventsOf(run), "execution_error");
    assertEquals(error!.error.name, "KernelExitError");
    assertEquals(error!.result?.status, "kernel_exit");
    assertStringIncludes(error!.content, "Gone: mine (no checkpoint had been taken).");
    assertStringIncludes(error!.content, "What was provided is there.");
    assertEquals(dialogues(server)[2]!.at(-1), `user: ${error!.content}`);
    assertStringIncludes(dialogues(server)[3]!.at(-1)!, "undefined1");
  },
});

function killKernel(mark: string): void {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!Deno.readTextFileSync(`/proc/${name}/cmdline`).includes(mark)) continue;
    } catch {
      // The process has ended meanwhile, or belongs to another user.
      continue;
    }
    Deno.kill(Number(name), "SIGKILL");
    return;
  }
  throw new Error(`Cannot kill the kernel: no process has ${mark} on its command line`);
}

Deno.test("CaveAgent.run() shows what earlier cells print after their end", async () => {
  const printed = Promise.withResolvers<void>();
  const runtime = new LocalRuntime({
    functions: { gate: () => printed.promise, open: () => printed.resolve() },
  });
  const script = [
    cell('gate().then(() => console.log("late")); 1'),
    cell("await open();"),
    cell("2"),
    "Done",
  ];
  await using context = setup(script, { runtime });
  await context.agent.run("Go");
  const shown = context.agent.messages.map(({ content }) => content).join("\n");
  assertStringIncludes(shown, "Printed by cell 1 after it had ended:\nlate");
});
