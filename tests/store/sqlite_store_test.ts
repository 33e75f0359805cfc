/** SQLite stores in trouble: killed writers, full and damaged files, other programs, several processes. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteStore } from "../../src/store/sqlite/sqlite_store.ts";

async function withFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cave-store-" });
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Starts a process that appends numbers to the log `own` and to a record in one commit each, and prints each when it is acknowledged. */
function startWriter(path: string, options: { readonly log: string; readonly count: number }) {
  const module = new URL("../../src/store/sqlite/sqlite_store.ts", import.meta.url);
  const code = `
    import { SqliteStore } from "${module}";
    const store = new SqliteStore({ path: ${JSON.stringify(path)} });
    for (let at = 0; at < ${options.count}; at++) {
      await store.commit([
        { kind: "append", log: "${options.log}", at, entries: [at] },
        { kind: "set", key: "${options.log}", value: at },
      ]);
      console.log(at);
    }`;
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-config",
      `--allow-read=${path}`,
      `--allow-write=${path}`,
      `data:text/typescript,${encodeURIComponent(code)}`,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("SqliteStore has whole commits, and all that were acknowledged, when its writer is killed", async () => {
  await withFolder(async (folder) => {
    for (const wanted of [1, 300, 2_000]) {
      const path = `${folder}/${wanted}.db`;
      // It would never end by itself.
      const child = startWriter(path, { log: "own", count: 1e9 });
      let isKilled = false;
      let acknowledged = -1;
      let text = "";
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const lines = text.split("\n");
        text = lines.pop()!;
        if (lines.length > 0) acknowledged = Number(lines.at(-1));
        if (acknowledged < wanted || isKilled) continue;
        isKilled = true;
        child.kill("SIGKILL");
      }
      const errors = await new Response(child.stderr).text();
      assertEquals([(await child.status).signal, errors], ["SIGKILL", ""]);
      await using store = new SqliteStore({ path });
      const last = (await store.get("own"))!.value as number;
      assert(last >= acknowledged, `${last} of ${acknowledged}`);
      const { entries } = await store.read("own", { from: Math.max(0, last - 9) });
      assertEquals(entries.at(-1), { index: last, value: last });
      await store.commit([{ kind: "append", log: "own", at: last + 1, entries: ["after"] }]);
    }
  });
});

Deno.test("SqliteStore lets several processes write at once, and a follower sees all", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/shared.db`;
    await using store = new SqliteStore({ path });
    const children = ["a", "b"].map((log) => ({
      log,
      child: startWriter(path, { log, count: 200 }),
    }));
    for (const { log, child } of children) {
      const drained = new Response(child.stdout).text();
      const errors = new Response(child.stderr).text();
      let next = 0;
      for await (const { index, value } of store.follow(log)) {
        assertEquals([index, value], [next, next]);
        if (++next === 200) break;
      }
      assertEquals([await errors, (await child.status).code], ["", 0]);
      await drained;
    }
  });
});

Deno.test("SqliteStore fails a commit that no longer fits, and keeps what it has", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/full.db`;
    const blob = new Uint8Array(400_000).fill(1);
    {
      await using store = new SqliteStore({ path, maxBytes: 300_000 });
      await store.commit([{ kind: "set", key: "kept", value: 1 }]);
      const full = /Cannot (commit|store a blob) in the store .*full\.db: database or disk is full/;
      const error = await assertRejects(() => store.putBlob(blob)) as Error;
      assert(full.test(error.message), error.message);
      const large = "x".repeat(400_000);
      const second = await assertRejects(() =>
        store.commit([
          { kind: "set", key: "kept", value: 2 },
          { kind: "set", key: "large", value: large },
        ])
      ) as Error;
      assert(full.test(second.message), second.message);
      assertEquals((await store.get("kept"))?.value, 1);
      await store.commit([{ kind: "set", key: "small", value: 3 }]);
    }
    await using store = new SqliteStore({ path });
    assertEquals((await store.list("")).map(({ key, value }) => [key, value]), [
      ["kept", 1],
      ["small", 3],
    ]);
    await store.putBlob(blob);
  });
});

