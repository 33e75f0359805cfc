/**
 * The kernel: the program inside the subprocess. It is started by a runtime, speaks JSON-RPC on stdin and stdout, and
 * ends when either is closed. Not for use by hand.
 *
 * @module
 */

import {
  Error,
  JSON,
  Map,
  Object,
  Promise,
  RangeError,
  SyntaxError,
  TypeError,
} from "../rpc/builtins.ts";
import vm from "node:vm";
import type { ByteChannel } from "../rpc/channel.ts";
import { decode, encode } from "../rpc/codec.ts";
import { Connection, type Payload } from "../rpc/connection.ts";
import type {
  DefineParams,
  ExecuteParams,
  HostCallParams,
  KernelOptions,
  RestoreParams,
  RetrieveParams,
  SnapshotParams,
} from "../rpc/protocol.ts";
import { RemoteError, RPC_ERROR_CODES } from "../rpc/rpc_error.ts";
import { curateGlobals } from "./globals.ts";
import { createConsole } from "./guest_console.ts";
import { installTimers } from "./guest_timers.ts";
import { createImporter } from "./importer.ts";
import { Interrupts } from "./interrupts.ts";
import { lockDown } from "./lockdown.ts";
import { Modules } from "./modules.ts";
import type { Namespace } from "./namespace.ts";
import { OutputBuffer } from "./output_buffer.ts";
import { GlobalScope } from "./scope.ts";
import { Session } from "./session.ts";
import { installSourceText } from "./source_text.ts";
import { StackMapper } from "./stack_mapper.ts";
import { Watcher } from "./watcher.ts";

/** Built-in errors that a host function may throw; any other keeps its name on a plain Error. */
const ERRORS = new Map<string, ErrorConstructor>(
  Object.entries({ Error, RangeError, ReferenceError, SyntaxError, TypeError, URIError }),
);

/** Reads that are larger than what a pipe holds are for the body of a frame, whose length is known. */
const SYNC_READ_BYTES = 64 * 1024;

/** A signal takes a few milliseconds from the host to the watcher. */
const SIGNAL_PATIENCE_MS = 200;

/** A thread starts in ten milliseconds; on a machine that is busy it may take longer. */
const THREAD_PATIENCE_MS = 2_000;

if (import.meta.main) {
  // Not awaited at the top level: a module that is still waiting there cannot be interrupted without dying.
  void main(JSON.parse(Deno.args[0] ?? "null") as KernelOptions);
}

async function main(options: KernelOptions): Promise<void> {
  const channel = stdioChannel();
  const modules = new Modules(createImporter(options.imports));
  const stacks = new StackMapper();
  const output = new OutputBuffer((cell, stream, text) => {
    connection.notify("output", { value: { cell, stream, text } });
  }, options.maxOutputChars);
  const { exit } = Deno;

  const interrupts = new Interrupts();
  const watcher = new Watcher(interrupts.flag, {
    onReady: () => connection.notify("watching", { value: null }),
    onInterrupt: () => interrupts.stop(),
  });
  installStacks(stacks);
  installSourceText();
  installTimers(() => interrupts.stopped);
  const guestConsole = createConsole((stream, text) => output.write(stream, text));
  const globals = curateGlobals(options.permissions);
  globalThis.console = guestConsole;
  lockDown();
  await probe();

  const scope = new GlobalScope(modules.import);
  const session = new Session({ scope, output, stacks, interrupts, modules, globals });
  const { namespace } = session;
  keepAlive(session, output);
  const connection = new Connection(channel, {
    maxFrameBytes: options.maxFrameBytes,
    handlers: {
      define: ({ value, attachments }) => {
        const { name, value: encoded } = value as DefineParams;
        if (encoded === undefined) {
          namespace.defineHostFunction(name, hostFunction(connection, output, name));
        } else namespace.define(name, decode(encoded, attachments));
      },
      execute: async ({ value }) => {
        const cell = value as ExecuteParams;
        await watcher.watch(THREAD_PATIENCE_MS);
        await watcher.caughtUp(cell.interrupts ?? 0, SIGNAL_PATIENCE_MS);
        return { value: await session.execute(cell) };
      },
      interrupt: () => interrupts.stop(),
      names: () => ({ value: namespace.entries() }),
      retrieve: ({ value }) => retrieve(namespace, (value as RetrieveParams).name),
      snapshot: async ({ value }) => {
        const { maxBytes } = value as SnapshotParams;
        const { report, attachments } = await session.snapshot(maxBytes);
        return { value: report, attachments };
      },
      restore: async ({ value, attachments }) => {
        const { except } = value as RestoreParams;
        return { value: await session.restore(attachments ?? [], except) };
      },
    },
  });
  connection.notify("ready", { value: null });
  await connection.closed;
  exit(0);
}

