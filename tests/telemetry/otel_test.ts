/** Traces and metrics, as Deno's own exporter sends them to a receiver on loopback. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { CaveAgent } from "../../src/cave_agent.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { otel } from "../../src/telemetry/otel.ts";

const PROGRAM = fileURLToPath(new URL("./_program.ts", import.meta.url));

type Json = Record<string, unknown>;

interface ExportedSpan {
  name: string;
  kind: number;
  spanId: string;
  parentSpanId: string;
  traceId: string;
  status: { code?: number; message?: string };
  attributes: Json;
  events: string[];
  eventAttributes: string;
}

interface Exported {
  spans: ExportedSpan[];
  metrics: { name: string; unit: string; points: Json[] }[];
  stdout: string;
}

/** Runs the program with a collector beside it, and returns everything that arrived there. */
async function collect(...args: string[]): Promise<Exported> {
  await using server = new ScriptedServer({ replies: replyOf() });
  const bodies: { path: string; body: Json }[] = [];
  await using collector = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      bodies.push({ path: new URL(request.url).pathname, body: await request.json() });
      return Response.json({});
    },
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", PROGRAM, server.url, ...args],
    env: {
      OTEL_DENO: "true",
      OTEL_SERVICE_NAME: "test",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      NO_COLOR: "1",
    },
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  return {
    spans: bodies.filter(({ path }) => path === "/v1/traces").flatMap(({ body }) => spansOf(body)),
    metrics: bodies.filter(({ path }) => path === "/v1/metrics")
      .flatMap(({ body }) => metricsOf(body)),
    stdout: new TextDecoder().decode(stdout),
  };
}

/** Replies of the leader, of the agent that it asks, and a failure. */
function replyOf() {
  let leader = 0;
  const cells = [
    'const here = await whereAmI("hush"); await repeat(key, false); await repeat(key, true).catch(String)',
    'throw new TypeError("secret value")',
    'await helper.run("Count")',
  ];
  return ({ messages }: { messages: { content: string }[] }) => {
    const question = messages[1]!.content;
    if (question.includes("Count")) return "3";
    if (messages.at(-1)!.content === "Fail") return { content: "Bad key", status: 401 };
    if (leader === 0 && messages.length === 2 && !retried) {
      retried = true;
      return { content: "Busy", status: 503, headers: { "retry-after": "0" } };
    }
    const cell = cells[leader++];
    return cell === undefined ? "Done" : `\`\`\`ts\n${cell}\n\`\`\`\nNobody reads this.`;
  };
}

let retried = false;

function valueOf(value: Json): unknown {
  const { stringValue, intValue, boolValue, doubleValue, arrayValue } = value;
  if (arrayValue !== undefined) {
    return ((arrayValue as { values: Json[] }).values ?? []).map(valueOf);
  }
  return stringValue ?? boolValue ?? doubleValue ?? Number(intValue);
}

function attributesOf(list: unknown): Json {
  return Object.fromEntries(
    ((list ?? []) as { key: string; value: Json }[]).map(({ key, value }) => [key, valueOf(value)]),
  );
}

// deno-lint-ignore no-explicit-any -- the JSON of a protocol
function spansOf(body: any): ExportedSpan[] {
  // deno-lint-ignore no-explicit-any -- the JSON of a protocol
  const scopes = body.resourceSpans.flatMap((resource: any) => resource.scopeSpans);
  // deno-lint-ignore no-explicit-any -- the JSON of a protocol
  return scopes.flatMap((scope: any) =>
    // deno-lint-ignore no-explicit-any -- the JSON of a protocol
    scope.spans.map((span: any) => ({
      ...span,
      attributes: attributesOf(span.attributes),
      events: span.events.map(({ name }: { name: string }) => name),
      // For the search for contents.
      eventAttributes: JSON.stringify(span.events),
    }))
  );
}

