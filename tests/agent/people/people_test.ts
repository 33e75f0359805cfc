/** Approvals, questions to people, steering and following up. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { z } from "zod";
import type { AgentRun } from "../../../src/agent/agent_run.ts";
import type { AgentEvent, AgentEventType } from "../../../src/agent/record/event.ts";
import type { AgentMiddleware } from "../../../src/agent/step/middleware.ts";
import { defineFunction } from "../../../src/inject/host_function.ts";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import { cell, dialogues, eventsOf, ofType, setup } from "../setup.ts";

/** Waits for the next event of a type. */
async function next<T extends AgentEventType>(
  events: AsyncIterator<AgentEvent>,
  type: T,
): Promise<Extract<AgentEvent, { type: T }>> {
  while (true) {
    const { value, done } = await events.next();
    assert(!done, `no ${type}`);
    if (value!.type === type) return value as Extract<AgentEvent, { type: T }>;
  }
}

function iterate(run: AgentRun<unknown>): AsyncIterator<AgentEvent> {
  return run[Symbol.asyncIterator]();
}

function payments() {
  const paid: unknown[][] = [];
  const pay = defineFunction((to: string, amount: number) => void paid.push([to, amount]), {
    approval: (_to: string, amount: number) => amount > 10,
    input: z.tuple([z.string(), z.coerce.number()]),
  });
  return { paid, pay };
}

for (const Runtime of [LocalRuntime, DenoRuntime]) {
  Deno.test(`AgentRun.approve() decides on a call while the clock of the cell stands, on ${Runtime.name}`, async () => {
    const { paid, pay } = payments();
    const runtime = new Runtime({ functions: { pay }, timeoutMs: 2_000 });
    const code = 'let n = 0; n++;\nawait pay("Ada", 5);\nawait pay("Bob", "50");\nn';
    await using context = setup([cell(code), "Done"], { runtime });
    const run = context.agent.stream("Pay");
    const request = await next(iterate(run), "approval_request");
    assertEquals([request.name, request.args], ["pay", ["Bob", 50]]);
    assertEquals(run.status, "waiting");
    assertEquals(run.pending, [{
      kind: "approval",
      id: request.id,
      name: "pay",
      args: ["Bob", 50],
    }]);
    assertEquals(JSON.parse(JSON.stringify(run.state)).status, "waiting");
    assertEquals(paid, [["Ada", 5]]);
    assertThrows(() => run.approve("other", { allow: true }), RangeError, request.id);
    run.approve(request.id, { allow: true, input: ["Bob", "20"] });
    assertThrows(() => run.approve(request.id, { allow: true }), RangeError);
    const result = await run.result;
    assertEquals([result.status, result.hostCalls], ["completed", 2]);
    assertEquals(paid, [["Ada", 5], ["Bob", 20]]);
    assertStringIncludes(dialogues(context.server)[1]!.at(-1)!, "Value (number):\n1");
  });
}

Deno.test("AgentRun.approve() refuses a call, and the model learns of it even if the cell swallows that", async () => {
  const { paid, pay } = payments();
  const code =
    'try { await pay("Bob", 50); } catch (error) { console.log(error.name, error.message); }';
  await using context = setup([cell(code), "Done"], {
    runtime: new DenoRuntime({ functions: { pay } }),
  });
  const run = context.agent.stream("Pay");
  const { id } = await next(iterate(run), "approval_request");
  run.approve(id, { allow: false, reason: "Too much" });
  await run.result;
  assertEquals(paid, []);
  const seen = dialogues(context.server)[1]!.at(-1)!;
  assertStringIncludes(seen, 'CallRefusedError Cannot call pay: the call was refused, "Too much"');
  assertStringIncludes(seen, "Functions called: pay (refused by the user, not made: Too much)");
  assertEquals(ofType(await eventsOf(run), "approval_decision")[0]!.allow, false);
});

Deno.test("AgentRun.approve() remembers a decision for the rest of the run", async () => {
  const { paid, pay } = payments();
  const code = 'await Promise.all([pay("a", 20), pay("b", 30)]);\nawait pay("c", 40);';
  await using context = setup([cell(code), cell('await pay("d", 50)'), "Done"], {
    runtime: new LocalRuntime({ functions: { pay } }),
  });
  const run = context.agent.stream("Pay");
  const { id } = await next(iterate(run), "approval_request");
  run.approve(id, { allow: true, remember: true });
  await run.result;
  assertEquals(paid.length, 4);
  assertEquals(run.state!.remembered, { pay: true });
});

Deno.test("CaveAgent keeps decisions for later runs where the host has a place for them", async () => {
  const decisions = new Map<string, boolean>();
  const { paid, pay } = payments();
  const pays = cell('await pay("a", 20)');
  for (const [isKept, requests] of [[true, [1, 0]], [false, [1, 1]]] as const) {
    await using runtime = new LocalRuntime({ functions: { pay } });
    await using context = setup([pays, "Done", pays, "Done"], {
      runtime,
      ...(isKept ? { decisions } : {}),
    });
    const asked: number[] = [];
    for (const question of ["Pay", "Pay again"]) {
      const run = context.agent.stream(question);
      let count = 0;
      for await (const event of run) {
        if (event.type !== "approval_request") continue;
        count++;
        run.approve(event.id, { allow: true, remember: true });
      }
      asked.push(count);
    }
    assertEquals(asked, [...requests]);
  }
  assertEquals([paid.length, [...decisions]], [4, [["pay", true]]]);
  // A refusal holds as well, and what a host takes away is asked for again.
  decisions.set("pay", false);
  await using runtime = new LocalRuntime({ functions: { pay } });
  await using context = setup([pays, "Done", pays, "Done"], { runtime, decisions });
  for await (const { type } of context.agent.stream("Pay")) if (type === "code") decisions.clear();
  assertEquals([paid.length, decisions.size], [4, 0]);
  const run = context.agent.stream("Pay");
  const { id } = await next(iterate(run), "approval_request");
  run.approve(id, { allow: true });
  await run.result;
  assertEquals([paid.length, decisions.size], [5, 0]);
});

