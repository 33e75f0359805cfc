/**
 * Conversations with a real model, recorded once and replayed by tests.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { Model, ModelChunk, ModelMessage, ModelStreamOptions } from "../model/model.ts";
import { ModelError, type ModelErrorKind } from "../model/model_error.ts";
import { headOf } from "../text/truncate.ts";

/** The version of the format of recordings. */
const VERSION = 1;

/** Maximum size of a recording in characters. */
const MAX_RECORDING_CHARS = 64 * 1024 * 1024;

/** A recorded request with its reply. */
export interface RecordedReply {
  /** The key by which requests are matched. */
  readonly key: string;
  /** The chunks of the reply. */
  readonly chunks: readonly ModelChunk[];
  /** The failure, if the reply ended with one. */
  readonly error?: {
    readonly message: string;
    readonly kind: ModelErrorKind;
    readonly status?: number;
  };
  /** Whether the reader left the reply before its end. */
  readonly left?: boolean;
}

/** Options of {@linkcode recordedModel}. */
export interface RecordedModelOptions {
  /** Creates the real model, when there is something to record. */
  readonly model: () => Model;
  /**
   * Whether to `record` anew, to `replay`, or to record only if there is no file.
   *
   * @default "auto"
   */
  readonly mode?: "auto" | "record" | "replay" | undefined;
  /**
   * Returns the key of a request. By default it has the messages without those of the system, which name the date, and the names
   * of the tools. @default messages and tools
   */
  readonly key?:
    | ((messages: readonly ModelMessage[], options: ModelStreamOptions) => string)
    | undefined;
}

const RECORDED_MODEL_OPTIONS: OptionNames<RecordedModelOptions> = {
  model: true,
  mode: true,
  key: true,
};

/** A model that records or replays; disposing of it writes the file. */
export interface RecordedModel extends Model, AsyncDisposable {
  /** Whether replies come from the file. */
  readonly replays: boolean;
}

/**
 * Returns a model that asks a real one and records its replies, or replays them from the file, without network and key. Equal
 * requests get their replies in the order in which they were recorded. The file has messages and replies, and no keys: look
 * through it before committing it.
 *
 * @param path The JSON file.
 * @param options The real model.
 * @returns The model. Dispose of it, so that a recording is written.
 * @throws {TypeError} If an option has an unknown name, or the file is not a recording.
 *
 * @example Record, then replay
 * ```ts
 * import { recordedModel, ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({ replies: ["Hello"] });
 * const path = await Deno.makeTempFile();
 * await Deno.remove(path);
 * const messages = [{ role: "user" as const, content: "Hi" }];
 * for (const replays of [false, true]) {
 *   await using model = await recordedModel(path, { model: () => server.model() });
 *   const [chunk] = await Array.fromAsync(model.stream(messages));
 *   assertEquals([model.replays, chunk], [replays, { type: "text", text: "Hello" }]);
 * }
 * assertEquals(server.requests.length, 1);
 * await Deno.remove(path);
 * ```
 */
export async function recordedModel(
  path: string,
  options: RecordedModelOptions,
): Promise<RecordedModel> {
  const task = "record a model";
  checkOptions(options, { names: RECORDED_MODEL_OPTIONS, task });
  const { mode = "auto", key = keyOf } = options;
  if (!["auto", "record", "replay"].includes(mode)) {
    throw new TypeError(
      `Cannot ${task}: mode is "auto", "record" or "replay", current value is ${
        JSON.stringify(mode)
      }`,
    );
  }
  const text = mode === "record" ? undefined : await readIfThere(path);
  if (text === undefined && mode === "replay") {
    throw new TypeError(`Cannot replay ${path}: there is no such file; record it first`);
  }
  if (text !== undefined) return replaying(readRecording(text, path), { path, key });
  return recording(options.model(), { path, key });
}

/**
 * Reads the replies of a recording, for a script or a statistic.
 *
 * @param text The text of the file.
 * @param path The path, for errors.
 * @throws {TypeError} If it is not a recording.
 *
 * @example An empty recording
 * ```ts
 * import { readRecording } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readRecording('{"version":1,"replies":[]}', "talk.json"), []);
 * ```
 */
