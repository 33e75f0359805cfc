/** Stores in Redis and in PostgreSQL: the contract, and servers that end. */

import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import postgres from "postgres";
import { PostgresStore } from "../../src/store/postgres/postgres_store.ts";
import { RedisStore } from "../../src/store/redis/redis_store.ts";
import { type Store, StoreConflictError } from "../../src/store/store.ts";
import { storeContract } from "../../src/store/testing/store_contract.ts";
import { unless } from "../programs.ts";
import { type Moment, startFaultyPostgres } from "./_faulty_postgres.ts";
import { until } from "../until.ts";
import { HINDRANCES, startPostgres, startRedis, type TestServer } from "./_servers.ts";

interface Kind {
  readonly name: string;
  readonly hindrance: string | undefined;
  readonly start: () => Promise<TestServer>;
  readonly open: (url: string, place: string) => Store;
}

const KINDS: readonly Kind[] = [
  {
    name: "RedisStore",
    hindrance: HINDRANCES.redis,
    start: startRedis,
    open: (url, place) => new RedisStore({ url, prefix: `{${place}}:` }),
  },
  {
    name: "PostgresStore",
    hindrance: HINDRANCES.postgres,
    start: startPostgres,
    open: (url, schema) => new PostgresStore({ url, schema, connections: 2 }),
  },
];

for (const { name, hindrance, start, open } of KINDS) {
  Deno.test(unless(hindrance, {
    name:
      `${name} keeps the contract of stores, and what it has acknowledged when its server is killed`,
    // Clients of both keep timers and sockets for a moment after they are closed.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(t) {
      await using server = await start();
      const tests = storeContract({
        open: (place) => Promise.resolve(open(server.url, place)),
        randomOperations: 60,
      });
      for (const test of tests) await t.step(test.name, test.fn);
      await t.step(
        "goes on when its server is killed and started again",
        () => survive(server, (place) => open(server.url, place)),
      );
    },
  }));
}

async function survive(server: TestServer, open: (place: string) => Store): Promise<void> {
  await using store = open("survive");
  await using reader = open("survive");
  const followed: number[] = [];
  const following = (async () => {
    for await (const { index } of reader.follow("l")) followed.push(index);
  })();
  let at = 0;
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20; i++) {
      await store.commit([
        { kind: "append", log: "l", at, entries: [at] },
        { kind: "set", key: "n", value: at++ },
      ]);
    }
    await server.restart("SIGKILL");
    at = await lengthAfterRestart(store);
  }
  assertEquals([at, (await store.get("n"))?.value], [40, 39]);
  await store.commit([{ kind: "append", log: "l", at, entries: [], end: true }]);
  await following;
  assertEquals(followed, Array.from({ length: 40 }, (_, i) => i));
}

/** Returns the length of the log. Commands fail until the client has noticed that its server is back. */
async function lengthAfterRestart(store: Store): Promise<number> {
  for (let tries = 0;; tries++) {
    try {
      return (await store.read("l")).entries.length;
    } catch (error) {
      if (error instanceof StoreConflictError || tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Moments at which servers end connections. The process of a store would end with an error that nobody listens to. */
const MOMENTS: readonly Moment[] = ["ready", "command", "end"];

Deno.test(unless(HINDRANCES.postgres, {
  name: "PostgresStore survives connections that are lost at any moment",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using server = await startPostgres();
    for (const moment of MOMENTS) {
      await t.step(moment, async () => {
        await using faulty = startFaultyPostgres(server.url);
        const open = (url: string) => new PostgresStore({ url, schema: moment, retryMs: 60_000 });
        await using other = open(server.url);
        // A store that is opened while the server is away works when it is back.
        await faulty.lose(moment);
        await using store = open(faulty.url);
        if (moment !== "end") await assertRejects(() => store.get("k"), Error, "in PostgreSQL");
        await faulty.lose(undefined);
        await until(() => store.get("k").then(() => true, () => false));
        // So does one that follows a log, on a connection of its own.
        const followed: number[] = [];
        const following = (async () => {
          for await (const { index } of store.follow("l")) followed.push(index);
        })();
        await other.commit([{ kind: "append", log: "l", at: 0, entries: ["first"] }]);
        await until(() => followed.length > 0);
        const before = faulty.lost;
        await faulty.lose(moment);
        store.get("k").catch(() => {});
        await until(() => faulty.lost > before);
        await faulty.lose(undefined);
        await other.commit([{ kind: "append", log: "l", at: 1, entries: ["last"], end: true }]);
        await following;
        assertEquals(followed, [0, 1]);
        await faulty.lose(moment);
      });
    }
  },
}));

Deno.test(unless(HINDRANCES.postgres, {
  name: "PostgresStore brings an older format to the present one, and refuses a newer one",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using server = await startPostgres();
    const open = () => new PostgresStore({ url: server.url, connections: 1 });
    const sql = postgres(server.url, { max: 1, connection: { search_path: "cave" } });
    {
      await using store = open();
      await store.commit([{ kind: "set", key: "k", value: "old" }]);
    }
    // The first format had tables, and no functions.
    await sql`DROP FUNCTION commit_changes, version_of, refuse_change`;
    await sql`UPDATE format SET format = 1`;
    {
      await using one = open();
      await using two = open();
      const [first, second] = await Promise.all([
        one.commit([{ kind: "set", key: "a", value: 1 }]),
        two.commit([{ kind: "set", key: "b", value: 2 }]),
      ]);
      assertEquals([first.length, second.length, (await one.get("k"))?.value], [1, 1, "old"]);
    }
    await sql`UPDATE format SET format = format + 1`;
    await using newer = open();
    await assertRejects(() => newer.get("k"), RangeError, "it has format 3, and this program");
    await sql.end();
  },
}));

/** Options that are refused. */
const REFUSED: readonly [() => unknown, RegExp][] = [
  [() => new RedisStore({ url: "http://host" }), /the url is no redis:\/\//],
  [() => new RedisStore({ urls: "redis://h" } as never), /there is no option "urls"/],
  [() => new PostgresStore({ url: "mysql://host" }), /the url is no postgres:\/\//],
  [() => new PostgresStore({ url: "postgres://h", schema: `a"; DROP` }), /is not of lower-case/],
];

Deno.test("stores in servers refuse options that are wrong", () => {
  for (const [make, message] of REFUSED) {
    assertMatch((assertThrows(make) as Error).message, message);
  }
});

Deno.test("stores in servers say that nobody listens", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const redis = new RedisStore({ url: `redis://127.0.0.1:${port}`, maxRetries: 1 });
  const first = await assertRejects(() => redis.get("k")) as Error;
  assertMatch(first.message, /^Cannot read a record in Redis: /);
  await redis.close();
  const sql = new PostgresStore({ url: `postgres://127.0.0.1:${port}/x` });
  const second = await assertRejects(() => sql.get("k")) as Error;
  assertMatch(second.message, /^Cannot read a record in PostgreSQL: .*ECONNREFUSED/);
  await sql.close();
});
