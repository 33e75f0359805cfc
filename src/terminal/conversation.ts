/**
 * Questions from a terminal, one after another, with the state kept in between.
 *
 * @module
 */

/**
 * The lines of a byte stream, without their ends.
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

/** What a conversation works with. */
export interface ConversationOptions {
  /** The lines that are typed. */
  readonly lines: AsyncIterable<string>;
  /** Shows that a question can be typed. */
  readonly invite: () => void;
  /** Answers a question. Its errors are its own affair. */
  readonly answer: (question: string) => Promise<void>;
}

/**
 * Answers questions until there are no more, or one of them is `exit` or `quit`.
 *
 * @param options Lines, and who answers.
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
