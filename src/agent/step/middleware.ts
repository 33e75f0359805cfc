/**
 * Code of a host around the parts of a run: it can observe, change and replace them.
 *
 * @module
 */

import type { Model, ModelChunk, ModelMessage, ModelStreamOptions } from "../../model/model.ts";
import type { CellResult } from "../../runtime/cells/cell_result.ts";
import type { AgentEvent, RunResult } from "../record/event.ts";
import type { Message } from "../record/message.ts";
import type { CallModel } from "../reply/reply.ts";

/** A run that begins. */
export interface RunRequest {
  /** The identifier. */
  readonly id: string;
  /** The run whose cell has started this one. @default none */
  readonly parent?: string | undefined;
  /** The question. */
  readonly query: string;
  /** Aborts when the run is stopped. */
  readonly signal: AbortSignal;
  /** Adds a listener for the events of the run. */
  readonly listen: (listener: (event: AgentEvent) => void) => void;
}

/** A request to the model. */
export interface ModelRequest {
  /** The name of the model and that of its provider, as far as they are known. */
  readonly model?: Pick<Model, "name" | "provider">;
  /** The messages. */
  readonly messages: readonly ModelMessage[];
  /** Signal, parameters, tools. */
  readonly options: ModelStreamOptions;
}

/** A call of the host by a cell. */
export interface HostCallRequest {
  /** The identifier of the run. */
  readonly run: string;
  /** The name of the function or member. */
  readonly name: string;
  /** The arguments; empty for the use of an object. */
  readonly args: readonly unknown[];
  /** Takes secrets out of plain data that the middleware shows or stores. */
  readonly redact?: (<T>(value: T) => T) | undefined;
}

/** Code around the parts of a run. The first middleware of a list is the outermost. */
export interface AgentMiddleware {
  /** A name, for errors. @default its position */
  readonly name?: string;
  /** Around each run, from its turn to its result. */
  readonly run?: (
    request: RunRequest,
    next: () => Promise<RunResult>,
  ) => Promise<RunResult>;
  /** Around each model call, be it for a reply or for a summary. */
  readonly modelCall?: (
    request: ModelRequest,
    next: (request: ModelRequest) => AsyncIterable<ModelChunk>,
  ) => AsyncIterable<ModelChunk>;
  /** Around each cell. */
  readonly cell?: (
    code: string,
    next: (code: string) => Promise<CellResult>,
  ) => Promise<CellResult>;
  /** Around each call of a host function or an object, after its approval. */
  readonly hostCall?: (
    call: HostCallRequest,
    next: (args?: readonly unknown[]) => Promise<unknown>,
  ) => Promise<unknown>;
  /** Around each compaction of the history. */
  readonly compaction?: (
    messages: readonly Message[],
    next: (messages: readonly Message[]) => Promise<readonly Message[]>,
  ) => Promise<readonly Message[]>;
}

/** Thrown when middleware throws an error of its own. The run ends as `failed`, wherever that was. */
export class MiddlewareError extends Error {
  /** Always `"MiddlewareError"`. */
  override readonly name = "MiddlewareError";
}

/** Middleware with names. */
export type NamedMiddleware = AgentMiddleware & { readonly name: string };

/** Gives names to middleware. */
export function nameMiddleware(list: readonly AgentMiddleware[]): NamedMiddleware[] {
  return list.map((middleware, i) => ({
    ...middleware,
    name: middleware.name ?? `middleware ${i + 1}`,
  }));
}

/** Tells errors of middleware from errors that pass through it. */
class Passage {
  readonly #passed = new Set<unknown>();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Notes an error of what the middleware surrounds. */
  note(error: unknown): void {
    this.#passed.add(error);
  }

  /** Returns an error as it leaves the middleware. */
  leave(error: unknown): unknown {
    if (this.#passed.has(error) || error instanceof MiddlewareError) return error;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return new MiddlewareError(`Cannot go on: ${this.#name} failed with ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Wraps an action in middleware.
 *
 * @param list The middleware.
 * @param options The action, and the part of middleware that surrounds it.
 */
export function wrapAction<I, O, N extends unknown[]>(
  list: readonly NamedMiddleware[],
  { select, base, inputOf }: {
    /** Returns the part of middleware that surrounds this kind of action. */
    readonly select: (
      middleware: NamedMiddleware,
    ) => ((input: I, next: (...args: N) => Promise<O>) => Promise<O>) | undefined;
    /** The action. */
    readonly base: (input: I) => Promise<O>;
    /** Returns the input of the next action. */
    readonly inputOf: (input: I, args: N) => I;
  },
): (input: I) => Promise<O> {
  return list.reduceRight<(input: I) => Promise<O>>((inner, middleware) => {
    const around = select(middleware);
    if (around === undefined) return inner;
    return async (input) => {
      const passage = new Passage(middleware.name);
      try {
        return await around(input, async (...args) => {
          try {
            return await inner(inputOf(input, args));
          } catch (error) {
            passage.note(error);
            throw error;
          }
        });
      } catch (error) {
        throw passage.leave(error);
      }
    };
  }, base);
}

/**
 * Does the work of a run within middleware.
 *
 * @param list The middleware.
 * @param request The run.
 * @param options The work.
 */
export function surroundRun(
  list: readonly NamedMiddleware[],
  request: RunRequest,
  { work }: { readonly work: () => Promise<RunResult> },
): Promise<RunResult> {
  return wrapAction(list, {
    select: ({ run }) => run,
    base: work,
    inputOf: (input: RunRequest, _: []) => input,
  })(request);
}

/**
 * Wraps model calls in middleware.
 *
 * @param list The middleware.
 * @param model The model.
 */
export function wrapModel(list: readonly NamedMiddleware[], model: Model): CallModel {
  const base: CallModel = (messages, options) => model.stream(messages, options);
  return list.reduceRight<CallModel>((inner, middleware) => {
    const { modelCall } = middleware;
    if (modelCall === undefined) return inner;
    return async function* (messages, options) {
      const passage = new Passage(middleware.name);
      async function* next(request: ModelRequest): AsyncGenerator<ModelChunk> {
        try {
          yield* inner(request.messages, { ...options, ...request.options });
        } catch (error) {
          passage.note(error);
          throw error;
        }
      }
      try {
        const { name, provider } = model;
        yield* modelCall({ messages, options, model: { name, provider } }, next);
      } catch (error) {
        // The reason of a stopped run is nobody's failure.
        throw options.signal?.aborted ? options.signal.reason : passage.leave(error);
      }
    };
  }, base);
}
