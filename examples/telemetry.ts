/**
 * Traces and metrics. Run it with a collector, such as Jaeger or Grafana's, at the address that is named:
 *
 *     OTEL_DENO=true OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 deno run ... examples/telemetry.ts
 */

import { trace } from "@opentelemetry/api";
import { otel } from "@cave/agent/otel";
import { CaveAgent, DenoRuntime } from "../mod.ts";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel } from "./_model.ts";

await using example = exampleModel(["await lookUp('Oslo')", "=It is 4 degrees in Oslo."]);

let traceId = "";
function lookUp(_city: string): number {
  // Injected functions run within the span of their call, and so do requests that they make.
  traceId = trace.getActiveSpan()?.spanContext().traceId ?? "";
  return 4;
}

await using runtime = new DenoRuntime({ functions: { lookUp } });
const agent = new CaveAgent({
  model: example.model,
  runtime,
  // Questions, cells and results are sent only with `contents: true`.
  middleware: [otel({ agentName: "weather" })],
});
const { content } = await agent.run("How cold is it in Oslo?");
const hint = traceId === "" ? "Set OTEL_DENO=true to see the trace." : `The trace is ${traceId}.`;
console.log(printable(`${content}\n${hint}`));
if (example.scripted) check(content, "It is 4 degrees in Oslo.");
