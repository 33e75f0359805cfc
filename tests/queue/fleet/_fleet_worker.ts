/**
 * A worker of a fleet on ledgers, as a process: its options as JSON. It prints `ready` when it works, drains on SIGTERM, and prints the times of its parts.
 *
 * @module
 */

import { Signals } from "../../../src/cli/setup/signals.ts";
import { surviveStrayErrors } from "../../../src/cli/setup/stray_errors.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import type { Runtime } from "../../../src/runtime/runtime.ts";
import { Worker } from "../../../src/queue/work/worker.ts";
import { ledgerAgent } from "../../session/_ledger.ts";
import { type BackendAddress, openBackend } from "./_backend.ts";
import { type Parts, timed } from "./_timed.ts";

/** Options of a worker. */
export interface FleetWorkerOptions {
  readonly name: string;
  readonly address: BackendAddress;
  readonly ledgers: string;
  readonly steps: number;
  readonly concurrency: number;
  readonly sliceMs: number;
  readonly leaseMs: number;
  readonly runtime: "local" | "deno";
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));

async function main(options: FleetWorkerOptions): Promise<void> {
  const { name, address, ledgers, steps, concurrency, sliceMs, leaseMs } = options;
  const report = (error: unknown) => console.error(`${name}: ${error}`);
  using signals = new Signals();
  using _stray = surviveStrayErrors(report);
  const parts: Parts = {};
  const backend = await openBackend(address);
  const store = timed(backend.store, {
    parts,
    part: (method) => method === "follow" ? undefined : `store ${method}`,
  });
  const queue = timed(backend.queue, {
    parts,
    // A claim is mostly a wait.
    part: (method) => ["claim", "close"].includes(method) ? undefined : `queue ${method}`,
  });
  const runtime = (given: object) => {
    const made = options.runtime === "local" ? new LocalRuntime(given) : new DenoRuntime(given);
    const names = ["execute", "snapshot", "restore"];
    return timed(made as unknown as Runtime, {
      parts,
      part: (method) => names.includes(method) ? `kernel ${method}` : undefined,
    });
  };
  const worker = new Worker({
    ...{ name, queue, store, concurrency, sliceMs, leaseMs, sweepMs: 15_000 },
    onError: report,
    agents: [{
      agent: "ledger",
      make: ({ session }) =>
        ledgerAgent({ steps, ledger: `${ledgers}/${session}`, at: () => {}, runtime }),
    }],
  });
  worker.start();
  console.log("ready");
  await signals.aborted;
  await worker.close();
  await backend.queue.close();
  await backend.store.close();
  console.log(JSON.stringify(parts));
}
