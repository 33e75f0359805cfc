/**
 * Many runs on three workers that are killed and frozen, with servers that are restarted: `deno task fleet --backend redis`.
 *
 * @module
 */

import { deadline } from "../../../src/async/deadline.ts";
import { assert, assertEquals } from "@std/assert";
import { SessionClient } from "../../../src/queue/client/session_client.ts";
import type { Queue } from "../../../src/queue/queue.ts";
import { LocalRuntime } from "../../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../../src/runtime/runtime.ts";
import { openSession } from "../../../src/session/open_session.ts";
import type { Store } from "../../../src/store/store.ts";
import { ledgerAgent, readLedger } from "../../session/_ledger.ts";
import { startPostgres, startRedis, type TestServer } from "../../store/_servers.ts";
import { type BackendAddress, type BackendKind, openBackend } from "./_backend.ts";
import type { FleetWorkerOptions } from "./_fleet_worker.ts";
import type { Parts } from "./_timed.ts";
import { WorkerProcess } from "./_worker_process.ts";

/** Options of {@linkcode runFleet}. */
export interface FleetRunOptions {
  /** Queue and store. */
  readonly backend: BackendKind;
  /** Number of runs. */
  readonly runs: number;
  /** Number of steps of each. */
  readonly steps: number;
  /** Number of workers. */
  readonly workers: number;
  /** Sessions at a time in each worker. */
  readonly concurrency: number;
  /** Time slice of a session. */
  readonly sliceMs: number;
  /** Lease of a claim. */
  readonly leaseMs: number;
  /** The runtime of cells. */
  readonly runtime: "local" | "deno";
  /** Mean time between two faults in milliseconds; 0 for none. */
  readonly faultMs: number;
  /** Share of restarts of the server among the faults, 0 to 1. */
  readonly restartShare: number;
  /** Maximum number of faults. */
  readonly maxFaults: number;
}

/** The figures of a fleet. */
export interface FleetFigures {
  /** Number of workers that were killed, that were frozen, and of servers that were restarted. */
  readonly kills: number;
  readonly freezes: number;
  readonly restarts: number;
  /** The longest time until a job of a killed worker was taken away from it, in milliseconds. */
  readonly detectionMs: number;
  /** Time from the first worker to the end of the last run, in milliseconds. */
  readonly durationMs: number;
  /** The times of the parts of steps, in the workers that were alive at the end. */
  readonly parts: Parts;
}

/** Options of the proof, and those of the short round in the gate. */
export const FLEET: FleetRunOptions = {
  backend: "sqlite",
  runs: 200,
  steps: 10,
  workers: 3,
  concurrency: 8,
  sliceMs: 0,
  leaseMs: 1_500,
  runtime: "local",
  faultMs: 500,
  restartShare: 0.15,
  maxFaults: Infinity,
};