// deno-lint-ignore no-explicit-any -- the JSON of a protocol
function metricsOf(body: any): Exported["metrics"] {
  // deno-lint-ignore no-explicit-any -- the JSON of a protocol
  const scopes = body.resourceMetrics.flatMap((resource: any) => resource.scopeMetrics);
  // deno-lint-ignore no-explicit-any -- the JSON of a protocol
  return scopes.flatMap((scope: any) =>
    // deno-lint-ignore no-explicit-any -- the JSON of a protocol
    scope.metrics.map((metric: any) => ({
      ...metric,
      // deno-lint-ignore no-explicit-any -- the JSON of a protocol
      points: (metric.histogram?.dataPoints ?? []).map((point: any) => ({
        ...point,
        attributes: attributesOf(point.attributes),
      })),
    }))
  );
}

Deno.test("otel() reports runs, model calls, cells and calls of the host", async (t) => {
  retried = false;
  const { spans, metrics, stdout } = await collect();
  const own = spans.filter(({ attributes }) => "gen_ai.operation.name" in attributes);
  const named = (name: string) => own.filter((span) => span.name === name);
  const parentOf = (span: ExportedSpan) =>
    spans.find(({ spanId }) => spanId === span.parentSpanId)?.name;
  const [run, failed] = named("invoke_agent leader") as [ExportedSpan, ExportedSpan];

  await t.step("spans of one run are one tree", () => {
    assertEquals(own.filter(({ traceId }) => traceId === run.traceId).length, 14);
    assertEquals([run.parentSpanId, named("chat tiny").length], ["", 6]);
    const [first, second, third] = named("execute_tool run_cell");
    assertEquals([first, second, third].map((span) => parentOf(span!)), [
      "invoke_agent leader",
      "invoke_agent leader",
      "invoke_agent leader",
    ]);
    assertEquals(parentOf(named("execute_tool whereAmI")[0]!), "execute_tool run_cell");
    assertEquals(parentOf(named("invoke_agent helper")[0]!), "execute_tool helper.run");
    assertEquals(parentOf(named("execute_tool helper.run")[0]!), "execute_tool run_cell");
  });

  await t.step("runs have status, steps and usage", () => {
    const { attributes, kind } = run;
    assertEquals(kind, 1);
    assertEquals(attributes["gen_ai.operation.name"], "invoke_agent");
    assertEquals(attributes["gen_ai.agent.name"], "leader");
    assertEquals(attributes["gen_ai.conversation.id"], "talk-1");
    assertEquals([attributes["cave.run.status"], attributes["cave.run.steps"]], ["completed", 4]);
    assert(Number(attributes["gen_ai.usage.input_tokens"]) > 100);
    assertEquals(failed.attributes["error.type"], "auth");
    assertEquals(failed.status.code, 2);
  });

  await t.step("model calls have model, parameters, usage, ends and retries", () => {
    const [first, , , last] = named("chat tiny")
      .filter(({ attributes }) => attributes["gen_ai.agent.name"] === "leader");
    assertEquals([first!.kind, parentOf(first!)], [3, "invoke_agent leader"]);
    assertEquals(first!.attributes["gen_ai.provider.name"], "openai");
    assertEquals(first!.attributes["gen_ai.request.model"], "tiny");
    assertEquals(first!.attributes["gen_ai.request.max_tokens"], 99);
    assertEquals(first!.events, ["cave.retry"]);
    // The agent leaves a reply behind its first cell.
    assertEquals(first!.attributes["cave.reply.cut_off"], true);
    assertEquals(last!.attributes["gen_ai.response.finish_reasons"], ["stop"]);
    assertEquals(last!.attributes["cave.usage.estimated"], undefined);
    assertEquals(named("chat tiny").at(-1)!.attributes["error.type"], "auth");
    // Deno's own span of the request.
    const requests = spans.filter(({ name, kind }) => kind === 3 && name === "POST");
    assert(requests.length >= 6 && requests.every((span) => parentOf(span) === "chat tiny"));
  });

  await t.step("cells and calls have their ends", () => {
    const [good, bad] = named("execute_tool run_cell") as [ExportedSpan, ExportedSpan];
    assertEquals(good.attributes["cave.cell.status"], "ok");
    assertEquals(bad.attributes["error.type"], "TypeError");
    assertEquals(bad.status, { code: 2, ...("message" in bad.status ? { message: "" } : {}) });
  });

  await t.step("the trace goes along into functions of the host", () => {
    const [, traceId, spanId] = /inside 00-(\w+)-(\w+)-01 4/.exec(stdout)!;
    const [call] = named("execute_tool whereAmI") as [ExportedSpan];
    assertEquals([traceId, spanId], [call.traceId, call.spanId]);
  });

  await t.step("metrics count tokens and time", () => {
    const points = (name: string) =>
      metrics.filter((metric) => metric.name === name).flatMap(({ points }) => points) as {
        attributes: Json;
        count: number | string;
      }[];
    const tokens = points("gen_ai.client.token.usage");
    assertEquals(new Set(tokens.map(({ attributes }) => attributes["gen_ai.token.type"])).size, 2);
    const chats = points("gen_ai.client.operation.duration")
      .filter(({ attributes }) => attributes["gen_ai.operation.name"] === "chat");
    assertEquals(chats.map(({ attributes }) => attributes["error.type"]).sort(), [
      "auth",
      undefined,
    ]);
    assertEquals(
      metrics.find(({ name }) => name === "gen_ai.client.operation.duration")!.unit,
      "s",
    );
  });

  await t.step("contents stay out", () => {
    const sent = JSON.stringify([spans, metrics]);
    for (const text of ["secret", "hush", "whereAmI(", "Bad key"]) {
      assert(!sent.includes(text), `${text} was sent`);
    }
  });
});

