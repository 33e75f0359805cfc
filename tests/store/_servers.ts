/**
 * Real servers for tests, started from Debian's packages.
 *
 * @module
 */

import { hindranceOf } from "../programs.ts";

/** A server. */
export interface TestServer extends AsyncDisposable {
  /** Its address. */
  readonly url: string;
  /** Ends the server with a signal, and starts it again on the same data, at once or after a time in milliseconds. */
  readonly restart: (signal: Deno.Signal, downMs?: number) => Promise<void>;
  /** Ends the server with a signal. */
  readonly stop: (signal: Deno.Signal) => Promise<void>;
  /** Starts the server again, on the same data. */
  readonly start: () => Promise<void>;
}

/** The reasons to skip tests that need a server. */
export const HINDRANCES = {
  redis: hindranceOf("redis-server"),
  postgres: hindranceOf("pg_lsclusters", ["--help"]),
} as const;

/** Starts a Redis server that writes each command to the disk. */
export async function startRedis(): Promise<TestServer> {
  const folder = await Deno.makeTempDir({ prefix: "cave-redis-" });
  const port = freePort();
  const args = [
    ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
    ...["--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no"],
  ];
  return await serverOf({
    url: `redis://127.0.0.1:${port}`,
    folder,
    command: () => new Deno.Command("redis-server", { args, stdout: "piped", stderr: "null" }),
    isReady: /Ready to accept connections/,
  });
}

/** Starts a PostgreSQL server. It refuses to run as root, so it runs as its own user then. */
export async function startPostgres(): Promise<TestServer> {
  const folder = await Deno.makeTempDir({ prefix: "cave-postgres-" });
  const data = `${folder}/data`;
  const bin = newestBin();
  const asUser = Deno.uid() === 0 ? ["runuser", "-u", "postgres", "--"] : [];
  if (asUser.length > 0) await run(["chown", "postgres", folder]);
  const init = ["-D", data, "-A", "trust", "-U", "cave", "--no-sync", "-E", "UTF8"];
  await run([...asUser, `${bin}/initdb`, ...init]);
  const port = freePort();
  const args = [
    ...["-D", data, "-p", `${port}`, "-k", folder, "-c", "listen_addresses=127.0.0.1"],
    ...["-c", "max_connections=50"],
  ];
  const [program, ...rest] = [...asUser, `${bin}/postgres`, ...args];
  return await serverOf({
    url: `postgres://cave@127.0.0.1:${port}/postgres`,
    folder,
    command: () => new Deno.Command(program!, { args: rest, stdout: "null", stderr: "piped" }),
    isReady: /ready to accept connections/,
    pidFile: `${data}/postmaster.pid`,
  });
}

interface ServerOptions {
  readonly url: string;
  readonly folder: string;
  readonly command: () => Deno.Command;
  readonly isReady: RegExp;
  /** The file with the process, if it is the child of a program that changes the user. Its log is on stderr then. */
  readonly pidFile?: string;
}

async function serverOf(
  { url, folder, command, isReady, pidFile }: ServerOptions,
): Promise<TestServer> {
  let running = await launch();

  async function launch() {
    const child = command().spawn();
    const output = pidFile === undefined ? child.stdout : child.stderr;
    const ready = Promise.withResolvers<void>();
    const drained = (async () => {
      let text = "";
      for await (const chunk of output.pipeThrough(new TextDecoderStream())) {
        text = (text + chunk).slice(-10_000);
        if (isReady.test(text)) ready.resolve();
      }
      ready.reject(new Error(`The server has not started:\n${text}`));
    })();
    await ready.promise;
    return { child, drained };
  }

  async function stop(signal: Deno.Signal): Promise<void> {
    if (pidFile === undefined) running.child.kill(signal);
    else {
      const pid = Number((await Deno.readTextFile(pidFile)).split("\n")[0]);
      // It would wait for its clients to leave.
      Deno.kill(pid, signal === "SIGTERM" ? "SIGINT" : signal);
    }
    await running.child.status;
    await running.drained;
  }

  async function start(): Promise<void> {
    running = await launch();
  }

  return {
    url,
    stop,
    start,
    restart: async (signal, downMs = 0) => {
      await stop(signal);
      if (downMs > 0) await new Promise((resolve) => setTimeout(resolve, downMs));
      await start();
    },
    async [Symbol.asyncDispose]() {
      await stop("SIGTERM");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function run([program, ...args]: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program!, { args: [...args] }).output();
  if (!success) throw new Error(`${program} has failed: ${new TextDecoder().decode(stderr)}`);
}

/** Returns the programs of the newest version, which Debian does not put onto the path. */
function newestBin(): string {
  const folder = "/usr/lib/postgresql";
  const versions = [...Deno.readDirSync(folder)].map(({ name }) => Number(name));
  return `${folder}/${Math.max(...versions)}/bin`;
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}
