/**
 * A server under load: many sessions with kernels of their own, slow clients, clients that leave, and one that only looks how fast
 * it is answered.
 *
 * @module
 */

import { CaveAgent } from "../../../src/cave_agent.ts";
import type { Model } from "../../../src/model/model.ts";
import { MemoryQueue } from "../../../src/queue/memory_queue.ts";
import { Worker } from "../../../src/queue/work/worker.ts";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import type { Runtime } from "../../../src/runtime/runtime.ts";
import { bearerTokens } from "../../../src/server/http/callers.ts";
import { Server } from "../../../src/server/server.ts";
import { SqliteStore } from "../../../src/store/sqlite/sqlite_store.ts";

const TOKEN = "token-of-the-load-test";

/** Options of {@linkcode load}. */
export interface LoadOptions {
  /** Number of sessions. */
  readonly sessions: number;
  /** Number of questions in each. */
  readonly questions: number;
  /** Number of kernels that stay alive. */
  readonly kernels: number;
  /** Number of sessions whose clients ask at a time. */
  readonly clients: number;
}

/** The figures of a load. */
export interface LoadReport {
  /** Runs that ended well. */
  readonly completed: number;
  /** Times from a question to the end of its run, in milliseconds, sorted. */
  readonly runsMs: readonly number[];
  /** Times of a short request beside the load, in milliseconds, sorted. */
  readonly probesMs: readonly number[];
  /** Clients that left and came back, and events that they have missed or got twice. */
  readonly left: number;
  readonly faults: number;
  /** Largest numbers of kernels and of open requests; the latter at the end. */
  readonly maxKernels: number;
  readonly openAtEnd: number;
  /** Memory of the host process in bytes: the largest, and at the end. */
  readonly maxRss: number;
  readonly endRss: number;
}

/** A model without latency: a cell, then the answer. */
function counting(): Model {
  return {
    async *stream(messages) {
      await Promise.resolve();
      const isResult = messages.at(-1)!.content.includes("execution_output");
      const text = isResult ? "Done" : "~~~ts\nglobalThis.n = (globalThis.n ?? 0) + 1\n~~~";
      for (const piece of text.match(/.{1,4}/gs)!) yield { type: "text", text: piece };
      yield { type: "end", finishReason: "stop" };
    },
  };
}

/** Runs the load, and measures. */
export async function load(
  { sessions, questions, kernels, clients }: LoadOptions,
): Promise<LoadReport> {
  const folder = await Deno.makeTempDir({ prefix: "cave-load-" });
  const store = new SqliteStore({ path: `${folder}/store.db` });
  const queue = new MemoryQueue();
  const make = () =>
    new CaveAgent<Runtime>({ model: counting(), runtime: new DenoRuntime() as Runtime });
  const worker = new Worker({
    ...{ store, queue, agents: [{ agent: "counter", make }] },
    ...{ concurrency: 8, warmSessions: kernels },
  });
  worker.start();
  const authenticate = bearerTokens({ [TOKEN]: "load" });
  const limits = { requestsPerMinute: 1e9, concurrency: 1e6 };
  const server = new Server({ store, queue, agent: "counter", authenticate, ...limits });
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, server.fetch);
  const url = `http://127.0.0.1:${http.addr.port}`;
  const ask = (method: string, path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        "content-type": "application/json",
        ...init.headers as Record<string, string>,
      },
    });
  const report = { completed: 0, left: 0, faults: 0, maxKernels: 0, maxRss: 0 };
  const runsMs: number[] = [];
  const probesMs: number[] = [];

  /** Reads a run to its end. Some clients leave in the middle and come back, some are slow. */
  async function follow(
    id: string,
    { run, kind }: { readonly run: string; readonly kind: number },
  ) {
    let next = 0;
    for (let leaves = kind === 1 ? 2 : 0;; leaves--) {
      const last: Record<string, string> = next === 0
        ? {}
        : { "last-event-id": `${run}:${next - 1}` };
      const response = await ask("GET", `/sessions/${id}/events?run=${run}`, { headers: last });
      let text = "";
      let taken = 0;
      for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
        text += piece;
        const blocks = text.split("\n\n");
        text = blocks.pop()!;
        for (const block of blocks) {
          const [, number] = /^id: .*:(\d+)$/m.exec(block) ?? [];
          if (number === undefined) continue;
          if (Number(number) !== next++) report.faults++;
          taken++;
          if (/^event: run_end$/m.test(block)) return /"status":"completed"/.test(block);
        }
        if (leaves > 0 && taken > 2) break;
        if (kind === 2) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      report.left++;
    }
  }

  async function client(number: number): Promise<void> {
    const { id } = await (await ask("POST", "/sessions", { body: "{}" })).json();
    for (let i = 0; i < questions; i++) {
      const began = performance.now();
      const body = JSON.stringify({ query: "Count" });
      const { run } = await (await ask("POST", `/sessions/${id}/prompt`, { body })).json();
      if (await follow(id, { run, kind: number % 5 })) report.completed++;
      if (number % 5 !== 2) runsMs.push(performance.now() - began);
    }
  }

  let isOver = false;
  async function look(): Promise<void> {
    while (!isOver) {
      const began = performance.now();
      await (await ask("GET", "/v1/models")).body?.cancel();
      probesMs.push(performance.now() - began);
      report.maxKernels = Math.max(report.maxKernels, worker.load.warm + worker.load.active);
      report.maxRss = Math.max(report.maxRss, Deno.memoryUsage().rss);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const looking = look();
  let next = 0;
  await Promise.all(Array.from({ length: clients }, async () => {
    while (next < sessions) await client(next++);
  }));
  isOver = true;
  await looking;
  while (server.open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const openAtEnd = server.open;
  const endRss = Deno.memoryUsage().rss;
  await worker.close();
  await http.shutdown();
  await queue.close();
  await store.close();
  await Deno.remove(folder, { recursive: true });
  const sorted = (list: number[]) => list.sort((a, b) => a - b);
  return { ...report, runsMs: sorted(runsMs), probesMs: sorted(probesMs), openAtEnd, endRss };
}
