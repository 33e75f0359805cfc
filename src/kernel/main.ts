/**
 * The kernel: the program inside the subprocess. It is started by a runtime, speaks JSON-RPC on stdin and stdout, and
 * ends when either is closed. Not for use by hand.
 *
 * @module
 */

import { Error, JSON, Object, Promise, TextEncoder, TypeError } from "../rpc/builtins.ts";
import vm from "node:vm";
import type { ByteChannel } from "../rpc/channel.ts";
import { Connection, type Payload } from "../rpc/connection.ts";
import { LAST_WORDS, LIMITED } from "../rpc/protocol.ts";
import type {
  CellReport,
  DefineParams,
  ExecuteParams,
  KernelOptions,
  ReleaseParams,
  RestoreParams,
  RetrieveParams,
  SnapshotParams,
  UseParams,
} from "../rpc/protocol.ts";
import { References } from "../rpc/references.ts";
import { RemoteError, RPC_ERROR_CODES } from "../rpc/rpc_error.ts";
import { curateGlobals } from "./globals.ts";
import { createConsole } from "./guest_console.ts";
import { installTimers } from "./guest_timers.ts";
import { HostCalls } from "./host_calls.ts";
import { createImporter } from "./importer.ts";
import { CellStoppedError, Interrupts } from "./interrupts.ts";
import { lockDown } from "./lockdown.ts";
import { Modules } from "./modules.ts";
import type { Namespace } from "./namespace.ts";
import { OutputBuffer } from "./output_buffer.ts";
import { GlobalScope } from "./scope.ts";
import { Session } from "./session.ts";
import { installSourceText } from "./source_text.ts";
import { StackMapper } from "./stack_mapper.ts";
import { TOO_MUCH_MEMORY, Watcher } from "./watcher.ts";

/** Reads that are larger than what a pipe holds are for the body of a frame, whose length is known. */
const SYNC_READ_BYTES = 64 * 1024;

/** A signal takes a few milliseconds from the host to the watcher. */
const SIGNAL_PATIENCE_MS = 200;

/** A thread starts in ten milliseconds; on a machine that is busy it may take longer. */
const THREAD_PATIENCE_MS = 2_000;

/** The report of a cell whose time was over before what an earlier one had left running was stopped for it. */
const NOT_BEGUN: CellReport = { stopped: true, output: { length: 0, tail: "" }, changed: [] };

// Captured, because it is not among the globals of cells.
const { stderr } = Deno;

if (import.meta.main) {
  // Not awaited at the top level: a module that is still waiting there cannot be interrupted without dying.
  const limited = Deno.args[1] === LIMITED;
  void main(JSON.parse(Deno.args[0] ?? "null") as KernelOptions, { limited });
}

