import type { ModelMessage } from "../model.ts";

/** A reply of a `ScriptedServer`, with how it is sent. */
export interface ScriptedReplyOptions {
  /** The reply's text; the error's message when `status` tells of an error. */
  content: string;
  /**
   * Reasoning that is sent before the text.
   *
   * @default {""}
   */
  reasoning?: string;
  /**
   * Why the reply ends, as it is sent.
   *
   * @default {"stop"}
   */
  finishReason?: string;
  /**
   * HTTP status. From 400 on, an error is sent.
   *
   * @default {200}
   */
  status?: number;
  /**
   * Headers of the answer, beside or instead of the usual ones.
   *
   * @default {{}}
   */
  headers?: Record<string, string>;
  /**
   * Characters of each piece of a streamed reply.
   *
   * @default {8}
   */
  chunkSize?: number;
  /**
   * Whether token usage is reported to those who ask for it.
   *
   * @default {true}
   */
  usage?: boolean;
  /**
   * Characters after which a streamed reply breaks off and its connection is dropped, or stalls if
   * `stall` says so.
   *
   * @default {undefined}
   */
  breakAfter?: number;
  /**
   * Whether a streamed reply stalls when all its text is sent: nothing more comes, and no end.
   *
   * @default {false}
   */
  stall?: boolean;
  /**
   * Which requests the reply answers: those whose last message contains the text or matches the
   * pattern, or for which the function returns true.
   *
   * @default {() => true}
   */
  when?: string | RegExp | ((request: ScriptedRequest) => boolean);
}

/** A reply of a `ScriptedServer`: its text, or the text and how it is sent. */
export type ScriptedReply = string | ScriptedReplyOptions;

/** A request that a `ScriptedServer` received. */
export interface ScriptedRequest {
  /** The conversation that was sent. */
  messages: ModelMessage[];
  /** The whole body. */
  body: Record<string, unknown>;
  /** Whether a bearer token came with it. */
  authorized: boolean;
  /** Aborted when the client lets go of a streamed reply before its end. */
  signal: AbortSignal;
}
