/**
 * A PostgreSQL server whose connections are lost at bad moments.
 *
 * @module
 */

/** A moment at which a connection is lost. */
export type Moment = "ready" | "command" | "end";

/** A server in front of a server. */
export interface FaultyPostgres extends AsyncDisposable {
  /** Its address. */
  readonly url: string;
  /** Loses all connections that there are, and those from now on that come to a moment; `undefined` for none of them. */
  lose(moment: Moment | undefined): Promise<void>;
  /** Number of connections that were lost. */
  readonly lost: number;
}

/** The message with which a server ends a connection: FATAL, 57P01. */
const FATAL = fatalMessage();

/** The types of messages of clients: a command, and the end of the connection. */
const COMMANDS: readonly number[] = [..."QP"].map((type) => type.charCodeAt(0));
const END = "X".charCodeAt(0);

/** The message after which a client may send its first command. */
const READY = "Z".charCodeAt(0);

/**
 * Starts a server that passes everything on to another one.
 *
 * @param url The address of the other one.
 */
export function startFaultyPostgres(url: string): FaultyPostgres {
  const { hostname, port } = new URL(url);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Promise<void>>();
  const losers = new Set<() => Promise<void>>();
  let moment: Moment | undefined;
  let lost = 0;

  async function connect(near: Deno.Conn): Promise<void> {
    const far = await Deno.connect({ hostname, port: Number(port) });
    /** Tells the client that the server ends, in one piece with what it has said before. */
    const lose = async (last: Uint8Array = new Uint8Array()) => {
      losers.delete(lose);
      lost++;
      await near.write(new Uint8Array([...last, ...FATAL]));
      near.close();
      far.close();
    };
    losers.add(lose);
    const questions = async () => {
      for await (const chunk of chunksOf(near)) {
        if (moment === "command" && COMMANDS.includes(chunk[0]!)) return await lose();
        if (moment === "end" && chunk[0] === END) return await lose();
        await far.write(chunk);
      }
      far.close();
    };
    const answers = async () => {
      for await (const chunk of chunksOf(far)) {
        if (moment === "ready" && isReady(chunk)) return await lose(chunk);
        await near.write(chunk);
      }
      near.close();
    };
    await Promise.allSettled([questions(), answers()]);
    losers.delete(lose);
  }

  const serving = (async () => {
    for await (const client of listener) {
      const connected = connect(client).catch(() => {}).finally(() => open.delete(connected));
      open.add(connected);
    }
  })();

  const address = new URL(url);
  address.port = `${listener.addr.port}`;
  return {
    url: address.href,
    lose: async (next) => {
      moment = next;
      // Some of them are closed at the same time.
      await Promise.allSettled([...losers].map((lose) => lose()));
    },
    get lost() {
      return lost;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      await Promise.all(open);
    },
  };
}

async function* chunksOf(connection: Deno.Conn): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(65_536);
  for (let size; (size = await connection.read(buffer)) !== null;) yield buffer.slice(0, size);
}

/** Whether a chunk ends with the message ReadyForQuery. */
function isReady(chunk: Uint8Array): boolean {
  return chunk.at(-6) === READY;
}

function fatalMessage(): Uint8Array {
  const fields = ["SFATAL", "VFATAL", "C57P01", "Mterminating connection", ""].join("\0");
  const text = new TextEncoder().encode(`${fields}\0`);
  const message = new Uint8Array(5 + text.length);
  message[0] = "E".charCodeAt(0);
  new DataView(message.buffer).setUint32(1, 4 + text.length);
  message.set(text, 5);
  return message;
}