async function main(options: KernelOptions, { limited }: { limited: boolean }): Promise<void> {
  const channel = stdioChannel();
  const modules = new Modules(createImporter(options.imports));
  const stacks = new StackMapper();
  const { exit } = Deno;
  const interrupts: Interrupts = new Interrupts({
    holds: (reason) => reason !== TOO_MUCH_MEMORY || watcher.isOverLimit(),
    explain: (reason) => reason === TOO_MUCH_MEMORY ? watcher.memoryError() : undefined,
  });
  const output = new OutputBuffer((cell, stream, text) => {
    connection.notify("output", { value: { cell, stream, text } });
  }, { maxChars: options.maxOutputChars, cellOf: () => interrupts.cell });
  const watcher = new Watcher({
    flag: interrupts.flag,
    maxBytes: options.processMemoryBytes,
    limited,
    listener: {
      onReady: () => connection.notify("watching", { value: null }),
      onInterrupt: () => interrupts.stop(),
      onMemory(cell) {
        const { running = 0 } = interrupts;
        if (cell === running) interrupts.stop(TOO_MUCH_MEMORY);
      },
    },
  });
  installStacks(stacks);
  installSourceText();
  installTimers({
    maxTimers: options.maxTimers,
    isStopped: () => interrupts.stopped,
    // What a cell has left running could keep this thread from hearing that the other one is there.
    hold: () => interrupts.running === undefined ? watcher.starting : undefined,
    onError: (thrown) => report(thrown, "Uncaught"),
  });
  const guestConsole = createConsole((stream, text) => output.write(stream, text));
  const globals = curateGlobals(options.permissions);
  globalThis.console = guestConsole;
  lockDown();
  await probe();

  const scope = new GlobalScope(modules.import);
  const session = new Session({
    scope,
    output,
    stacks,
    interrupts,
    modules,
    globals,
    isReference: (value) => references.isStandIn(value),
  });
  const { namespace } = session;
  const report = (thrown: unknown, how: string) => {
    // The result of a cell that was stopped says so.
    if (thrown instanceof CellStoppedError && !thrown.leftover) return;
    output.write("stderr", `${how} ${session.describeError(thrown).stack}\n`);
  };
  keepAlive(report);
  const connection: Connection = new Connection(channel, {
    maxFrameBytes: options.maxFrameBytes,
    handlers: {
      define: ({ value, attachments }) => {
        const { name, value: encoded } = value as DefineParams;
        if (encoded === undefined) {
          return namespace.defineProvided(name, calls.function(name, references));
        }
        const decoded = references.decodeValue(encoded, attachments);
        if (references.isStandIn(decoded)) namespace.defineProvided(name, decoded as object);
        else namespace.define(name, decoded);
      },
      execute: async ({ value }) => {
        const cell = value as ExecuteParams;
        await watcher.watch(THREAD_PATIENCE_MS);
        const { interrupts: sent = 0 } = cell;
        await watcher.caughtUp(sent, SIGNAL_PATIENCE_MS);
        if (watcher.heardMoreThan(sent)) return { value: NOT_BEGUN };
        watcher.begin(cell.cell);
        try {
          return { value: await session.execute(cell) };
        } finally {
          watcher.end();
        }
      },
      interrupt: () => interrupts.stop(),
      names: () => ({ value: namespace.entries() }),
      retrieve: async ({ value }) => await retrieve(namespace, references, value as RetrieveParams),
      use: async ({ value, attachments }) => {
        const request = value as UseParams;
        const args = references.argumentsOf(request, attachments);
        const answer = await references.perform(request, args);
        const encoded = references.encodeAnswer(request, answer);
        return { value: { value: encoded.value }, attachments: encoded.attachments };
      },
      release: ({ value }) => {
        const { ref, count } = value as ReleaseParams;
        references.release(ref, count);
      },
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
  const calls = new HostCalls({
    connection,
    maxPendingCalls: options.maxPendingCalls,
    cellOf: () => output.cell,
  });
  const references: References = new References({
    instances: "copy",
    use: (request, attachments) => calls.use(request, attachments),
    release: (value) => connection.notify("release", { value }),
  });
  connection.notify("ready", { value: null });
  const { reason, cause } = await connection.closed;
  if (reason !== "ended") lastWords(session.describeError(cause).message);
  exit(0);
}

async function retrieve(
  namespace: Namespace,
  references: References,
  { name, reference = false }: RetrieveParams,
): Promise<Payload> {
  if (!namespace.has(name)) {
    throw new RemoteError(
      `Cannot retrieve ${JSON.stringify(name)}: there is no such name`,
      { code: RPC_ERROR_CODES.invalidParams },
    );
  }
  // A promise is waited for; a stand-in is none.
  const value = await namespace.get(name);
  const { value: encoded, attachments } = reference
    ? references.encodeReference(value, { name })
    : references.encodeValue(value, { name });
  return { value: { value: encoded }, attachments };
}

/** Says why the kernel ends; the host shows it. */
function lastWords(text: string): void {
  stderr.writeSync(new TextEncoder().encode(`${LAST_WORDS}${text}\n`));
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
function keepAlive(report: (thrown: unknown, how: string) => void): void {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(event.reason, "Uncaught (in promise)");
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    report(event.error, "Uncaught");
  });
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
