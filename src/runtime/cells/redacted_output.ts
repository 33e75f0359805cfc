/**
 * The output of a cell without secrets, also where a secret comes in several pieces.
 *
 * @module
 */

import type { Secrets } from "../../inject/secrets.ts";
import type { OutputStream } from "../../rpc/protocol.ts";
import type { CellResult, OutputChunk } from "./cell_result.ts";
import type { ExecuteOptions } from "./execute_options.ts";

/** Passes output on, and holds back an end that may be the beginning of a secret. */
class RedactedOutput {
  readonly #secrets: Secrets;
  readonly #next: (chunk: OutputChunk) => void;
  readonly #held = new Map<OutputStream, string>();

  /**
   * @param secrets The secrets.
   * @param next Receives the output.
   */
  constructor(secrets: Secrets, next: (chunk: OutputChunk) => void) {
    this.#secrets = secrets;
    this.#next = next;
  }

  /** Receives a piece. */
  write({ stream, text }: OutputChunk): void {
    const whole = this.#secrets.redact((this.#held.get(stream) ?? "") + text);
    const open = this.#secrets.openEnd(whole);
    this.#held.set(stream, whole.slice(whole.length - open));
    const ready = whole.slice(0, whole.length - open);
    if (ready !== "") this.#next({ stream, text: ready });
  }

  /** Passes on the rest. */
  end(): void {
    for (const [stream, text] of this.#held) if (text !== "") this.#next({ stream, text });
    this.#held.clear();
  }
}

/**
 * Executes a cell, and takes secrets out of all that it shows.
 *
 * @param secrets The secrets.
 * @param cell The options of the cell, and the function that executes it.
 */
export async function withoutSecrets<O extends ExecuteOptions>(
  secrets: Secrets,
  { options, execute }: {
    readonly options: O;
    readonly execute: (options: O) => Promise<CellResult>;
  },
): Promise<CellResult> {
  const { onOutput, onDisplay } = options;
  const output = onOutput && new RedactedOutput(secrets, onOutput);
  const result = await execute({
    ...options,
    onOutput: output && ((chunk) => output.write(chunk)),
    onDisplay: onDisplay && ((bundle) => onDisplay(secrets.redact(bundle))),
  });
  output?.end();
  return secrets.redact(result);
}