Deno.test("otel() sends contents on request", async () => {
  retried = false;
  const { spans } = await collect("contents");
  const sent = JSON.stringify(spans);
  for (const text of ["The secret question", "hush", "whereAmI(", "secret value", "Bad key"]) {
    assert(sent.includes(text), `${text} was not sent`);
  }
  assert(sent.includes("[secret:key] is refused"), sent);
  assert(!sent.includes("sk-hidden"), "a secret variable was sent");
  const chat = spans.find(({ name }) => name === "chat tiny")!;
  const input = JSON.parse(String(chat.attributes["gen_ai.input.messages"]));
  assertEquals(input, [{
    role: "user",
    parts: [{ type: "text", content: "The secret question" }],
  }]);
});

Deno.test("otel() with contents does not call into cells, and stays small", async () => {
  let looked = 0;
  const cell = `
let many = ["x"];
for (let i = 0; i < 6; i++) many = Array(100).fill(many);
globalThis.calls = 0;
await look({ a() { calls++ } }, () => { calls++ }, many);
calls`;
  await using server = new ScriptedServer({ replies: [`\`\`\`ts\n${cell}\n\`\`\``, "Done"] });
  await using runtime = new DenoRuntime({ functions: { look: () => void looked++ } });
  const middleware = [otel({ contents: true })];
  const run = new CaveAgent({ model: server.model(), runtime, middleware }).stream("Look");
  const { content } = await run.result;
  assertEquals(content, "Done");
  assertEquals(run.state?.hostCalls, 1);
  assertEquals(await runtime.retrieve("calls"), 0);
  assertEquals(looked, 1);
});

Deno.test("otel() changes nothing where no provider is registered", async () => {
  await using server = new ScriptedServer({
    replies: ["```ts\nadd(1n, 2n)\n```", { content: "No", status: 400 }],
  });
  const add = (a: bigint, b: bigint) => a + b;
  await using runtime = new LocalRuntime({ functions: { add } });
  const middleware = [otel({ contents: true, maxContentChars: 50 })];
  const agent = new CaveAgent({ model: server.model(), runtime, middleware });
  const run = agent.stream("Add");
  const error = await run.result.catch((error: Error) => error.name);
  assertEquals(error, "ModelError");
  assertEquals(run.state?.cells, ["add(1n, 2n)"]);
});

Deno.test("otel() refuses wrong options", () => {
  assertThrows(() => otel({ content: true } as object), TypeError, 'did you mean "contents"?');
  assertThrows(() => otel({ maxContentChars: 0 }), RangeError, "maxContentChars");
});
