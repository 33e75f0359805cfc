/** Fuzzing of a kernel in a real process: hosts that send malformed messages. */

import { FrameReader } from "../../src/rpc/wire/frame.ts";
import { KernelLauncher } from "../../src/host/launch/kernel_launcher.ts";
import type { KernelProcess } from "../../src/host/process/kernel_process.ts";
import { frameBytes } from "../rpc/_linked_pair.ts";
import { assertSettles } from "./canary.ts";
import { type Json, writeJson } from "./json_mutation.ts";
import { type Message, mutateMessage, toMessage } from "./frames.ts";
import { Random } from "./random.ts";

/** Small, so that a message that claims to be large costs nothing. */
const LAUNCHER = new KernelLauncher({ maxFrameBytes: 2 ** 20, processMemoryBytes: 512 * 2 ** 20 });

/** The first id of the questions that check for an answer; no message has an id as high. */
const FIRST_ID = 2 ** 40;

/** More bytes than the largest frame and the largest header for which a kernel waits. */
const PADDING = new Uint8Array(3 * 2 ** 20);

/** Sends mutated messages to kernels, one after another. */
export class KernelFuzz implements AsyncDisposable {
  readonly #random: Random;
  readonly #messages: readonly Message[];
  #process: KernelProcess | undefined;
  #exited: Promise<"ended"> = Promise.resolve("ended");
  #answers = new Map<number, () => void>();
  /** The messages sent to the present kernel. */
  #told: string[] = [];
  #nextId = FIRST_ID;
  /** The number of kernels that have ended. */
  ended = 0;

  /**
   * @param messages Messages of a real host.
   * @param seed Selects the mutations.
   */
  constructor(messages: readonly Message[], seed: number) {
    this.#messages = messages;
    this.#random = new Random(seed);
  }

  /**
   * Sends something, and waits until the kernel answers a question after it, or ends.
   *
   * @throws {Error} If the kernel does neither.
   */
  async step(): Promise<void> {
    const process = this.#process ??= this.#start();
    const message = this.#random.of(this.#messages);
    const bytes = mutateMessage(this.#random, message, this.#messages);
    const id = this.#nextId++;
    const answered = new Promise<"answered">((resolve) =>
      this.#answers.set(id, () => resolve("answered"))
    );
    const question: Json = { jsonrpc: "2.0", id, method: "references", params: null };
    this.#told.push(new TextDecoder().decode(bytes).slice(0, 2_000));
    try {
      // A kernel that has received part of a frame waits for the rest.
      const padding = isWhole(bytes) ? new Uint8Array() : PADDING;
      for (const part of [bytes, padding, frameBytes(writeJson(question))]) {
        await assertSettles(write(process, part), "the kernel reads nothing");
      }
      const outcome = await assertSettles(
        Promise.race([answered, this.#exited]),
        "the kernel neither answers nor ends",
      );
      if (outcome === "ended") this.#forget();
    } catch (cause) {
      throw new Error(`${cause}\nIt was told:\n${this.#told.join("\n")}`, { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.end("it is not needed any more");
    await this.#exited;
  }

  #start(): KernelProcess {
    const process = LAUNCHER.spawn();
    this.#exited = this.#listen(process);
    return process;
  }

  #forget(): void {
    this.ended++;
    this.#process = undefined;
    this.#answers.clear();
    this.#told = [];
  }

  async #listen(process: KernelProcess): Promise<"ended"> {
    const reader = new FrameReader(process.channel.source);
    const answers = this.#answers;
    try {
      for (let frame = await reader.read(); frame !== null; frame = await reader.read()) {
        const { id, method } = toMessage(frame).json;
        if (method === undefined) answers.get(Number(id))?.();
      }
    } catch {
      // The kernel ended during the write.
    }
    await process.channel.close();
    await process.exit();
    return "ended";
  }
}

/** Returns whether bytes are a complete frame, according to the header. */
function isWhole(bytes: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(bytes);
  const header = /^Content-Length: (\d+)\r\n(?:Attachment-Lengths: ([\d,]+)\r\n)?\r\n/.exec(text);
  if (header === null) return false;
  const lengths = [header[1]!, ...(header[2] ?? "").split(",").filter(Boolean)].map(Number);
  return bytes.length >= header[0].length + lengths.reduce((sum, length) => sum + length, 0);
}

async function write(process: KernelProcess, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) return;
  try {
    await process.channel.sink.write(bytes as Uint8Array<ArrayBuffer>);
  } catch {
    // The kernel has ended.
  }
}