Deno.test("SqliteStore gives the space of deleted blobs back", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/space.db`;
    const hash = await (async () => {
      await using store = new SqliteStore({ path });
      return await store.putBlob(new Uint8Array(4_000_000).fill(1));
    })();
    const before = (await Deno.stat(path)).size;
    {
      await using store = new SqliteStore({ path });
      assertEquals(await store.deleteBlobs([hash]), 1);
    }
    assert((await Deno.stat(path)).size < before / 10);
  });
});

Deno.test({
  name: "SqliteStore makes files that nobody else can read",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withFolder(async (folder) => {
      await using store = new SqliteStore({ path: `${folder}/own.db` });
      await store.commit([{ kind: "set", key: "k", value: 1 }]);
      for await (const { name } of Deno.readDir(folder)) {
        assertEquals((await Deno.stat(`${folder}/${name}`)).mode! & 0o777, 0o600, name);
      }
    });
  },
});

/** Files that are no store, with the error. */
const FOREIGN: readonly (readonly [what: string, make: (path: string) => void, message: RegExp])[] =
  [
    [
      "a text",
      (path) => Deno.writeTextFileSync(path, "hello ".repeat(1_000)),
      /file is not a database/,
    ],
    ["the database of another program", (path) => {
      using database = new DatabaseSync(path);
      database.exec("CREATE TABLE mine (x)");
    }, /it is a database of another program/],
    ["a store of a newer format", (path) => {
      new SqliteStore({ path }).close();
      using database = new DatabaseSync(path);
      database.exec("PRAGMA user_version = 1000");
    }, /it has format 1000, and this program knows formats up to \d+; use a newer version/],
    ["a folder", (path) => Deno.mkdirSync(path), /Cannot open the store .*: /],
  ];

Deno.test("SqliteStore refuses a file that is no store, and leaves it as it is", async () => {
  await withFolder(async (folder) => {
    for (const [what, make, message] of FOREIGN) {
      const path = `${folder}/${what.replaceAll(" ", "-")}`;
      make(path);
      const before = what === "a folder" ? undefined : await Deno.readFile(path);
      const error = assertThrows(() => new SqliteStore({ path })) as Error;
      assert(message.test(error.message) && error.message.includes(path), error.message);
      if (before !== undefined) assertEquals((await Deno.readFile(path)).length, before.length);
    }
    const missing = assertThrows(() => new SqliteStore({ path: `${folder}/no/store.db` })) as Error;
    assert(
      /Cannot open the store .*no\/store\.db: No such file/.test(missing.message),
      missing.message,
    );
  });
});

Deno.test("SqliteStore says that a file was cut off", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/cut.db`;
    {
      await using store = new SqliteStore({ path });
      for (let i = 0; i < 50; i++) {
        await store.commit([{ kind: "set", key: `k${i}`, value: "x".repeat(5_000) }]);
      }
    }
    await Deno.truncate(path, 100_000);
    const read = async () => {
      await using store = new SqliteStore({ path });
      await store.list("");
    };
    const error = await assertRejects(read) as Error;
    assert(
      /Cannot .* the store .*cut\.db: database disk image is malformed/.test(error.message),
      error.message,
    );
  });
});

/** Options that are refused. */
const BAD_OPTIONS: readonly (readonly [options: Record<string, unknown>, message: string])[] = [
  [{}, "the path is undefined"],
  [{ path: "" }, "the path is"],
  [{ path: ":memory:", sync: "off" }, `sync is "off"`],
  [{ path: ":memory:", pollMs: 0 }, "pollMs 0"],
  [{ path: ":memory:", syn: "full" }, `did you mean "sync"?`],
];

Deno.test("SqliteStore refuses options that are wrong", () => {
  for (const [options, message] of BAD_OPTIONS) {
    const error = assertThrows(() => new SqliteStore(options as never)) as Error;
    assert(error.message.includes(message), error.message);
  }
});
