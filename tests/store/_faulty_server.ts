/**
 * A database server whose connections are lost at bad moments.
 *
 * @module
 */

/** A moment at which connections are lost: after the answer that makes one ready, at a command, at the end; or never an answer. */
export type Moment = "ready" | "command" | "end" | "silent";

/** The moments. */
export const MOMENTS: readonly Moment[] = ["ready", "command", "end", "silent"];

/** The messages of a protocol, as far as they tell moments apart. */
export interface Protocol {
  /** Whether a chunk of the server ends with the answer after which a client may send its first command. */
  readonly isReady: (chunk: Uint8Array) => boolean;
  /** Whether a chunk of the client begins with a command. */
  readonly isCommand: (chunk: Uint8Array) => boolean;
  /** Whether a chunk of the client says that it leaves. */
  readonly isEnd: (chunk: Uint8Array) => boolean;
  /** The message with which a server ends a connection. */
  readonly farewell: Uint8Array;
}

/** A server in front of a server. */
export interface FaultyServer extends AsyncDisposable {
  /** Its address. */
  readonly url: string;
  /** Loses all connections that there are, and those from now on that come to a moment; `undefined` for none of them. */
  lose(moment: Moment | undefined): Promise<void>;
  /** Number of connections that were lost. */
  readonly lost: number;
}

/** The protocol of PostgreSQL: ReadyForQuery; Query and Parse; Terminate; and an error, FATAL and 57P01. */
export const POSTGRES: Protocol = {
  isReady: (chunk) => chunk.at(-6) === "Z".charCodeAt(0),
  isCommand: (chunk) => [..."QP"].some((type) => chunk[0] === type.charCodeAt(0)),
  isEnd: (chunk) => chunk[0] === "X".charCodeAt(0),
  farewell: fatalMessage(),
};

/** The protocol of Redis: the answer to INFO, with which clients check that it is ready; commands are lists. */
export const REDIS: Protocol = {
  isReady: (chunk) => textOf(chunk).includes("redis_version"),
  isCommand: (chunk) =>
    chunk[0] === "*".charCodeAt(0) && !/\b(?:info|client)\b/i.test(textOf(chunk)),
  isEnd: (chunk) => /\bquit\b/i.test(textOf(chunk)),
  farewell: new Uint8Array(),
};

/**
 * Starts a server that passes everything on to another one.
 *
 * @param url The address of the other one.
 * @param protocol Its protocol.
 */
export function startFaultyServer(url: string, protocol: Protocol): FaultyServer {
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
      await near.write(new Uint8Array([...last, ...protocol.farewell]));
      near.close();
      far.close();
    };
    losers.add(lose);
    const questions = async () => {
      for await (const chunk of chunksOf(near)) {
        if (moment === "command" && protocol.isCommand(chunk)) return await lose();
        if (moment === "end" && protocol.isEnd(chunk)) return await lose();
        if (moment !== "silent") await far.write(chunk);
      }
      far.close();
    };
    const answers = async () => {
      for await (const chunk of chunksOf(far)) {
        if (moment === "ready" && protocol.isReady(chunk)) return await lose(chunk);
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

  const loseAll = async () => {
    // Some of them are closed at the same time.
    await Promise.allSettled([...losers].map((lose) => lose()));
  };
  const address = new URL(url);
  address.port = `${listener.addr.port}`;
  return {
    url: address.href,
    lose: async (next) => {
      moment = next;
      // Those of a server that is silent are there, and stay.
      if (next !== "silent") await loseAll();
    },
    get lost() {
      return lost;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      await loseAll();
      await Promise.all(open);
    },
  };
}

async function* chunksOf(connection: Deno.Conn): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(65_536);
  for (let size; (size = await connection.read(buffer)) !== null;) yield buffer.slice(0, size);
}

function textOf(chunk: Uint8Array): string {
  return new TextDecoder().decode(chunk);
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
