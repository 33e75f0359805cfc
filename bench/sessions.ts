/**
 * Benchmarks of stores and sessions.
 *
 * @module
 */

import { Redis } from "ioredis";
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import { CaveAgent, DenoRuntime, type Model } from "../mod.ts";
import { listSessions } from "../src/session/manage_sessions.ts";
import { openSession } from "../src/session/open_session.ts";
import { PostgresStore } from "../src/store/postgres/postgres_store.ts";
import { RedisStore } from "../src/store/redis/redis_store.ts";
import { HINDRANCES, startPostgres, startRedis } from "../tests/store/_servers.ts";
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
const VALUE = { text: "x".repeat(2_000) };

/** Measures commits on each store beside one bare write to the same database. */
async function commits(report: Report, folder: string): Promise<void> {
  const json = JSON.stringify(VALUE);
  using bare = new DatabaseSync(`${folder}/bare.db`);
  bare.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE t (x TEXT)");
  const insert = bare.prepare("INSERT INTO t VALUES (?)");
  const write = () => insert.run(json);
  await commit(report, { where: "in memory", store: new MemoryStore(), write });
  const sqlite = new SqliteStore({ path: `${folder}/store.db` });
  await commit(report, { where: "in SQLite", store: sqlite, write });
  // Servers where they are installed, with a disk that each commit reaches.
  if (HINDRANCES.redis === undefined) {
    await using server = await startRedis();
    const client = new Redis(server.url);
    const store = new RedisStore({ url: server.url });
    await commit(report, { where: "in Redis", store, write: () => client.rpush("bare", json) });
    client.disconnect();
  }
  if (HINDRANCES.postgres === undefined) {
    await using server = await startPostgres();
    const sql = postgres(server.url, { max: 1, onnotice() {} });
    await sql`CREATE TABLE bare (x TEXT)`;
    const store = new PostgresStore({ url: server.url });
    await commit(report, {
      where: "in PostgreSQL",
      store,
      write: async () => void await sql`INSERT INTO bare VALUES (${json})`,
    });
    await sql.end();
  }
}

async function commit(
  report: Report,
  { where, store, write }: {
    readonly where: string;
    readonly store: Store;
    readonly write: () => unknown;
  },
): Promise<void> {
  await using _ = store;
  const options = { times: 1_000, warmup: 100 };
  const floor = { what: "a bare write", value: median(await time(write, options)) };
  let at = 0;
  const figure = median(
    await time(async () => {
      const entries = [VALUE, VALUE, VALUE];
      await store.commit([
        { kind: "set", key: "record", value: VALUE },
        { kind: "append", log: "log", at, entries },
      ]);
      at += entries.length;
    }, options),
  );
  // Servers write to the disk before they answer.
  const limit = where === "in Redis" || where === "in PostgreSQL" ? 5 : 1;
  const what = `a commit of a record and three entries, ${where}`;
  report.add({ what, value: figure, unit: "ms", floor, aim: `< ${limit} ms` }, figure < limit);
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
