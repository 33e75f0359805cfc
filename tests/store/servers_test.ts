/** Stores in Redis and in PostgreSQL: the contract, and servers that end. */

import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import postgres from "postgres";
import { PostgresStore } from "../../src/store/postgres/postgres_store.ts";
import { RedisStore } from "../../src/store/redis/redis_store.ts";
import { type Store, StoreConflictError } from "../../src/store/store.ts";
import { storeContract } from "../../src/store/testing/store_contract.ts";
import { unless } from "../programs.ts";
import {
  type Moment,
  MOMENTS,
  POSTGRES,
  type Protocol,
  REDIS,
  startFaultyServer,
} from "./_faulty_server.ts";
import { until } from "../until.ts";
import { HINDRANCES, startPostgres, startRedis, type TestServer } from "./_servers.ts";

interface Kind {
  readonly name: string;
  readonly hindrance: string | undefined;
  readonly start: () => Promise<TestServer>;
  readonly open: (url: string, place: string, limits?: { readonly timeoutMs: number }) => Store;
  readonly protocol: Protocol;
}

const KINDS: readonly Kind[] = [
  {
    name: "RedisStore",
    hindrance: HINDRANCES.redis,
    start: startRedis,
    open: (url, place, limits) => new RedisStore({ url, prefix: `{${place}}:`, ...limits }),
    protocol: REDIS,
  },
  {
    name: "PostgresStore",
    hindrance: HINDRANCES.postgres,
    start: startPostgres,
    open: (url, schema, limits) => new PostgresStore({ url, schema, connections: 2, ...limits }),
    protocol: POSTGRES,
  },
];

for (const { name, hindrance, start, open, protocol } of KINDS) {
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
      for (const moment of MOMENTS) {
        await t.step(
          `goes on when its connections are lost: ${moment}`,
          () => surviveLosses(server.url, { open, protocol, moment }),
        );
      }
    },
  }));
}

/** Loses connections at a moment. An error that nobody listens to would end the process. */
async function surviveLosses(
  url: string,
  { open, protocol, moment }: Pick<Kind, "open" | "protocol"> & { readonly moment: Moment },
): Promise<void> {
  await using faulty = startFaultyServer(url, protocol);
  await using other = open(url, moment);
  // A store that is opened while the server is away works when it is back.
  await faulty.lose(moment);
  await using store = open(faulty.url, moment, { timeoutMs: 1_000 });
  const read = () => store.get("k").then(() => true, (error) => String(error));
  const early = read();
  if (moment === "silent") assertMatch(`${await early}`, /no answer within 1000 ms/);
  else if (moment !== "end") await until(() => faulty.lost > 0);
  await faulty.lose(undefined);
  await early;
  await until(async () => await read() === true);
  // So does one that follows a log, on a connection of its own.
  const followed: number[] = [];
  const follow = async () => {
    for await (const { index } of store.follow("l", { from: followed.length })) {
      followed.push(index);
    }
  };
  // It may be reading when the server falls silent.
  const following = follow().catch((error) => {
    assertMatch(error.message, /no answer/);
    return follow();
  });
  await other.commit([{ kind: "append", log: "l", at: 0, entries: ["first"] }]);
  await until(() => followed.length > 0);
  const before = faulty.lost;
  await faulty.lose(moment);
  const late = read();
  if (moment === "silent") await late;
  else await until(() => faulty.lost > before);
  await faulty.lose(undefined);
  await other.commit([{ kind: "append", log: "l", at: 1, entries: ["last"], end: true }]);
  await following;
  assertEquals(followed, [0, 1]);
  await faulty.lose(moment);
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
