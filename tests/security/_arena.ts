/** The surroundings of an attacked kernel: a secret file, a server on loopback, and injected objects. */

import { assertEquals } from "@std/assert";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { HostCallContext } from "../../src/runtime/cells/ongoing_calls.ts";

/** A mark in the command line of processes that cells start. */
const TOKEN = "98765.4321";

/** An account of the host, with open and closed members. */
class Account {
  owner = "Ada";
  balance = 100;
  _pin = "PWNED 1234";

  deposit(amount: number): number {
    return this.balance += amount;
  }

  _reset(): string {
    this.balance = 0;
    return "PWNED";
  }

  get boom(): never {
    throw new RangeError("The account is closed");
  }
}

/** The surroundings of a series of attacks. */
export class Arena {
  readonly #folder = Deno.makeTempDirSync({ prefix: "arena-" });
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #datagrams = createSocket("udp4");
  /** The number of messages received. */
  #arrived = 0;
  readonly #account = new Account();
  readonly #before: unknown;

  constructor() {
    const quiet = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
    this.#server = Deno.serve(quiet, () => {
      this.#arrived++;
      return new Response("PWNED by a request");
    });
    this.#datagrams.on("message", () => this.#arrived++);
    this.#datagrams.bind(this.#server.addr.port, "127.0.0.1");
    Deno.writeTextFileSync(this.#secret, "PWNED by a file");
    this.#before = this.#state();
  }

  get #secret(): string {
    return `${this.#folder}/secret.txt`;
  }

  /** The injected functions. */
  readonly functions = {
    add: (a: number, b: number): number => a + b,
    echo: (value: unknown): unknown => value,
    slow(this: HostCallContext, ms: number): Promise<string> {
      const { promise, resolve } = Promise.withResolvers<string>();
      const timer = setTimeout(() => resolve("late"), ms);
      this.signal.addEventListener("abort", () => clearTimeout(timer));
      return promise;
    },
  };

  /** The injected variables. */
  get variables(): Record<string, unknown> {
    return { acct: this.#account };
  }

  /** Inserts the addresses of this arena into a cell. */
  place(code: string): string {
    const { port } = this.#server.addr;
    return code
      .replaceAll("{{SECRET}}", this.#secret)
      .replaceAll("{{DIR}}", this.#folder)
      .replaceAll("{{PORT}}", `${port}`)
      .replaceAll("{{TOKEN}}", TOKEN)
      .replaceAll("127.0.0.1:8123", `127.0.0.1:${port}`)
      .replaceAll("/var/tmp/", `${this.#folder}/`);
  }

  /** Asserts that nothing outside of the kernel was touched. */
  assertUntouched(): void {
    assertEquals(this.#state(), this.#before);
  }

  /** Asserts that no cell has started a process. */
  assertNothingStarted(): void {
    assertEquals(started(), 0);
  }

  #state(): unknown {
    return {
      arrived: this.#arrived,
      files: [...Deno.readDirSync(this.#folder)].map(({ name }) => name),
      secret: Deno.readTextFileSync(this.#secret),
      account: { ...this.#account },
      objectKeys: Reflect.ownKeys(Object.prototype).length,
      classKeys: Reflect.ownKeys(Account.prototype),
      globalKeys: Reflect.ownKeys(globalThis).filter((key) => `${String(key)}`.startsWith("__")),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#datagrams, "close");
    this.#datagrams.close();
    await Promise.all([closed, this.#server.shutdown()]);
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Returns the number of processes that cells have started. */
function started(): number {
  let count = 0;
  for (const { name } of Deno.build.os === "linux" ? Deno.readDirSync("/proc") : []) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const commandLine = Deno.readTextFileSync(`/proc/${name}/cmdline`);
      if (commandLine.startsWith("sleep") && commandLine.includes(TOKEN)) count++;
    } catch {
      // The process has just ended.
    }
  }
  return count;
}
