/**
 * The kernel: the program inside the subprocess. It is started by a runtime, speaks JSON-RPC on stdin and stdout, and
 * ends when either is closed. Not for use by hand.
 *
 * @module
 */

import { Error, JSON, Object, type Promise, RangeError, TextEncoder } from "../rpc/builtins.ts";
import { withBlobs } from "../rpc/values/blobs.ts";
import { encode } from "../rpc/values/codec.ts";
import { Connection } from "../rpc/wire/connection.ts";
import {
  type CellReport,
  type DefineParams,
  type DisplayParams,
  type ExecuteParams,
  type KernelFacts,
  type KernelOptions,
  LAST_WORDS,
  LIMITED,
  type OutlineParams,
  type RestoreParams,
  type RetrieveParams,
  type SnapshotParams,
  type TypesParams,
} from "../rpc/protocol.ts";
import { References } from "../rpc/references/references.ts";
import { createDisplay } from "./guest/display.ts";
import { curateGlobals } from "./guest/globals.ts";
import { createConsole } from "./guest/console.ts";
import { installFinalizers } from "./guest/finalizers.ts";
import { installTimers } from "./guest/timers.ts";
import { HostCalls } from "./host_calls.ts";
import { createImporter } from "./namespace/importer.ts";
import { CellStoppedError, Interrupts, STOP_LEFTOVERS } from "./stop/interrupts.ts";
import { installIterablePromises } from "./guest/iterable_promises.ts";
import { lockDown } from "./guest/lockdown.ts";
import { Modules } from "./namespace/modules.ts";
import { Originals } from "./guest/originals.ts";
import { OutputBuffer } from "./guest/output_buffer.ts";
import { probe } from "./probe.ts";
import { retrieve } from "./retrieve.ts";
import { GlobalScope } from "./namespace/scope.ts";
import { Session } from "./evaluator.ts";
import { installSourceText } from "./namespace/source_text.ts";
import { stdioChannel } from "./stdio.ts";
import { StackMapper } from "./namespace/stack_mapper.ts";
import { TOO_MUCH_MEMORY, Watcher } from "./stop/watcher.ts";

/** A signal takes a few milliseconds from the host to the watcher. */
const SIGNAL_PATIENCE_MS = 200;

/** When a kernel that was given nothing to do goes on to complete itself. */
const IDLE_START_MS = 20;

/** A thread starts in ten milliseconds; on a machine that is busy it may take longer. */
const THREAD_PATIENCE_MS = 2_000;

/** The report of a cell whose time was over before what an earlier one had left running was stopped for it. */
const NOT_BEGUN: CellReport = { stopped: true, output: { length: 0, tail: "" }, changed: [] };

// Captured, because cells have others, or none.
const { stderr, ppid, version } = Deno;
const { setTimeout } = globalThis;

if (import.meta.main) {
  // Not awaited at the top level: a module that is still waiting there cannot be interrupted without dying.
  const limited = Deno.args[1] === LIMITED;
  void main(JSON.parse(Deno.args[0] ?? "null") as KernelOptions, { limited });
}

