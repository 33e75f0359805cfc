/**
 * The kernel: the program inside the subprocess. It is started by a runtime, speaks JSON-RPC on stdin and stdout, and
 * ends when either is closed. Not for use by hand.
 *
 * @module
 */

import { Error, JSON, type Promise, RangeError } from "../rpc/builtins.ts";
import { type DisplayParams, type KernelOptions, LIMITED } from "../rpc/protocol.ts";
import { References } from "../rpc/references/references.ts";
import { Evaluator } from "./evaluator.ts";
import { prepareEnvironment } from "./guest/environment.ts";
import { Originals } from "./lockdown/originals.ts";
import { OutputBuffer } from "./guest/output_buffer.ts";
import { HostCalls } from "./host_calls.ts";
import { HostLink } from "./host_link.ts";
import { LentClasses } from "./lent_classes.ts";
import { sayLastWords } from "./last_words.ts";
import { describedAsText, describeError } from "./namespace/describe_error.ts";
import { createImporter } from "./namespace/importer.ts";
import { Modules } from "./namespace/modules.ts";
import { GlobalScope } from "./namespace/scope.ts";
import { installSourceText } from "./namespace/source_text.ts";
import { StackMapper } from "./namespace/stack_mapper.ts";
import { installStackTraces, restoreStackLimit } from "./namespace/stack_traces.ts";
import { probe } from "./probe.ts";
import { requestHandlers } from "./request_handlers.ts";
import { stdioChannel } from "./stdio.ts";
import { CellStoppedError } from "./stop/cell_stopped_error.ts";
import { FLAG } from "./stop/flag.ts";
import { MemoryMeter } from "./stop/memory_meter.ts";
import { Stopper } from "./stop/stopper.ts";
import { createSharedState, Watcher } from "./stop/watcher.ts";
import { Writes } from "./writes.ts";

/** Time without a request after which a kernel completes its start, in milliseconds. */
const IDLE_START_MS = 20;

// Captured, because cells have others, or none.
const { exit, ppid, version } = Deno;
const { setTimeout } = globalThis;

if (import.meta.main) {
  // Not awaited at the top level: a module that is still waiting there cannot be interrupted without dying.
  const limited = Deno.args[1] === LIMITED;
  main(JSON.parse(Deno.args[0] ?? "null") as KernelOptions, { limited }).catch((error) => {
    sayLastWords(`it could not go on: ${error instanceof Error ? error.message : error}`);
    exit(1);
  });
}

/** Builds the kernel from its parts, the lowest first, and runs it to its end. */
async function main(options: KernelOptions, { limited }: { limited: boolean }): Promise<void> {
  const channel = stdioChannel();
  const host = new HostLink();
  const { stopper, watcher } = createStopper(host, { ...options, limited });
  const output = new OutputBuffer((cell, stream, text) => {
    host.notify("output", { value: { cell, stream, text } });
  }, { maxChars: options.maxOutputChars, cellOf: () => stopper.cell });

  const stacks = new StackMapper();
  installStackTraces(stacks);
  installSourceText();
  const { globals, endGroups } = prepareEnvironment({
    ...options,
    output,
    onDisplay({ value, attachments }) {
      const params: DisplayParams = { cell: output.cell, bundle: value };
      host.notify("display", { value: params, attachments });
    },
    isStopped: () => stopper.stopped,
    onFailure: (thrown) => stopper.fail(thrown),
    onLateError(thrown, how) {
      // The result of a cell that was stopped says so.
      if (thrown instanceof CellStoppedError && !thrown.leftover) return;
      output.write("stderr", `${how} ${describedAsText(describeError(thrown, stacks))}\n`);
    },
  });
  const originals = new Originals({
    onBegin() {
      restoreStackLimit();
      endGroups();
    },
    onLost(name) {
      sayLastWords(`a cell has replaced ${name} for good`);
      exit(1);
    },
  });
  await probe();

  const { maxPendingCalls, maxFrameBytes, maxReferences } = options;
  const calls = new HostCalls({ host, maxPendingCalls, cellOf: () => output.cell });
  const writes = new Writes(() => stopper.running);
  const references: References = new References({
    instances: "copy",
    maxReferences,
    use: (request) => calls.use(request),
    release: (value) => host.notify("release", { value }),
    prototypeOf: (name) => lentClasses.prototypeOf(name),
    onWrite: (writing) => writes.add(writing),
  });
  const modules = new Modules(createImporter(options));
  const evaluator = new Evaluator({
    scope: new GlobalScope(modules.import),
    output,
    stacks,
    stopper,
    modules,
    globals,
    originals,
    isReference: (value) => references.isStandIn(value),
    settle: () => writes.settle(),
  });
  const lentClasses = new LentClasses(evaluator.namespace);
  const facts = { deno: version.deno, limited };
  const parts = { evaluator, stopper, watcher, references, calls, host, facts };
  const closed = host.open(channel, {
    maxFrameBytes,
    handlers: requestHandlers(parts),
  });
  host.notify("ready", { value: null });
  // A host that starts a kernel for a cell sends that at once; any other kernel can be complete when it comes.
  setTimeout(() => watcher.start(), IDLE_START_MS);
  const { reason, cause } = await closed;
  if (reason === "ended") return exit(0);
  const { message } = describeError(cause, stacks);
  // The only range that reading and writing can leave is that of the memory.
  const limit = cause instanceof RangeError ? ", which processMemoryBytes limits" : "";
  sayLastWords(`it could not go on: ${message}${limit}`);
  exit(1);
}

/** Makes what stops code, and what watches over it: each leads to the other. */
function createStopper(
  host: HostLink,
  options: KernelOptions & { limited: boolean },
): { stopper: Stopper; watcher: Watcher } {
  const state = createSharedState();
  const memory = new MemoryMeter(state, options.processMemoryBytes);
  const stopper: Stopper = new Stopper({
    holds: (reason) => reason !== FLAG.OUT_OF_MEMORY || memory.isOverLimit(),
    explain: (reason) => reason === FLAG.OUT_OF_MEMORY ? memory.error() : undefined,
    onUnwatched: () => watcher.onUnwatched(),
  });
  const watcher = new Watcher({
    flag: stopper.flag,
    state,
    memory,
    limited: options.limited,
    host: options.host ?? ppid,
    listener: {
      onOrders: (heard) => host.notify("watching", { value: heard }),
      onNudge: () => stopper.stop(FLAG.STOP_LEFTOVERS),
      onAlarm: () => stopper.stop(FLAG.OUT_OF_MEMORY),
    },
  });
  return { stopper, watcher };
}
