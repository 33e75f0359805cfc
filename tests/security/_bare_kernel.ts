/**
 * A kernel without its engine's wall: nothing is removed, fixed or held back, code from strings runs, imports pass. What is
 * left between a cell and the machine are the permissions of the process.
 */

import { BlobContents } from "../../src/rpc/values/blobs.ts";
import { Connection } from "../../src/rpc/wire/connection.ts";
import type {
  DefineParams,
  ExecuteParams,
  KernelOptions,
  RetrieveParams,
} from "../../src/rpc/protocol.ts";
import { References } from "../../src/rpc/references/references.ts";
import { createConsole } from "../../src/kernel/guest/console.ts";
import { HostCalls } from "../../src/kernel/host_calls.ts";
import { Interrupts } from "../../src/kernel/stop/interrupts.ts";
import { Modules } from "../../src/kernel/namespace/modules.ts";
import { OutputBuffer } from "../../src/kernel/guest/output_buffer.ts";
import { retrieve } from "../../src/kernel/retrieve.ts";
import { GlobalScope } from "../../src/kernel/namespace/scope.ts";
import { Session } from "../../src/kernel/evaluator.ts";
import { StackMapper } from "../../src/kernel/namespace/stack_mapper.ts";
import { stdioChannel } from "../../src/kernel/stdio.ts";

const options = JSON.parse(Deno.args[0] ?? "null") as KernelOptions;
const interrupts = new Interrupts();
const output = new OutputBuffer((cell, stream, text) => {
  connection.notify("output", { value: { cell, stream, text } });
}, { maxChars: options.maxOutputChars, cellOf: () => interrupts.cell });
const modules = new Modules((specifier, attributes) => import(specifier, { with: attributes }));
const session = new Session({
  scope: new GlobalScope(modules.import),
  output,
  stacks: new StackMapper(),
  interrupts,
  modules,
  globals: new Set(Object.getOwnPropertyNames(globalThis)),
  isReference: (value) => references.isStandIn(value),
});
globalThis.console = createConsole((stream, text) => output.write(stream, text));
addEventListener("unhandledrejection", (event) => event.preventDefault());
addEventListener("error", (event) => event.preventDefault());

const connection: Connection = new Connection(stdioChannel(), {
  maxFrameBytes: options.maxFrameBytes,
  handlers: {
    define: ({ value, attachments }) => {
      const params = value as DefineParams;
      if ("functions" in params) {
        for (const name of params.functions) {
          session.namespace.define(name, calls.function(name, references));
        }
      } else {
        session.namespace.define(params.name, references.decodeValue(params.value, attachments));
      }
    },
    execute: async ({ value }) => ({ value: await session.execute(value as ExecuteParams) }),
    interrupt: () => interrupts.stop(),
    names: () => ({ value: session.namespace.entries() }),
    retrieve: ({ value }) => retrieve(session.namespace, references, value as RetrieveParams),
    use: async ({ value, attachments }) => {
      const { perform, encode } = references.open(value, attachments);
      const { value: answer, ...rest } = encode(await perform(), new BlobContents());
      return { value: { value: answer }, ...rest };
    },
    release: ({ value }) => references.release(value),
  },
});
const calls = new HostCalls({
  connection,
  maxPendingCalls: options.maxPendingCalls,
  cellOf: () => output.cell,
  hold: () => undefined,
});
const references: References = new References({
  instances: "copy",
  use: (request) => calls.use(request),
  release: (value) => connection.notify("release", { value }),
});
connection.notify("ready", { value: null });
await connection.closed;
Deno.exit(0);
