/** Frames of real sessions, and their mutations. */

import type { ByteChannel } from "../../src/rpc/wire/channel.ts";
import { DEFAULT_MAX_FRAME_BYTES, type Frame, FrameReader } from "../../src/rpc/wire/frame.ts";
import { frameBytes, Pipe } from "../rpc/_linked_pair.ts";
import { type Json, mutateJson, writeJson } from "./json_mutation.ts";
import type { Random } from "./random.ts";

/** A message with its attachments. */
export interface Message {
  /** The JSON body. */
  readonly json: { [key: string]: Json };
  /** Its attachments. */
  readonly attachments: readonly Uint8Array[];
}

/** Converts a frame to a message. */
export function toMessage({ text, attachments }: Frame): Message {
  return { json: JSON.parse(text), attachments };
}

/** Returns the bytes of a message. */
export function toBytes({ json, attachments }: Message): Uint8Array {
  return frameBytes(writeJson(json), attachments);
}

/** A message that went over a channel. */
export interface Recorded {
  /** Whether the host sent it. */
  readonly fromHost: boolean;
  /** The message. */
  readonly message: Message;
}

/**
 * Records the messages that go over a channel.
 *
 * @param channel The host's side of the channel.
 * @param onMessage Receives each message.
 */
export function recordChannel(
  channel: ByteChannel,
  onMessage: (recorded: Recorded) => void,
): ByteChannel {
  const tap = (fromHost: boolean) => {
    const pipe = new Pipe();
    const reader = new FrameReader(pipe.source(), DEFAULT_MAX_FRAME_BYTES);
    void (async () => {
      for (let frame = await reader.read(); frame !== null; frame = await reader.read()) {
        onMessage({ fromHost, message: toMessage(frame) });
      }
    })();
    return pipe;
  };
  const [sent, received] = [tap(true), tap(false)];
  return {
    source: {
      async read(view) {
        const bytes = await channel.source.read(view);
        if (bytes === null) received.end();
        else received.write(bytes);
        return bytes;
      },
    },
    sink: {
      write(bytes) {
        sent.write(bytes);
        return channel.sink.write(bytes);
      },
    },
    close() {
      sent.end();
      received.end();
      return channel.close();
    },
  };
}

/** Returns the bytes to send in place of a message: its own, those of a changed message, or bytes that are no frame. */
export function mutateMessage(
  random: Random,
  message: Message,
  others: readonly Message[],
): Uint8Array {
  const { json, attachments } = message;
  switch (random.below(12)) {
    case 0:
      return mutateBytes(random, toBytes(message));
    case 1:
      return toBytes({ json, attachments: otherAttachments(random, attachments) });
    case 2:
      return frameBytes(random.of(["", "null", "[]", "{}", "5", "{", '"x"', `{"id":1e999}`]));
    default: {
      const parts = others.map((other) => other.json);
      let changed: Json = json;
      for (let i = random.below(3); i >= 0; i--) changed = mutateJson(random, changed, parts);
      return frameBytes(writeJson(changed), attachments);
    }
  }
}

function otherAttachments(random: Random, attachments: readonly Uint8Array[]): Uint8Array[] {
  switch (random.below(4)) {
    case 0:
      return [];
    case 1:
      return [...attachments, new Uint8Array(random.below(100))];
    case 2:
      return attachments.map((bytes) => bytes.slice(0, random.below(bytes.length + 1)));
    default:
      return attachments.map((bytes) => flipped(random, bytes));
  }
}

/** Headers that contradict the body. */
const HEADERS = [
  "Content-Length: 5\r\n\r\n{}",
  "Content-Length: -1\r\n\r\n",
  "Content-Length: 99999999999999\r\n\r\n",
  "Content-Length: 2\r\nAttachment-Lengths: 999999999999\r\n\r\n{}",
  "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
  "Attachment-Lengths: 1\r\n\r\n",
  "\r\n\r\n",
  "GET / HTTP/1.1\r\n\r\n",
  "\u0000".repeat(70_000),
];

function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length);
  switch (random.below(5)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return new Uint8Array([...bytes.slice(0, at), ...bytes.slice(at + 1 + random.below(8))]);
    case 2:
      return new Uint8Array([...bytes, ...bytes]);
    case 3:
      return new TextEncoder().encode(random.of(HEADERS));
    default:
      return flipped(random, bytes);
  }
}

function flipped(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) copy[random.below(copy.length)]! ^= 1 << random.below(8);
  return copy;
}