function retrieve(namespace: Namespace, name: string): Payload {
  if (!namespace.has(name)) {
    throw new RemoteError(
      `Cannot retrieve ${JSON.stringify(name)}: there is no such name`,
      { code: RPC_ERROR_CODES.invalidParams },
    );
  }
  const { value, attachments } = encode(namespace.get(name), { instances: "data", name });
  return { value: { value }, attachments };
}

/** What stands in the namespace for a function of the host. */
function hostFunction(
  connection: Connection,
  output: OutputBuffer,
  name: string,
): (...args: unknown[]) => Promise<unknown> {
  const call = async (...args: unknown[]): Promise<unknown> => {
    const { value, attachments } = encode(args, { instances: "data", name: "arguments" });
    const params: HostCallParams = { name, args: value, cell: output.cell };
    try {
      const reply = await connection.call("call", { value: params, attachments });
      return decode((reply.value as { value: unknown }).value, reply.attachments);
    } catch (error) {
      throw error instanceof RemoteError ? localError(error) : error;
    }
  };
  return call;
}

/** The host's error, made here: its stack leads to the call in the cell. */
function localError(remote: RemoteError): Error {
  const data = remote.data as { name?: unknown } | null | undefined;
  const name = typeof data?.name === "string" ? data.name : "Error";
  const error = new (ERRORS.get(name) ?? Error)(remote.message);
  if (error.name !== name) Object.defineProperty(error, "name", { value: name });
  return error;
}

/** Takes stdin and stdout before cells could. Writing is synchronous, so output leaves while a cell is busy. */
function stdioChannel(): ByteChannel {
  const { stdin, stdout } = Deno;
  return {
    source: {
      async read(view) {
        // The rest of a large frame is on its way: waiting for each piece on the event loop takes longer than reading it.
        const length = view.byteLength > SYNC_READ_BYTES
          ? stdin.readSync(view)
          : await stdin.read(view);
        return length === null ? null : view.subarray(0, length);
      },
    },
    sink: {
      write(bytes) {
        let written = 0;
        while (written < bytes.byteLength) written += stdout.writeSync(bytes.subarray(written));
      },
    },
    close() {},
  };
}

/** Errors show places in cells, to cells as well. The accessor cannot be replaced. */
function installStacks(stacks: StackMapper): void {
  const prepare = (error: Error, sites: NodeJS.CallSite[]): string => {
    let header: string;
    try {
      const { name, message } = error;
      header = message === "" ? `${name}` : `${name}: ${message}`;
    } catch {
      header = "Error";
    }
    let stack = header;
    for (let i = 0; i < sites.length; i++) stack += `\n    at ${sites[i]}`;
    return stacks.rewrite(stack);
  };
  Object.defineProperty(Error, "prepareStackTrace", { get: () => prepare, set: () => {} });
  // The machinery's own frames do not count towards what is shown.
  Error.stackTraceLimit = 30;
}

/** Nothing that a cell leaves running ends the process: late errors are output. */
function keepAlive(session: Session, output: OutputBuffer): void {
  const report = (event: Event, thrown: unknown, how: string) => {
    event.preventDefault();
    output.write("stderr", `${how} ${session.describeError(thrown).stack}\n`);
  };
  addEventListener(
    "unhandledrejection",
    (event) => report(event, event.reason, "Uncaught (in promise)"),
  );
  addEventListener("error", (event) => report(event, event.error, "Uncaught"));
}

/** The two switches that the isolation stands on are tried out: a kernel in which one fails does not run. */
async function probe(): Promise<void> {
  let failure: string | undefined;
  try {
    (0, eval)("1");
    failure = "code from strings runs";
  } catch {
    // As it should be.
  }
  try {
    const refuse = () => Promise.reject(new TypeError("refused"));
    const script = new vm.Script(`import("node:fs")`, { importModuleDynamically: refuse as never });
    await (script.runInThisContext() as Promise<unknown>);
    failure = "imports are not held back";
  } catch {
    // As it should be.
  }
  if (failure !== undefined) throw new Error(`Cannot start the kernel: ${failure}`);
}