export function readRecording(text: string, path: string): RecordedReply[] {
  let value: unknown;
  try {
    if (text.length > MAX_RECORDING_CHARS) throw new RangeError("it is too long");
    value = JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`Cannot replay ${path}: ${(cause as Error).message}`, { cause });
  }
  const { version, replies } = Object(value) as { version?: unknown; replies?: unknown };
  if (version !== VERSION || !Array.isArray(replies)) {
    throw new TypeError(
      `Cannot replay ${path}: its version is ${
        JSON.stringify(version)
      } and not ${VERSION}, or it has no replies`,
    );
  }
  for (const [i, reply] of replies.entries()) {
    const { key, chunks } = Object(reply) as Record<string, unknown>;
    const isReply = typeof key === "string" && Array.isArray(chunks) &&
      chunks.every((chunk) => typeof Object(chunk).type === "string");
    if (!isReply) throw new TypeError(`Cannot replay ${path}: replies[${i}] has no key or chunks`);
  }
  return replies;
}

type Key = NonNullable<RecordedModelOptions["key"]>;

function recording(
  real: Model,
  { path, key }: { readonly path: string; readonly key: Key },
): RecordedModel {
  // In the order of the requests: replies can end in another one.
  const replies: RecordedReply[] = [];
  return {
    name: real.name,
    provider: real.provider,
    replays: false,
    async *stream(messages, options = {}) {
      const index = replies.push({ key: key(messages, options), chunks: [], left: true }) - 1;
      const chunks: ModelChunk[] = [];
      const keep = (rest: Partial<RecordedReply>) =>
        replies[index] = { key: replies[index]!.key, chunks, ...rest };
      keep({ left: true });
      try {
        for await (const chunk of real.stream(messages, options)) {
          chunks.push(chunk);
          yield chunk;
        }
        keep({});
      } catch (error) {
        if (error instanceof ModelError) {
          const { message, kind, status } = error;
          keep({ error: { message, kind, ...(status === undefined ? {} : { status }) } });
        }
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      const text = `${JSON.stringify({ version: VERSION, replies }, null, 1)}\n`;
      const part = `${path}.${crypto.randomUUID()}.part`;
      // A test that is killed meanwhile leaves no half of a recording.
      await Deno.writeTextFile(part, text);
      await Deno.rename(part, path);
    },
  };
}

function replaying(
  replies: readonly RecordedReply[],
  { path, key }: { readonly path: string; readonly key: Key },
): RecordedModel {
  const left = [...replies];
  return {
    name: "recorded",
    provider: "recorded",
    replays: true,
    async *stream(messages, options = {}) {
      options.signal?.throwIfAborted();
      const wanted = key(messages, options);
      const index = left.findIndex((reply) => reply.key === wanted);
      if (index === -1) throw new ModelError(missing(wanted, { path, left }));
      const [reply] = left.splice(index, 1) as [RecordedReply];
      for (const chunk of reply.chunks) {
        yield chunk;
        // Like a real one, a reply arrives in pieces.
        await Promise.resolve();
        options.signal?.throwIfAborted();
      }
      if (reply.error !== undefined) {
        const { message, ...rest } = reply.error;
        throw new ModelError(message, rest);
      }
      if (reply.left) {
        throw new ModelError(
          `Cannot replay ${path}: the recording of this reply ends here, because its reader left it; record it anew`,
          { kind: "incomplete" },
        );
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Names the first difference to the next reply of the recording: without it, nobody finds the reason. */
function missing(
  wanted: string,
  { path, left }: { readonly path: string; readonly left: readonly RecordedReply[] },
): string {
  const [next] = left;
  const start = `Cannot replay ${path}: it has no reply to this request`;
  if (next === undefined) return `${start}, and no others are left; record it anew`;
  let at = 0;
  while (at < wanted.length && wanted[at] === next.key[at]) at++;
  const near = (text: string) => JSON.stringify(headOf(text.slice(Math.max(0, at - 40)), 100));
  return `${start}; the next recorded one has ${near(next.key)} where this one has ${
    near(wanted)
  }; record it anew`;
}

function keyOf(messages: readonly ModelMessage[], { tools = [] }: ModelStreamOptions): string {
  const said = messages.filter(({ role }) => role !== "system");
  const names = tools.map(({ name }) => name);
  return JSON.stringify([...said, ...(names.length === 0 ? [] : [{ tools: names }])], plain);
}

function plain(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? value.toBase64() : value;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
