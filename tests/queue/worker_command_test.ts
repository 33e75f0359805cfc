/** The command line of workers, as a process. */

import { assertEquals, assertMatch } from "@std/assert";
import { main } from "../../src/cli/worker_command.ts";
import { SessionClient } from "../../src/queue/client/session_client.ts";
import { SqliteQueue } from "../../src/queue/sqlite/sqlite_queue.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite_store.ts";

const COMMAND = new URL("../../src/cli/worker_command.ts", import.meta.url).pathname;
const MODULE = new URL("_recipe_module.ts", import.meta.url).href;

Deno.test({
  name: "the command runs the agents that it is given, and hands over what is left on SIGTERM",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "cave-worker-" });
    const recipes = [{ agent: "echo", module: MODULE, export: "echo", settings: 7 }, {
      agent: "other",
      module: "./none.ts",
    }];
    await Deno.writeTextFile(`${folder}/agents.json`, JSON.stringify(recipes));
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", COMMAND, "--sqlite", folder, "--agents", "echo"],
        ...["--recipes", `${folder}/agents.json`, "--concurrency", "2", "--name", "one"],
      ],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    {
      await using store = new SqliteStore({ path: `${folder}/store.db`, pollMs: 5 });
      await using queue = new SqliteQueue({ path: `${folder}/queue.db` });
      const client = new SessionClient("s", { store, queue, agent: "echo" });
      assertEquals((await (await client.prompt("?")).result).content, "7");
      child.kill("SIGTERM");
      const { code, stderr } = await child.output();
      assertEquals(code, 0);
      assertMatch(new TextDecoder().decode(stderr), /Worker one has begun: echo\n/);
    }
    await Deno.remove(folder, { recursive: true });
  },
});

/** Command lines that are refused. */
const REFUSED: readonly string[][] = [
  ["--recipes", "none.json"],
  ["--recipe", "x"],
  ["--recipes", "deno.json"],
];

Deno.test("the command refuses what is wrong", async () => {
  const folder = await Deno.makeTempDir({ prefix: "cave-worker-" });
  const path = `${folder}/agents.json`;
  await Deno.writeTextFile(path, JSON.stringify([{ agent: "a", module: MODULE }]));
  const lines = [
    ...REFUSED,
    ["--recipes", path],
    ["--recipes", path, "--redis", "redis://h", "--sqlite", folder],
    ["--recipes", path, "--agents", "b", "--sqlite", folder],
    ["--recipes", path, "--concurrency", "many", "--sqlite", folder],
  ];
  for (const line of lines) assertEquals(await main(line), 2, line.join(" "));
  assertEquals(await main(["--recipes", path, "--concurrency", "0", "--sqlite", folder]), 1);
  await Deno.remove(folder, { recursive: true });
});
