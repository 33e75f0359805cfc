/** One operation: its span, its context, and its part of the metrics. */

import {
  type Attributes,
  type Context,
  context,
  type Histogram,
  type Meter,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { TokenUsage } from "../model/model.ts";
import { BUCKETS, CAVE, GEN_AI, METRICS, OPERATIONS, SCOPE } from "./names.ts";

/** The instruments of the metrics. */
interface Instruments {
  readonly tokens: Histogram;
  readonly duration: Histogram;
}

/** The tracer and the meters, and whether contents are wanted. */
export class Instrumentation {
  /** Whether texts of errors may be recorded: they can quote contents. */
  readonly hasContents: boolean;
  #instruments: { readonly meter: Meter; readonly made: Instruments } | undefined;

  constructor({ contents }: { readonly contents: boolean }) {
    this.hasContents = contents;
  }

  /** The tracer, looked up late: the host may register its own after it has made the middleware. */
  get tracer(): Tracer {
    return trace.getTracer(SCOPE);
  }

  /** The instruments of the metrics. */
  get instruments(): Instruments {
    const meter = metrics.getMeter(SCOPE);
    if (this.#instruments?.meter !== meter) {
      const histogram = (key: keyof Instruments, description: string) =>
        meter.createHistogram(METRICS[key].name, {
          unit: METRICS[key].unit,
          description,
          advice: { explicitBucketBoundaries: [...BUCKETS[key]] },
        });
      const made = {
        tokens: histogram("tokens", "Tokens of calls of models"),
        duration: histogram("duration", "Duration of operations"),
      };
      this.#instruments = { meter, made };
    }
    return this.#instruments!.made;
  }
}

/** The beginning of an operation. */
export interface OperationStart {
  /** The kind of operation. */
  readonly kind: keyof typeof OPERATIONS;
  /** The name behind that of the operation: a model, a tool, an agent. */
  readonly subject: string | undefined;
  /** Attributes that the metrics have as well. */
  readonly shared: Attributes;
  /** Attributes of the span alone. */
  readonly attributes?: Attributes;
  /** The context of the operation around it. */
  readonly parent: Context;
}

/** An operation under way. */
export class Operation {
  /** The span. */
  readonly span: Span;
  /** The context in which the span is active. */
  readonly context: Context;
  readonly #instrumentation: Instrumentation;
  readonly #shared: Attributes;
  readonly #began = performance.now();
  #error: string | undefined;
  #ended = false;

  constructor(
    instrumentation: Instrumentation,
    { kind, subject, shared, attributes, parent }: OperationStart,
  ) {
    this.#instrumentation = instrumentation;
    const operation = OPERATIONS[kind];
    this.#shared = { [GEN_AI.operation]: operation, ...shared };
    this.span = instrumentation.tracer.startSpan(
      subject === undefined ? operation : `${operation} ${subject}`,
      {
        kind: kind === "chat" ? SpanKind.CLIENT : SpanKind.INTERNAL,
        attributes: { ...this.#shared, ...attributes },
      },
      parent,
    );
    this.context = trace.setSpan(parent, this.span);
  }

  /** Calls a function within the context of the span. */
  within<T>(action: () => T): T {
    return context.with(this.context, action);
  }

  /** Notes a failure, by its type. The text is recorded only with contents. */
  fail(type: string, error?: unknown): void {
    this.#error ??= type;
    const { hasContents } = this.#instrumentation;
    if (hasContents && error instanceof Error) this.span.recordException(error);
    const message = error instanceof Error ? error.message : undefined;
    this.span.setAttribute(GEN_AI.errorType, type);
    this.span.setStatus({
      code: SpanStatusCode.ERROR,
      ...(hasContents && message !== undefined ? { message } : {}),
    });
  }

  /** Sets the tokens. */
  use(usage: TokenUsage): void {
    this.span.setAttributes({
      [GEN_AI.inputTokens]: usage.inputTokens,
      [GEN_AI.outputTokens]: usage.outputTokens,
      ...(usage.estimated ? { [CAVE.estimated]: true } : {}),
    });
  }

  /** Adds tokens to the metrics. */
  count({ inputTokens, outputTokens }: TokenUsage): void {
    const { tokens } = this.#instrumentation.instruments;
    tokens.record(inputTokens, { ...this.#shared, [GEN_AI.tokenType]: "input" }, this.context);
    tokens.record(outputTokens, { ...this.#shared, [GEN_AI.tokenType]: "output" }, this.context);
  }

  /** Ends the operation. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const error = this.#error;
    this.#instrumentation.instruments.duration.record(
      (performance.now() - this.#began) / 1_000,
      { ...this.#shared, ...(error === undefined ? {} : { [GEN_AI.errorType]: error }) },
      this.context,
    );
    this.span.end();
  }
}
