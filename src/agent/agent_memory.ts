/**
 * The memory of an agent between its runs: the history, and the files that the history refers to.
 *
 * @module
 */

import { Artifacts } from "./files/artifacts.ts";
import { Attachments } from "./files/attachments.ts";
import { type KeptFile, listFiles, restoreFiles } from "./files/kept_files.ts";
import { type ContextMemory, NEW_CONTEXT } from "./record/context_memory.ts";
import { checkMessages, type Message } from "./record/message.ts";
import type { RunState } from "./record/state.ts";

/** The memory of one agent. */
export class AgentMemory {
  /** Texts that were too long for an observation. */
  readonly artifacts: Artifacts = new Artifacts();
  /** Images and files of questions. */
  readonly attachments: Attachments = new Attachments();
  #messages: readonly Message[];
  #context: ContextMemory = NEW_CONTEXT;

  /** @param messages The history to continue. */
  constructor(messages: readonly Message[]) {
    this.#messages = checkMessages(messages);
  }

  /** The history. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** The memory about the window of the model. */
  get context(): ContextMemory {
    return this.#context;
  }

  /** Takes the history over from the state of a run. */
  take({ messages, context }: RunState): void {
    this.#messages = messages;
    this.#context = context;
  }

  /** Puts stored files back. */
  restoreFiles(files: readonly KeptFile[]): void {
    restoreFiles(this, files);
  }

  /** Lists the files, but for those of the known keys. */
  files(known: ReadonlySet<string>): KeptFile[] {
    return listFiles(this, known);
  }
}
