import type { ModelMessage } from "../model.ts";

/** A reply of a `ScriptedServer`, with options for how it is sent. */
export interface ScriptedReplyOptions {
  /** The text of the reply; the error's message if `status` is that of an error. */
  content: string;
  /**
   * Reasoning to send before the text.
   *
   * @default {""}
   */
  reasoning?: string;
  /**
   * Calls of tools behind the text.
   *
   * @default {[]}
   */
  toolCalls?: readonly ScriptedToolCall[];
  /**
   * The reason for the end of the reply, as it is sent.
   *
   * @default {"tool_calls" if there are calls, otherwise "stop"}
   */
  finishReason?: string;
  /**
   * HTTP status. From 400 on, the reply is an error.
   *
   * @default {200}
   */
  status?: number;
  /**
   * Headers of the answer, in addition to the default ones or in place of them.
   *
   * @default {{}}
   */
  headers?: Record<string, string>;
  /**
   * Number of characters in each piece of a streamed reply.
   *
   * @default {8}
   */
  chunkSize?: number;
  /**
   * Whether to report token usage to clients that request it.
   *
   * @default {true}
   */
  usage?: boolean;
  /**
   * Number of characters after which a streamed reply breaks off and its connection is dropped, or stalls if `stall` is
   * set.
   *
   * @default {undefined}
   */
  breakAfter?: number;
  /**
   * Whether a streamed reply stalls after all its text: nothing more is sent, and no end.
   *
   * @default {false}
   */
  stall?: boolean;
  /**
   * Selects the requests that the reply answers: those whose last message contains the text or matches the pattern, or
   * for which the function returns true.
   *
   * @default {() => true}
   */
  when?: string | RegExp | ((request: ScriptedRequest) => boolean);
  /**
   * Number of requests that the reply answers: `Infinity` for a rule that always holds.
   *
   * @default {1}
   */
  times?: number;
}

/** A call of a tool in a scripted reply. */
export interface ScriptedToolCall {
  /** The name of the tool. */
  name: string;
  /** The arguments: an object, or the text that the model wrote. */
  arguments: string | Readonly<Record<string, unknown>>;
  /**
   * The identifier.
   *
   * @default {a new one}
   */
  id?: string;
}

/** A reply of a `ScriptedServer`: its text, or its options. */
export type ScriptedReply = string | ScriptedReplyOptions;

/** A request that a `ScriptedServer` received. */
export interface ScriptedRequest {
  /** The messages that were sent. */
  messages: ModelMessage[];
  /** The whole body. */
  body: Record<string, unknown>;
  /** Whether the request had a bearer token. */
  authorized: boolean;
  /** Aborted when the client cancels a streamed reply before its end. */
  signal: AbortSignal;
}
