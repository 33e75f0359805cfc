/**
 * Benchmarks of stores and sessions.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { CaveAgent, DenoRuntime, type Model } from "../mod.ts";
import { listSessions } from "../src/session/manage_sessions.ts";
import { openSession } from "../src/session/open_session.ts";
import { MemoryStore } from "../src/store/memory_store.ts";
import { SqliteStore } from "../src/store/sqlite/sqlite_store.ts";
import type { Store } from "../src/store/store.ts";
import { median, type Report, time } from "./measure.ts";

/** Measures commits, steps that are recorded, resumption, and lists. */
export async function sessions(report: Report): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cave-bench-" });
  try {
    await commits(report, folder);
    await recordedSteps(report, folder);
    for (const megabytes of [1, 100]) await resume(report, { folder, megabytes });
    await lists(report, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A commit as a step makes it: a record, and some entries of a log. */
async function commits(report: Report, folder: string): Promise<void> {
  const value = { text: "x".repeat(2_000) };
  using bare = new DatabaseSync(`${folder}/bare.db`);
  bare.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE t (x TEXT)");
  const insert = bare.prepare("INSERT INTO t VALUES (?)");
  const json = JSON.stringify(value);
  const options = { times: 1_000, warmup: 100 };
  const floor = {
    what: "a bare insert",
    value: median(await time(() => insert.run(json), options)),
  };
  const stores: [string, Store][] = [
    ["in memory", new MemoryStore()],
    ["in SQLite", new SqliteStore({ path: `${folder}/store.db` })],
  ];
  for (const [where, store] of stores) {
    await using _ = store;
    let at = 0;
    const commit = async () => {
      const entries = [value, value, value];
      await store.commit([
        { kind: "set", key: "record", value },
        { kind: "append", log: "log", at, entries },
      ]);
      at += entries.length;
    };
    const what = `a commit of a record and three entries, ${where}`;
    const figure = median(await time(commit, options));
    report.add({ what, value: figure, unit: "ms", floor, aim: "< 1 ms" }, figure < 1);
  }
}

/** Returns a model that writes so many cells, and then an answer. */
function writing(cells: number, code: string): Model {
  let left = cells;
  return {
    async *stream() {
      await Promise.resolve();
      yield { type: "text", text: left-- > 0 ? `~~~ts\n${code}\n~~~\n` : "Done" };
      yield { type: "end", finishReason: "stop" };
    },
  };
}

async function recordedSteps(report: Report, folder: string): Promise<void> {
  const count = 100;
  const options = { maxSteps: Infinity };
  const agentOf = () =>
    new CaveAgent({
      model: writing(count, "n += 1"),
      runtime: new DenoRuntime({ variables: { n: 0 } }),
    });
  const plain = agentOf();
  await plain.runtime.execute("n");
  const started = performance.now();
  await plain.run("Count", options);
  const floor = { what: "without a store", value: (performance.now() - started) / count };
  await plain.runtime.close();
  await using store = new SqliteStore({ path: `${folder}/steps.db` });
  await using session = await openSession("steps", { store, agent: agentOf });
  const begun = performance.now();
  await (await session.prompt("Count", options)).result;
  const value = (performance.now() - begun) / count;
  const what = "a recorded step with its snapshot, in SQLite";
  report.add({ what, value, unit: "ms", floor, aim: "< 5 ms" }, value < 5);
}

async function resume(
  report: Report,
  { folder, megabytes }: { readonly folder: string; readonly megabytes: number },
): Promise<void> {
  const path = `${folder}/resume-${megabytes}.db`;
  const code = `const bytes = new Uint8Array(${megabytes * 1e6}).map((_, i) => i * i >> 3)`;
  const agentOf = (cells: number, code: string) => () =>
    new CaveAgent({ model: writing(cells, code), runtime: new DenoRuntime() });
  {
    await using store = new SqliteStore({ path });
    await using session = await openSession("s", { store, agent: agentOf(1, code) });
    await (await session.prompt("Make")).result;
  }
  await using runtime = new DenoRuntime();
  const cold = performance.now();
  await runtime.execute("1");
  const floor = { what: "a new kernel", value: performance.now() - cold };
  const started = performance.now();
  await using store = new SqliteStore({ path });
  await using session = await openSession("s", { store, agent: agentOf(1, "bytes.length") });
  await (await session.prompt("Look")).result;
  const value = performance.now() - started;
  const limit = megabytes === 1 ? 300 : 3_000;
  const what = `a session with ${megabytes} MB of namespace, opened and asked`;
  report.add({ what, value, unit: "ms", floor, aim: `< ${limit} ms` }, value < limit);
}

async function lists(report: Report, folder: string): Promise<void> {
  await using store = new SqliteStore({ path: `${folder}/list.db` });
  const agent = new CaveAgent({ model: writing(0, ""), runtime: new DenoRuntime() });
  const fork = await openSession("first", { store, agent });
  await (await fork.prompt("Begin")).result;
  const { value } = (await store.get("sessions/first"))!;
  for (let i = 0; i < 20; i++) {
    await store.commit(Array.from({ length: 500 }, (_, j) => {
      const id = `s${i * 500 + j}`;
      return { kind: "set", key: `sessions/${id}`, value: { ...value as object, id } };
    }));
  }
  await agent.runtime.close();
  const found = median(await time(() => listSessions(store), { times: 5 }));
  const text = JSON.stringify(await store.list("", { limit: 10_000 }));
  const floor = {
    what: "JSON.parse of their records",
    value: median(await time(() => JSON.parse(text), { times: 5 })),
  };
  const what = "10,000 sessions listed";
  report.add({ what, value: found, unit: "ms", floor, aim: "< 500 ms" }, found < 500);
}
