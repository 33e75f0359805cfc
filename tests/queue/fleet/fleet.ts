/**
 * Many runs on three workers that are killed and frozen, with servers that are restarted: `deno task fleet --backend redis`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { pause } from "../../../src/async/pause.ts";
import { SessionClient } from "../../../src/queue/client/session_client.ts";
import type { Queue } from "../../../src/queue/queue.ts";
import type { Store } from "../../../src/store/store.ts";
import { startPostgres, startRedis, type TestServer } from "../../store/_servers.ts";
import { assertWhole } from "./_assert_whole.ts";
import { type BackendAddress, type BackendKind, openBackend } from "./_backend.ts";
import type { Parts } from "./_timed.ts";
import { watchProgress } from "./_progress.ts";
import { WorkerProcess, type WorkerProcessOptions } from "./_worker_process.ts";

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
  /** Longest time for which a server stays away, in milliseconds; 0 to start it again at once. */
  readonly downMs: number;
  /** Maximum number of faults. */
  readonly maxFaults: number;
}

/** The figures of a fleet. */
export interface FleetFigures {
  /** Number of workers that were killed, that were frozen, and of servers that were restarted. */
  readonly kills: number;
  readonly freezes: number;
  readonly restarts: number;
  /** The longest time until a job of a killed worker was taken away from it, with the server there, in milliseconds. */
  readonly detectionMs: number;
  /** Time for which the server was away, in milliseconds. */
  readonly awayMs: number;
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
  downMs: 0,
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
  const over = new AbortController();
  const onFault = (error: Error) => over.abort(error);
  const given = { address, ledgers, steps, concurrency, sliceMs, leaseMs, runtime, onFault };
  const began = performance.now();
  const workers = Array.from({ length: options.workers }, () => new WorkerProcess(given));
  const faults = { kills: 0, freezes: 0, restarts: 0, detectionMs: 0, awayMs: 0 };
  const parts: Parts = {};
  let durationMs: number;
  const harassed = new AbortController();
  const harassing = harass(options, {
    ...{ ...place, given, workers, faults },
    signal: AbortSignal.any([over.signal, harassed.signal]),
  });
  try {
    await Promise.race([
      watchProgress({ queue, store, ledgers, signal: over.signal }),
      // It ends before only with an error, or with the maximum of faults.
      harassing.then(() => new Promise<never>(() => {})),
    ]);
    durationMs = performance.now() - began;
    harassed.abort();
    await harassing;
    for (const worker of workers) add(await worker.drain(), parts);
  } catch (error) {
    console.error(error);
    harassed.abort();
    await harassing.catch(() => {});
    for (const worker of workers) console.error(await worker.autopsy());
    throw error;
  }
  assertEquals(await queue.list(), []);
  for (const id of ids) await assertWhole(id, { store, steps, ledger: `${ledgers}/${id}` });
  return { ...faults, durationMs, parts };
}

function add(parts: Parts, sum: Parts): void {
  for (const [name, { ms, calls }] of Object.entries(parts)) {
    const all = sum[name] ??= { ms: 0, calls: 0 };
    all.ms += ms;
    all.calls += calls;
  }
}

interface Harassed extends Place {
  readonly given: WorkerProcessOptions;
  readonly workers: WorkerProcess[];
  readonly faults: {
    kills: number;
    freezes: number;
    restarts: number;
    detectionMs: number;
    awayMs: number;
  };
  /** Aborts when all runs are done, or something is wrong. */
  readonly signal: AbortSignal;
}

/** Kills and freezes workers and restarts the server, until all runs are done. All of them live at its end. */
async function harass(
  { faultMs, maxFaults, leaseMs, restartShare, downMs }: FleetRunOptions,
  { queue, server, given, workers, faults, signal }: Harassed,
): Promise<void> {
  const watches: Promise<void>[] = [];
  for (let count = 0; faultMs > 0 && count < maxFaults; count++) {
    await pause(faultMs * (0.5 + Math.random()), signal);
    if (signal.aborted) break;
    const at = Math.floor(Math.random() * workers.length);
    const worker = workers[at]!;
    const dice = Math.random();
    if (server !== undefined && dice < restartShare) {
      faults.restarts++;
      const began = performance.now();
      const away = downMs * (0.5 + 0.5 * Math.random());
      await server.restart(Math.random() < 0.7 ? "SIGKILL" : "SIGTERM", away);
      faults.awayMs += performance.now() - began;
    } else if (dice < 0.65) {
      faults.kills++;
      await worker.kill();
      watches.push(watchTakeover(queue, { worker: worker.name, faults, signal }));
      workers[at] = new WorkerProcess(given);
    } else {
      faults.freezes++;
      worker.signal("SIGSTOP");
      await pause(leaseMs * (0.5 + 1.5 * Math.random()), signal);
      worker.signal("SIGCONT");
    }
  }
  await Promise.all(watches);
}

/** Measures the time until no job is in the hands of a worker that is dead. */
async function watchTakeover(
  queue: Queue,
  { worker, faults, signal }: {
    readonly worker: string;
    readonly faults: Harassed["faults"];
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const began = performance.now();
  const { awayMs } = faults;
  while (!signal.aborted) {
    const claimed = await queue.list({ state: "claimed", limit: 1_000 }).catch(() => undefined);
    // A server that is away is not the worker's fault.
    if (claimed === undefined) return;
    if (claimed.every((job) => job.worker !== worker)) break;
    await pause(50, signal);
  }
  const withoutServer = faults.awayMs - awayMs;
  const tookMs = performance.now() - began - withoutServer;
  faults.detectionMs = Math.max(faults.detectionMs, tookMs);
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