async function main(options: KernelOptions, { limited }: { limited: boolean }): Promise<void> {
  const channel = stdioChannel();
  const modules = new Modules(createImporter(options));
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
    host: options.host ?? ppid,
    listener: {
      onReady: () => connection.notify("watching", { value: null }),
      onInterrupt: () => interrupts.stop(),
      onNudge: () => interrupts.stop(STOP_LEFTOVERS),
      onMemory(cell) {
        const { running = 0 } = interrupts;
        if (cell === running) interrupts.stop(TOO_MUCH_MEMORY);
      },
    },
  });
  // What a cell has left running could keep this thread from hearing that the other one is there, and so from being stopped.
  const hold = () => interrupts.running === undefined ? watcher.starting : undefined;
  installStacks(stacks);
  installSourceText();
  const late = {
    isStopped: () => interrupts.stopped,
    hold,
    onError: (thrown: unknown) => report(thrown, "Uncaught"),
  };
  installTimers({ maxTimers: options.maxTimers, ...late });
  installFinalizers(late);
  const guestConsole = createConsole((stream, text) => output.write(stream, text));
  const globals = curateGlobals(options.denoMembers, { wasm: options.wasm });
  globalThis.console = guestConsole;
  const display = createDisplay((bundle) => {
    // What is displayed is looked at, also when the kernel is gone.
    const { value, attachments } = encode(bundle, { instances: "data", name: "display" });
    const params: DisplayParams = { cell: output.cell, bundle: value };
    connection.notify("display", { value: params, attachments });
  });
  Object.assign(globalThis, { display });
  globals.add("display");
  installIterablePromises();
  lockDown();
  const originals = new Originals((name) => {
    lastWords(`a cell has replaced ${name} for good`);
    exit(1);
  });
  await probe();

  const scope = new GlobalScope(modules.import);
  const session = new Session({
    scope,
    output,
    stacks,
    interrupts,
    modules,
    globals,
    originals,
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
    prepare: () => originals.restoreForMessages(),
    handlers: {
      define: ({ value, attachments }) => {
        const params = value as DefineParams;
        if ("functions" in params) {
          for (let i = 0; i < params.functions.length; i++) {
            const name = params.functions[i]!;
            namespace.defineProvided(name, calls.function(name, references));
          }
          return;
        }
        const { name, value: encoded } = params;
        const decoded = references.decodeValue(encoded, attachments);
        if (references.isStandIn(decoded)) namespace.defineProvided(name, decoded as object);
        else namespace.define(name, decoded);
      },
      types: async ({ value }) => {
        const { types, ...cell } = value as TypesParams;
        const made = await session.makeClasses(cell);
        for (const { name, copied } of types) {
          const Class = made[name]!;
          namespace.defineProvided(name, Class);
          references.types.add({ name, Class, copied });
        }
      },
      execute: async ({ value }) => {
        const cell = value as ExecuteParams;
        await watcher.watch(THREAD_PATIENCE_MS);
        const { interrupts: sent = 0 } = cell;
        await watcher.caughtUp(sent, SIGNAL_PATIENCE_MS);
        if (watcher.heardMoreThan(sent)) {
          await watcher.caughtUp(sent + 1, SIGNAL_PATIENCE_MS);
          return { value: NOT_BEGUN };
        }
        watcher.begin(cell.cell);
        try {
          return { value: await session.execute(cell) };
        } finally {
          watcher.end();
        }
      },
      interrupt: () => interrupts.stop(),
      names: () => interrupts.attend(() => ({ value: namespace.entries() })),
      outline: ({ value }) =>
        interrupts.attend(() => ({ value: namespace.outlines((value as OutlineParams).names) })),
      retrieve: ({ value }) =>
        interrupts.attend(() => retrieve(namespace, references, value as RetrieveParams)),
      use: ({ value, attachments }) =>
        interrupts.attend(async () => {
          const use = references.open(value, attachments);
          await hold();
          const result = await use.perform();
          const { value: answer, ...rest } = await withBlobs((blobs) => use.encode(result, blobs));
          return { value: { value: answer }, ...rest };
        }),
      release: ({ value }) => references.release(value),
      about: () => ({ value: { deno: version.deno, limited } satisfies KernelFacts }),
      references: () => ({ value: references.counts }),
      snapshot: async ({ value }) => {
        const { maxBytes } = value as SnapshotParams;
        const { report, attachments } = await session.snapshot(maxBytes);
        return { value: report, attachments };
      },
      restore: async ({ value, attachments }) => {
        const { except } = value as RestoreParams;
        // A cell that is stopped now would cost what is restored.
        await watcher.complete(THREAD_PATIENCE_MS);
        return { value: await session.restore(attachments ?? [], except) };
      },
    },
  });
  const calls = new HostCalls({
    connection,
    maxPendingCalls: options.maxPendingCalls,
    cellOf: () => output.cell,
    hold,
  });
  const references: References = new References({
    instances: "copy",
    use: (request) => calls.use(request),
    release: (value) => connection.notify("release", { value }),
  });
  connection.notify("ready", { value: null });
  // Who starts a kernel for a cell sends that at once; any other one can be complete when it comes.
  setTimeout(() => watcher.start(), IDLE_START_MS);
  const { reason, cause } = await connection.closed;
  if (reason !== "ended") {
    const { message } = session.describeError(cause);
    // The only range that reading and writing can leave is that of the memory.
    const limit = cause instanceof RangeError ? ", which processMemoryBytes limits" : "";
    lastWords(`it could not go on: ${message}${limit}`);
  }
  exit(reason === "ended" ? 0 : 1);
}

/** Says why the kernel ends; the host shows it. */
function lastWords(text: string): void {
  try {
    stderr.writeSync(new TextEncoder().encode(`${LAST_WORDS}${text}\n`));
  } catch {
    // The host is gone, and the kernel has to go as well.
  }
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
