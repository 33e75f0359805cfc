/**
 * The floor of everything that crosses the boundary: a subprocess behind two pipes that exchanges bytes.
 *
 * @module
 */

/** The subprocess: reads a length and that many bytes, and answers with as many bytes as requested. */
const ECHO = `
const head = new Uint8Array(8);
const view = new DataView(head.buffer);
async function read(into) {
  let at = 0;
  while (at < into.length) {
    const rest = into.subarray(at);
    const n = rest.length > 65536 ? Deno.stdin.readSync(rest) : await Deno.stdin.read(rest);
    if (n === null) return false;
    at += n;
  }
  return true;
}
function write(from) {
  let at = 0;
  while (at < from.length) at += Deno.stdout.writeSync(from.subarray(at));
}
while (await read(head)) {
  const answer = view.getUint32(4);
  await read(new Uint8Array(view.getUint32(0)));
  write(new Uint8Array(answer));
}`;

/** A subprocess that receives and sends bytes. */
export class Pipe implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamBYOBReader;

  /** Starts the subprocess. */
  constructor() {
    const url = `data:application/javascript,${encodeURIComponent(ECHO)}`;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-config", "--no-lock", url],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.getReader({ mode: "byob" });
  }

  /** Sends `sent` bytes and waits for `received` bytes. */
  async exchange({ sent, received }: { sent: number; received: number }): Promise<void> {
    const head = new Uint8Array(8);
    const view = new DataView(head.buffer);
    view.setUint32(0, sent);
    view.setUint32(4, received);
    const writing = this.#writer.write(head);
    const body = sent > 0 ? this.#writer.write(new Uint8Array(sent)) : undefined;
    let target = new Uint8Array(received);
    for (let at = 0; at < received;) {
      const { value } = await this.#reader.read(target.subarray(at));
      at += value!.byteLength;
      target = new Uint8Array(value!.buffer);
    }
    await writing;
    await body;
  }

  /** Ends the subprocess. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#reader.cancel();
    await this.#child.status;
  }
}
