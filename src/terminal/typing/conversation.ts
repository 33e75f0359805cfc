/**
 * A conversation at a terminal: one question after another, with the state kept in between.
 *
 * @module
 */

/**
 * Yields the lines of a byte stream, without their ends.
 *
 * @param stream The stream, as `Deno.stdin.readable`.
 */
export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield line.replace(/\r$/, "");
  }
  if (rest !== "") yield rest;
}

/** Options of {@linkcode converse}. */
export interface ConversationOptions {
  /** The typed lines. */
  readonly lines: AsyncIterable<string>;
  /** Prompts for a question. */
  readonly invite: () => void;
  /** Answers a question. Handles its own errors. */
  readonly answer: (question: string) => Promise<void>;
}

/**
 * Answers questions until the input ends, or one of them is `exit` or `quit`.
 *
 * @param options The lines, and the function that answers.
 */
export async function converse({ lines, invite, answer }: ConversationOptions): Promise<void> {
  invite();
  for await (const line of lines) {
    const question = line.trim();
    if (question === "exit" || question === "quit") break;
    if (question !== "") await answer(question);
    invite();
  }
}