Deno.test("A call that needs an approval is refused when no run makes it", async () => {
  const { paid, pay } = payments();
  await using runtime = new LocalRuntime({ functions: { pay } });
  const result = await runtime.execute('await pay("a", 5); await pay("b", 20)');
  assert(result.status === "error");
  assertStringIncludes(result.error.message, "it needs an approval, and nobody can give it");
  assertEquals(paid, [["a", 5]]);
  assertEquals(result.hostCalls.map(({ status }) => status), ["ok", "refused"]);
});

Deno.test("CaveAgent.run() stops when it is aborted while an approval waits", async () => {
  const { pay } = payments();
  await using context = setup([cell('await pay("a", 20)'), "Done"], {
    runtime: new DenoRuntime({ functions: { pay } }),
  });
  const run = context.agent.stream("Pay");
  await next(iterate(run), "approval_request");
  run.abort(new RangeError("Enough"));
  await assertRejects(() => run.result, RangeError, "Enough");
  assertEquals([run.status, run.pending], ["cancelled", []]);
  assertEquals((await context.agent.run("Again")).content, "Done");
});

for (const Runtime of [LocalRuntime, DenoRuntime]) {
  Deno.test(`askUser() waits for AgentRun.answer(), on ${Runtime.name}`, async () => {
    const code =
      'let runs = (globalThis.runs ?? 0) + 1;\nconst colour = await askUser("Which colour?", { options: ["red", "blue"] });\n`${colour} ${runs}`';
    await using context = setup([cell(code), "Done"], { runtime: new Runtime(), askUser: true });
    const run = context.agent.stream("Paint");
    const question = await next(iterate(run), "ask_user");
    assertEquals([question.question, question.options], ["Which colour?", ["red", "blue"]]);
    assertEquals(run.status, "waiting");
    run.answer("blue");
    assertThrows(() => run.answer("red"), RangeError, "Cannot answer");
    assertEquals((await run.result).status, "completed");
    assertStringIncludes(dialogues(context.server)[1]!.at(-1)!, "blue 1");
  });
}

Deno.test("CaveAgent.run() waits for a person when a plain reply does nothing and that is the policy", async () => {
  await using context = setup(["Which file?", cell('await finish("Read it")')], {
    plainReply: "wait",
    finish: true,
  });
  const run = context.agent.stream("Read");
  const { question } = await next(iterate(run), "ask_user");
  assertEquals([question, run.status], ["Which file?", "waiting"]);
  run.answer("a.txt");
  assertEquals((await run.result).content, "Read it");
  assertEquals(dialogues(context.server)[1]!, [
    "user: Read",
    "assistant: Which file?",
    "user: a.txt",
  ]);
});

Deno.test("AgentRun.steer() enters at the next step, also when the run is about to end", async () => {
  const started = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const runtime = new LocalRuntime({ functions: { wait: () => (started.resolve(), go.promise) } });
  await using context = setup([cell("await wait()"), "Done", "In French: fait"], { runtime });
  const run = context.agent.stream("Work");
  await started.promise;
  run.steer("Be quick");
  go.resolve();
  const events = iterate(run);
  await next(events, "steered");
  await next(events, "usage");
  await run.result;
  assert(dialogues(context.server)[1]!.at(-1)!.endsWith("\n\nBe quick"));
  assertThrows(() => run.steer("Late"), TypeError, "it is over");
});

Deno.test("AgentRun.followUp() asks after the run, and only if it was completed", async () => {
  await using context = setup(["One", "Two", { content: "No", status: 400 }]);
  const run = context.agent.stream("a");
  const second = run.followUp("b");
  assertEquals(second.status, "queued");
  assertEquals([(await run.result).content, (await second.result).content], ["One", "Two"]);
  const failing = context.agent.stream("c");
  const never = failing.followUp("d");
  await assertRejects(() => failing.result);
  await assertRejects(() => never.result);
  assertEquals([never.status, context.server.requests.length], ["cancelled", 3]);
});

Deno.test("AgentRun.steer() keeps a run going that was about to end", async () => {
  const runs: AgentRun<unknown>[] = [];
  let steered = false;
  const middleware: AgentMiddleware = {
    async *modelCall(request, next) {
      for await (const chunk of next(request)) {
        if (chunk.type === "end" && !steered) runs[0]!.steer("In French");
        steered ||= chunk.type === "end";
        yield chunk;
      }
    },
  };
  await using context = setup(["Done", "Fait"], { middleware: [middleware] });
  runs.push(context.agent.stream("Work"));
  assertEquals((await runs[0]!.result).content, "Fait");
  assertEquals(dialogues(context.server)[1], ["user: Work", "assistant: Done", "user: In French"]);
});