/** Does all runs, while workers and servers fail, and checks them. */
export async function runFleet(options: FleetRunOptions): Promise<FleetFigures> {
  const folder = await Deno.makeTempDir({ prefix: "cave-fleet-" });
  const server = await serverOf(options.backend);
  try {
    const address = { kind: options.backend, url: server?.url ?? folder };
    const { queue, store } = await openBackend(address);
    try {
      return await useFleet(options, { folder, address, queue, store, server });
    } finally {
      await queue.close();
      await store.close();
    }
  } finally {
    await server?.[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Time within which all runs end when there are no more faults, in milliseconds. */
const QUIET_MS = 30_000;

interface Place {
  readonly folder: string;
  readonly address: BackendAddress;
  readonly queue: Queue;
  readonly store: Store;
  readonly server: TestServer | undefined;
}

async function useFleet(options: FleetRunOptions, place: Place): Promise<FleetFigures> {
  const { runs, steps, concurrency, sliceMs, leaseMs, runtime } = options;
  const { folder, address, queue, store } = place;
  const ledgers = `${folder}/ledgers`;
  await Deno.mkdir(ledgers);
  const ids = Array.from({ length: runs }, (_, i) => `session-${i}`);
  await eachOf(ids, async (id) => {
    const client = new SessionClient(id, { queue, store, agent: "ledger" });
    await client.prompt("Enter all steps", { id: `run-${id}` });
  });
  const given = { address, ledgers, steps, concurrency, sliceMs, leaseMs, runtime };
  const began = performance.now();
  const workers = Array.from({ length: options.workers }, () => new WorkerProcess(given));
  const faults = { kills: 0, freezes: 0, restarts: 0, detectionMs: 0 };
  const done = isDone(place);
  await harass(options, { ...place, given, workers, faults, done });
  await deadline(done.promise, {
    timeoutMs: QUIET_MS,
    onTimeout: () => new Error("Runs are left, though nothing fails any more"),
  }).catch(async (error) => {
    for (const worker of workers) console.error(await worker.autopsy());
    console.error(await store.list("work/", { limit: 3 }), await queue.list());
    throw error;
  });
  const durationMs = performance.now() - began;
  const parts: Parts = {};
  for (const worker of workers) {
    for (const [name, { ms, calls }] of Object.entries(await worker.drain())) {
      const all = parts[name] ??= { ms: 0, calls: 0 };
      all.ms += ms;
      all.calls += calls;
    }
  }
  assertEquals(await queue.list(), []);
  for (const id of ids) await assertWhole(id, { store, steps, ledger: `${ledgers}/${id}` });
  return { ...faults, durationMs, parts };
}

interface Harassed extends Place {
  readonly given: Omit<FleetWorkerOptions, "name">;
  readonly workers: WorkerProcess[];
  readonly faults: { kills: number; freezes: number; restarts: number; detectionMs: number };
  readonly done: { readonly isDone: () => boolean };
}

/** Kills and freezes workers and restarts the server, until all runs are done. */
async function harass(
  { faultMs, maxFaults, leaseMs, restartShare }: FleetRunOptions,
  { queue, server, given, workers, faults, done }: Harassed,
): Promise<void> {
  const watches: Promise<void>[] = [];
  for (let count = 0; faultMs > 0 && count < maxFaults; count++) {
    await passing(faultMs * (0.5 + Math.random()));
    if (done.isDone()) break;
    const at = Math.floor(Math.random() * workers.length);
    const worker = workers[at]!;
    const dice = Math.random();
    if (server !== undefined && dice < restartShare) {
      faults.restarts++;
      await server.restart(Math.random() < 0.7 ? "SIGKILL" : "SIGTERM");
    } else if (dice < 0.65) {
      faults.kills++;
      await worker.kill();
      watches.push(watchTakeover(queue, { worker: worker.name, faults, isDone: done.isDone }));
      workers[at] = new WorkerProcess(given);
    } else {
      faults.freezes++;
      await worker.signal("SIGSTOP");
      await passing(leaseMs * (0.5 + 1.5 * Math.random()));
      await worker.signal("SIGCONT");
    }
  }
  await Promise.all(watches);
}

/** Measures the time until no job is in the hands of a worker that is dead. */
async function watchTakeover(
  queue: Queue,
  { worker, faults, isDone }: {
    readonly worker: string;
    readonly faults: Harassed["faults"];
    readonly isDone: () => boolean;
  },
): Promise<void> {
  const began = performance.now();
  while (!isDone()) {
    const claimed = await queue.list({ state: "claimed", limit: 1_000 }).catch(() => undefined);
    // A server that is away is not the worker's fault.
    if (claimed === undefined) return;
    if (claimed.every((job) => job.worker !== worker)) break;
    await passing(50);
  }
  faults.detectionMs = Math.max(faults.detectionMs, performance.now() - began);
}

/** Looks whether all runs are over, now and then. */
function isDone({ store, queue }: Pick<Place, "store" | "queue">) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isOver = false;
  (async () => {
    while (!isOver) {
      const left = await store.list("work/", { limit: 1 }).catch(() => [undefined]);
      const jobs = left.length > 0 ? left : await queue.list().catch(() => [undefined]);
      isOver = left.length === 0 && jobs.length === 0;
      if (!isOver) await passing(20);
    }
  })().then(resolve, reject);
  return { promise, isDone: () => isOver };
}

/** Checks a session, its ledger, its events and its namespace. */
async function assertWhole(
  id: string,
  { store, steps, ledger }: {
    readonly store: Store;
    readonly steps: number;
    readonly ledger: string;
  },
): Promise<void> {
  assertEquals(readLedger(ledger), Array.from({ length: steps }, (_, i) => `entry ${i + 1}`), id);
  const runtime = (options: object) => new LocalRuntime(options) as Runtime;
  const agent = ledgerAgent({ steps, ledger, at: () => {}, runtime });
  await using session = await openSession(id, { store, agent: () => agent });
  assertEquals([session.status, session.runs], ["completed", [`run-${id}`]]);
  assert(session.messages.at(-1)!.message.content.startsWith("The sum is "));
  const types: string[] = [];
  for await (const { type, index } of session.events()) {
    assertEquals(index, types.length);
    types.push(type);
  }
  assertEquals([types[0], types.at(-1)], ["run_start", "run_end"]);
  assertEquals(types.filter((type) => ["run_start", "run_end"].includes(type)).length, 2);
  // The namespace is that of a run that nobody has disturbed.
  const next = await session.prompt("Once more");
  await next.result.catch(() => {});
  assertEquals(
    await agent.runtime.retrieve("seen"),
    Array.from({ length: steps }, (_, i) => i + 1),
  );
  assertEquals(await agent.runtime.retrieve("sum"), steps * (steps + 1) / 2);
}

async function serverOf(backend: BackendKind): Promise<TestServer | undefined> {
  if (backend === "redis") return await startRedis();
  if (backend === "postgres") return await startPostgres();
  return undefined;
}

async function eachOf<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await action(item);
  }));
}

function passing(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
