/**
 * Runs as traces and metrics of OpenTelemetry, by the conventions for generative AI. Deno exports them without further
 * packages: `OTEL_DENO=true OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 deno run ...`
 *
 * @example One line
 * ```ts
 * import { CaveAgent, LocalRuntime } from "@cave/agent";
 * import { otel } from "@cave/agent/otel";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({ replies: ["Hello"] });
 * await using runtime = new LocalRuntime();
 * const agent = new CaveAgent({
 *   model: server.model(),
 *   runtime,
 *   middleware: [otel({ agentName: "greeter" })],
 * });
 * assertEquals((await agent.run("Hi")).content, "Hello");
 * ```
 *
 * @module
 */

import type { AgentMiddleware } from "../agent/step/middleware.ts";
import { checkLimit } from "../limits/limit.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import { Reporter } from "./_reporter.ts";

/** Options of {@linkcode otel}. */
export interface OtelOptions {
  /** The name of the agent. @default none */
  readonly agentName?: string | undefined;
  /** The identifier of the conversation. @default none */
  readonly conversationId?: string | undefined;
  /** Whether spans have contents: messages, cells, arguments, results, texts of errors. @default false */
  readonly contents?: boolean | undefined;
  /** Maximum length of one content in characters. @default 20000 */
  readonly maxContentChars?: number | undefined;
}

const OTEL_OPTIONS: OptionNames<OtelOptions> = {
  agentName: true,
  conversationId: true,
  contents: true,
  maxContentChars: true,
};

/**
 * Makes middleware that reports runs to OpenTelemetry: a span for each run, below it those of model calls and cells, and below
 * cells those of calls of the host, within which injected functions run. Without a registered provider, it costs close to
 * nothing.
 *
 * @param options The name of the agent, contents.
 * @returns The middleware, which several agents may share.
 * @throws {TypeError} If an option has an unknown name.
 * @throws {RangeError} If the limit is not a number above 0.
 *
 * @example With contents
 * ```ts
 * import { otel } from "@cave/agent/otel";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(otel({ agentName: "analyst", contents: true }).name, "otel");
 * ```
 */
export function otel(options: OtelOptions = {}): AgentMiddleware {
  checkOptions(options, { names: OTEL_OPTIONS, task: "report to OpenTelemetry" });
  const maxChars = checkLimit("maxContentChars", options.maxContentChars ?? 20_000);
  const reporter = new Reporter({
    ...options,
    contents: options.contents ?? false,
    maxContentChars: maxChars,
  });
  return {
    name: "otel",
    run: (request, next) => reporter.run(request, next),
    modelCall: (request, next) => reporter.modelCall(request, next),
    cell: (code, next) => reporter.cell(code, next),
    hostCall: (call, next) => reporter.hostCall(call, next),
  };
}
