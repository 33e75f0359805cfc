/**
 * A kernel without its engine's wall: nothing is removed, fixed or held back, code from strings runs, imports pass. What is
 * left between a cell and the machine are the permissions of the process.
 */

import { BlobContents } from "../../src/rpc/values/blobs.ts";
import type {
  DefineParams,
  ExecuteParams,
  KernelOptions,
  RetrieveParams,
} from "../../src/rpc/protocol.ts";
import { References } from "../../src/rpc/references/references.ts";
import { createConsole } from "../../src/kernel/guest/console.ts";
import { HostCalls } from "../../src/kernel/host_calls.ts";
import { HostLink } from "../../src/kernel/host_link.ts";
import { Modules } from "../../src/kernel/namespace/modules.ts";
import { OutputBuffer } from "../../src/kernel/guest/output_buffer.ts";
import { retrieve } from "../../src/kernel/retrieve.ts";
import { GlobalScope } from "../../src/kernel/namespace/scope.ts";
import { Evaluator } from "../../src/kernel/evaluator.ts";
import { StackMapper } from "../../src/kernel/namespace/stack_mapper.ts";
import { stdioChannel } from "../../src/kernel/stdio.ts";
import { Stopper } from "../../src/kernel/stop/stopper.ts";

const options = JSON.parse(Deno.args[0] ?? "null") as KernelOptions;
const host = new HostLink();
const stopper = new Stopper();
const output = new OutputBuffer((cell, stream, text) => {
  host.notify("output", { value: { cell, stream, text } });
}, { maxChars: options.maxOutputChars, cellOf: () => stopper.cell });
const modules = new Modules((specifier, attributes) => import(specifier, { with: attributes }));
const evaluator = new Evaluator({
  scope: new GlobalScope(modules.import),
  output,
  stacks: new StackMapper(),
  stopper,
  modules,
  globals: new Set(Object.getOwnPropertyNames(globalThis)),
  isReference: (value) => references.isStandIn(value),
});
globalThis.console = createConsole((stream, text) => output.write(stream, text)).console;
addEventListener("unhandledrejection", (event) => event.preventDefault());
addEventListener("error", (event) => event.preventDefault());

const calls = new HostCalls({
  host,
  maxPendingCalls: options.maxPendingCalls,
  cellOf: () => output.cell,
});
const references: References = new References({
  instances: "copy",
  use: (request) => calls.use(request),
  release: (value) => host.notify("release", { value }),
});
const closed = host.open(stdioChannel(), {
  maxFrameBytes: options.maxFrameBytes,
  handlers: {
    define: ({ value, attachments }) => {
      const params = value as DefineParams;
      if ("functions" in params) {
        for (const name of params.functions) {
          evaluator.namespace.define(name, calls.function(name, references));
        }
      } else {
        evaluator.namespace.define(params.name, references.decodeValue(params.value, attachments));
      }
    },
    execute: async ({ value }) => ({ value: await evaluator.execute(value as ExecuteParams) }),
    interrupt: () => stopper.stop(),
    names: () => ({ value: evaluator.namespace.entries() }),
    retrieve: ({ value }) => retrieve(evaluator.namespace, references, value as RetrieveParams),
    use: async ({ value, attachments }) => {
      const { perform, encode } = references.open(value, attachments);
      const { value: answer, ...rest } = encode(await perform(), new BlobContents());
      return { value: { value: answer }, ...rest };
    },
    release: ({ value }) => references.release(value),
  },
});
host.notify("ready", { value: null });
await closed;
Deno.exit(0);
