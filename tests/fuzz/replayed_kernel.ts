/** A kernel in memory that replays the answers of a real one, with mutations. */

import { FrameReader } from "../../src/rpc/wire/frame.ts";
import type { KernelExit } from "../../src/host/kernel_exit.ts";
import type { KernelProcessHandle } from "../../src/host/process/kernel_process.ts";
import { type LinkedEnd, linkedPair } from "../rpc/_linked_pair.ts";
import { type Message, mutateMessage, toBytes, toMessage } from "./frames.ts";
import type { Random } from "./random.ts";

/** The messages that a kernel sent at its start, and until it had answered each method, in order. */
export type Script = ReadonlyMap<string, readonly (readonly Message[])[]>;

/** The key of the messages of the start. */
export const START = "start";

/** Options of {@linkcode ReplayedKernel}. */
export interface ReplayOptions {
  /** The messages to replay. */
  readonly script: Script;
  /** Selects the mutations. */
  readonly random: Random;
  /** One message in this many is mutated. */
  readonly rarity: number;
}

/** The handle of a kernel process that does not exist. */
export class ReplayedKernel implements KernelProcessHandle {
  readonly channel: LinkedEnd["channel"];
  /** The bytes sent. */
  readonly said: Uint8Array[] = [];
  readonly #options: ReplayOptions;
  readonly #end: LinkedEnd;
  readonly #all: readonly Message[];
  readonly #ended = Promise.withResolvers<KernelExit>();

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#all = [...options.script.values()].flat(2);
    const [host, kernel] = linkedPair();
    this.channel = host.channel;
    this.#end = kernel;
    void this.#serve();
  }

  use<T>(action: () => Promise<T>): Promise<T> {
    return action();
  }

  /** Ends on any signal. */
  signal(name: Deno.Signal): void {
    this.end(name);
  }

  end(reason: string): void {
    this.#end.channel.close();
    this.#ended.resolve({ exitCode: 0, signal: null, stderr: "", reason });
  }

  exit(): Promise<KernelExit> {
    return this.#ended.promise;
  }

  missing(): undefined {}

  async #serve(): Promise<void> {
    this.#say(START);
    const reader = new FrameReader(this.#end.channel.source);
    for (let frame = await reader.read(); frame !== null; frame = await reader.read()) {
      const { json } = toMessage(frame);
      if (json.method === "interrupt") return this.end("it was interrupted");
      if (typeof json.method === "string" && json.id !== undefined) {
        this.#say(json.method, Number(json.id));
      }
    }
    this.end("nobody speaks to it");
  }

  #say(method: string, id?: number): void {
    const { script, random, rarity } = this.#options;
    const said = script.get(method);
    if (said === undefined) return this.end(`it does not know ${method}`);
    const messages = random.of(said).map((message) => withId(message, id));
    if (random.oneIn(4 * rarity)) messages.push(random.of(messages));
    if (random.oneIn(4 * rarity)) messages.push(messages.shift()!);
    for (const message of messages) {
      const isOdd = random.oneIn(rarity);
      const bytes = isOdd ? mutateMessage(random, message, this.#all) : toBytes(message);
      this.said.push(bytes);
      try {
        this.#end.out.write(bytes);
      } catch {
        // The host has ended the kernel.
        return;
      }
    }
  }
}

/** Gives an answer the id of its request. */
function withId({ json, attachments }: Message, id: number | undefined): Message {
  const isAnswer = json.method === undefined && id !== undefined;
  return { json: isAnswer ? { ...json, id } : json, attachments };
}
