/** Middleware around model calls, cells, host calls and compactions. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { AgentMiddleware } from "../../../src/agent/step/middleware.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import { cell, dialogues, eventsOf, setup } from "../setup.ts";

Deno.test("AgentMiddleware observes, changes and replaces each part of a run, the first outermost", async () => {
  const seen: string[] = [];
  const watch = (name: string): AgentMiddleware => ({
    async *modelCall(request, next) {
      seen.push(`${name} model`);
      yield* next(request);
    },
    cell(code, next) {
      seen.push(`${name} cell`);
      return next(code.replace("ONE", "1"));
    },
    hostCall({ name: called, args }, next) {
      seen.push(`${name} ${called}`);
      return next([Number(args[0]) + 1]);
    },
  });
  const runtime = new DenoRuntime({ functions: { double: (n: number) => 2 * n } });
  await using context = setup([cell("await double(ONE)"), "Done"], {
    runtime,
    middleware: [watch("a"), watch("b")],
  });
  assertEquals((await context.agent.run("Go")).content, "Done");
  assertEquals(seen, [
    "a model",
    "b model",
    "a cell",
    "b cell",
    "a double",
    "b double",
    "a model",
    "b model",
  ]);
  assertStringIncludes(dialogues(context.server)[1]!.at(-1)!, "Value (number):\n6");
});

Deno.test("A run fails in the same way wherever middleware throws", async () => {
  const boom = (): never => {
    throw new RangeError("Boom");
  };
  const messages = Array.from({ length: 60 }, (_, i) => ({
    role: i % 2 === 0 ? "user" as const : "assistant" as const,
    content: "x".repeat(2_000),
  }));
  const table: [string, AgentMiddleware][] = [
    ["run", { run: boom }],
    ["the end of a run", { run: (_request, next) => next().then(boom) }],
    ["modelCall", { modelCall: boom }],
    ["cell", { cell: boom }],
    ["hostCall", { hostCall: boom }],
    ["compaction", { compaction: boom }],
    ["a generator", {
      async *modelCall(request, next) {
        for await (const chunk of next(request)) yield boom() ?? chunk;
      },
    }],
  ];
  for (const [name, middleware] of table) {
    const runtime = new LocalRuntime({ functions: { ping: () => 1 } });
    const last = name === "the end of a run" ? [] : ["Never"];
    const replies = last.length === 0
      ? ["Done"]
      : [cell("try { await ping() } catch {}\n1"), ...last];
    await using context = setup(replies, {
      runtime,
      middleware: [{ name: "the guard", ...middleware }],
      ...(name === "compaction" ? { messages, contextWindowTokens: 16_000 } : {}),
    });
    const run = context.agent.stream("Go");
    const result = await run.result;
    assertEquals([result.status, run.status], ["failed", "failed"], name);
    assertEquals(result.reason, "Cannot go on: the guard failed with RangeError: Boom", name);
    assertEquals((await eventsOf(run)).at(-1)!.type, "run_failed", name);
    assert(context.server.requests.length <= 1, name);
  }
});

Deno.test("Errors of a host function pass through middleware unchanged", async () => {
  const runtime = new LocalRuntime({
    functions: {
      fail: () => {
        throw new RangeError("Mine");
      },
    },
  });
  await using context = setup([cell("await fail()"), "Done"], {
    runtime,
    middleware: [{ hostCall: (_call, next) => next() }],
  });
  assertEquals((await context.agent.run("Go")).content, "Done");
  assertStringIncludes(dialogues(context.server)[1]!.at(-1)!, "RangeError: Mine");
});

Deno.test("AgentMiddleware knows the run, its events, the model, and the run of each call", async () => {
  const seen: unknown[] = [];
  const events: string[] = [];
  const middleware: AgentMiddleware = {
    async run({ id, query, parent, listen }, next) {
      listen(({ type }) => events.push(type));
      seen.push([id, query, parent]);
      const result = await next();
      return { ...result, content: `${result.content}!` };
    },
    async *modelCall(request, next) {
      seen.push(request.model);
      yield* next(request);
    },
    hostCall({ run, name }, next) {
      seen.push([run, name]);
      return next();
    },
  };
  const runtime = new LocalRuntime({ functions: { ping: () => 1 } });
  await using context = setup([cell("await ping()"), "Done"], {
    runtime,
    middleware: [middleware],
  });
  const run = context.agent.stream("Go");
  assertEquals((await run.result).content, "Done!");
  const model = { name: "scripted", provider: "openai" };
  assertEquals(seen, [[run.id, "Go", undefined], model, [run.id, "ping"], model]);
  assertEquals(events, (await eventsOf(run)).map(({ type }) => type));
});

Deno.test("AgentMiddleware around a run lets errors of the model and the stop signal pass", async () => {
  const passed: unknown[] = [];
  const watch: AgentMiddleware = {
    run: (_request, next) =>
      next().catch((error) => {
        passed.push(error);
        throw error;
      }),
  };
  await using context = setup([{ content: "No", status: 400 }], { middleware: [watch] });
  const error = await context.agent.run("Go").catch((error: Error) => error);
  assertEquals([passed[0] === error, (error as Error).name], [true, "ModelError"]);
  const reason = new Error("Stop");
  const stopped = await context.agent.run("Go", { signal: AbortSignal.abort(reason) })
    .catch((error: Error) => error);
  assertEquals(stopped, reason);
});
