/** Observations of ended kernels, and the rest of the run. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DenoRuntimeOptions } from "../../src/runtime/deno_runtime.ts";
import { KernelExitError } from "../../src/host/kernel_exit.ts";
import { KILLED, type Mortal, startMortal } from "../runtime/_mortal_runtime.ts";
import { cell, dialogues, eventsOf, ofType, type Setup, setup } from "./setup.ts";

const NEW_SESSION = `${KILLED}. This is a new session.`;
const PROVIDED = "What was provided is there. Timers and unfinished work are gone.";
const AGAIN = "Do the work that is still needed again, with less memory or in smaller steps.";

/** Creates an agent whose cells can kill their kernel with `die()`. */
async function setupMortal(
  replies: Parameters<typeof setup>[0],
  options: DenoRuntimeOptions = {},
): Promise<Setup<Mortal["runtime"]> & { mortal: Mortal }> {
  const mortal = await startMortal({ checkpoint: "run", ...options });
  return { ...setup(replies, { runtime: mortal.runtime }), mortal };
}

function onLinux(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

onLinux(
  "CaveAgent.run() tells the model what is left when a cell ends the kernel, and goes on",
  async () => {
    await using context = await setupMortal([
      cell(`const a = 1; let given2 = given;`),
      cell(`given = 5; const b = 2; await die()`),
      cell(`const c = [typeof a, given]; c`),
      "Done",
    ], { variables: { given: 1 } });
    const { agent, server } = context;
    const run = agent.stream("Go");
    const events = await eventsOf(run);
    const result = await run.result;
    assertEquals([result.content, result.status, result.steps], ["Done", "completed", 4]);
    assertEquals(result.changed, [{ name: "c", type: "Array(2)", constant: true }]);
    const content = `<execution_error>\n${NEW_SESSION}\n` +
      "Gone: a (no checkpoint had been taken), given2 (no checkpoint had been taken).\n" +
      `${PROVIDED}\n\n${AGAIN}\n\nFunctions called: die (not finished)\n</execution_error>`;
    assertEquals(
      ofType(events, "execution_error").map(({ step, content, error }) => ({
        step,
        content,
        error,
      })),
      [
        { step: 2, content, error: { name: "KernelExitError", message: KILLED } },
      ],
    );
    const said = dialogues(server).at(-1)!;
    assertEquals(said[4], `user: ${content}`);
    assertEquals(
      said[6],
      `user: <execution_output>\nValue (Array(2)):\n[ "undefined", 1 ]\n\n` +
        "Defined or changed, and there for the next cells: c: Array(2)\n</execution_output>",
    );
    assertEquals(agent.messages.map(({ role }) => role), [
      "user",
      ...["code_execution", "execution_result"],
      ...["code_execution", "execution_result"],
      ...["code_execution", "execution_result"],
      "assistant",
    ]);
  },
);

onLinux("CaveAgent.run() goes on from the checkpoint behind the run before", async () => {
  await using context = await setupMortal([
    cell(`let a = 1; const keep = [a], make = (() => { let n = 0; return () => ++n })();`),
    "One",
    cell(`a = 2; const late = 1;`),
    cell(`await die()`),
    cell(`[a, keep, typeof late, typeof make]`),
    "Two",
    cell(`await die()`),
    "Three",
  ]);
  const { agent, server } = context;
  assertEquals((await agent.run("a")).changed.map(({ name }) => name), ["a", "keep", "make"]);
  const second = await agent.run("b");
  assertEquals(second.changed, [{ name: "a", type: "number" }]);
  const said = dialogues(server);
  assertEquals(
    said[4]!.at(-1),
    `user: <execution_error>\n${NEW_SESSION}\nBack as they were after cell 1: keep.\n` +
      "There, but with an older value: a.\n" +
      "Gone: make (it is a function that uses n of the scope in which it was made), " +
      "late (it was made after the checkpoint).\n" +
      `${PROVIDED}\n\n${AGAIN}\n\nFunctions called: die (not finished)\n</execution_error>`,
  );
  assertEquals(
    said[5]!.at(-1)!.split("\n\n")[0],
    `user: <execution_output>\nValue (Array(4)):\n[ 1, [ 1 ], "undefined", "undefined" ]\n</execution_output>`,
  );
  // The checkpoint after the second run has the present state, and no loss is reported twice.
  await agent.run("c");
  assertEquals(
    dialogues(server).at(-1)!.at(-1),
    `user: <execution_error>\n${NEW_SESSION}\nBack as they were after cell 4: a, keep.\n` +
      `${PROVIDED}\n\n${AGAIN}\n\nFunctions called: die (not finished)\n</execution_error>`,
  );
});

onLinux(
  "CaveAgent.run() tells the model what it begins with when the kernel ended between cells",
  async () => {
    await using context = await setupMortal([
      cell(`const a = 1;`),
      "One",
      cell(`a`),
      cell("const b = a + 1;"),
      "Two",
    ]);
    const { agent, server, mortal } = context;
    await agent.run("a");
    // Waits for the checkpoint after the run.
    await mortal.runtime.snapshot();
    await mortal.kill();
    const { changed } = await agent.run("b");
    assertEquals(changed.map(({ name }) => name), ["b"]);
    const said = dialogues(server);
    assertEquals(
      said[3]!.at(-1),
      `user: <execution_output>\nBefore this cell: ${NEW_SESSION}\nBack as they were after cell 1: a.\n${PROVIDED}\n\n` +
        "Value (number):\n1\n</execution_output>",
    );
    assertEquals(
      said[4]!.at(-1),
      "user: <execution_output>\nNo output\n\n" +
        "Defined or changed, and there for the next cells: b: number\n</execution_output>",
    );
  },
);

onLinux(
  "CaveAgent.run() tells the model what is left when a cell had to be ended with its kernel",
  async () => {
    await using context = await setupMortal([
      cell(`const a = 1;`),
      cell(`await 0; console.log("in"); /^(a+)+$/.test("a".repeat(60) + "b")`),
      "Done",
    ], { checkpoint: "cell" });
    const { agent, server } = context;
    const run = agent.stream("Go");
    for await (const event of run) if (event.type === "output") agent.runtime.interrupt();
    const { changed } = await run.result;
    assertEquals(changed, [{ name: "a", type: "number", constant: true }]);
    assertEquals(
      dialogues(server).at(-1)!.at(-1)!,
      "user: <execution_output>\nin\n\nThe cell was stopped, and its session had to be ended for that. " +
        "The kernel ended: it did not stop within 1000 ms (signal SIGKILL). This is a new session.\n" +
        `Back as they were after cell 1: a.\n${PROVIDED}\n\nDo less in one cell.\n</execution_output>`,
    );
  },
);

onLinux("CaveAgent.run() rejects when no kernel can be started any more", async () => {
  await using context = await setupMortal(
    () => cell(`await die()`),
    { maxRestarts: 1 },
  );
  const { agent, server } = context;
  const error = await assertRejects(() => agent.run("Go"), KernelExitError);
  assert(error.message.includes("reset() begins anew"), error.message);
  // The second observation said that there is no session any more; the third cell found none.
  assertEquals(server.requests.length, 3);
  assertEquals(
    dialogues(server).at(-1)!.at(-1),
    `user: <execution_error>\n${KILLED}. The session is gone, and it could not be started again.` +
      "\n\nFunctions called: die (not finished)\n</execution_error>",
  );
  const next = await assertRejects(() => agent.run("Again"), KernelExitError);
  assert(next.message.includes("reset() begins anew"), next.message);
  await agent.runtime.reset();
  const answered = await agent.runtime.execute(`1`);
  assertEquals(answered.status, "ok");
});

onLinux(
  "CaveAgent.run() takes a checkpoint behind a run that fails, and none when it shall not",
  async () => {
    for (
      const [checkpoint, restored] of [["run", ["a"]], ["never", []], ["cell", ["a"]]] as const
    ) {
      await using context = await setupMortal(
        [cell(`const a = 1;`), { content: "no", status: 400 }],
        { checkpoint },
      );
      const { agent, mortal } = context;
      await assertRejects(() => agent.run("Go"), Error);
      await mortal.runtime.snapshot();
      assertEquals((await mortal.die()).recovery?.restored, restored, checkpoint);
    }
  },
);
