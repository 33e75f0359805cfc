/** Runs on workers whose commits fail at the worst moment, and sessions that are deleted meanwhile. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { CaveAgent } from "../../src/cave_agent.ts";
import type { Model } from "../../src/model/model.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { deleteSession } from "../../src/session/manage_sessions.ts";
import { SESSION_KEYS, type SessionRecord } from "../../src/session/record/session_record.ts";
import type { Store, StoreChange } from "../../src/store/store.ts";
import { until } from "../until.ts";
import { eventOf, fleet } from "./setup.ts";

/** Calls a function before each commit, which may throw. */
function beforeCommits(store: Store, look: (changes: readonly StoreChange[]) => void): void {
  const commit = store.commit.bind(store);
  store.commit = async (changes) => {
    look(changes);
    return await commit(changes);
  };
}

/** Returns the record of a session that changes write. */
function recordIn(changes: readonly StoreChange[]): SessionRecord | undefined {
  for (const change of changes) {
    if (change.kind !== "set" || !change.key.startsWith("sessions/")) continue;
    return change.value as unknown as SessionRecord;
  }
  return undefined;
}

/** Returns the types of the events that changes add to a run. */
function eventsIn(changes: readonly StoreChange[]): string[] {
  return changes.flatMap((change) =>
    change.kind === "append" && change.log.startsWith("events/")
      ? change.entries.map((entry) => (entry as { readonly type: string }).type)
      : []
  );
}

Deno.test("a run is over in the commit of its last event, and goes on if that fails", async () => {
  await using all = fleet(["done", "done"]);
  let failures = 0;
  beforeCommits(all.store, (changes) => {
    const isOver = recordIn(changes)?.status === "completed";
    const isEnd = eventsIn(changes).includes("run_end");
    assertEquals(isOver, isEnd);
    if (isEnd && failures++ === 0) throw new Error("The disk is away");
  });
  all.worker();
  const client = all.client();
  const run = await client.prompt("Work");
  await until(async () => await all.queue.get("s") === undefined);
  assertEquals((await all.store.read(SESSION_KEYS.events("s", run.id))).ended, true);
  assertEquals((await run.result).content, "done");
  assertEquals([failures, all.errors.length, await all.store.list("work/")], [2, 1, []]);
});

Deno.test("a request to a person and its event are one commit", async () => {
  const asked = fleet(["~~~ts\nawait askUser('Who?')\n~~~", "Hello"], {
    askUser: true,
    worker: { waitMs: 0 },
  });
  await using all = asked;
  let requests = 0;
  beforeCommits(all.store, (changes) => {
    const isNew = recordIn(changes)?.run?.requests.some(({ answer }) => answer === undefined);
    if (isNew !== true || requests > 0) return;
    requests++;
    assert(eventsIn(changes).includes("ask_user"), eventsIn(changes).join());
  });
  all.worker();
  const client = all.client();
  const run = await client.prompt("Greet");
  await eventOf(run, "ask_user");
  await client.answer("Ann");
  assertEquals((await run.result).content, "Hello");
  assertEquals([requests, all.errors], [1, []]);
});

Deno.test("a run that is handed back after each step does not say that it has failed", async () => {
  await using all = fleet(["~~~ts\n1\n~~~", "~~~ts\n2\n~~~", "done"]);
  all.worker();
  const run = await all.client().prompt("Count");
  const types = (await Array.fromAsync(run)).map(({ type }) => type);
  assertEquals(types.filter((type) => type === "run_failed"), []);
  assertEquals(types.at(-1), "run_end");
});

Deno.test("a model that is silent is stopped when its session is deleted", async () => {
  await using all = fleet([]);
  const asked = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const model: Model = {
    // deno-lint-ignore require-yield -- it never answers
    async *stream(_messages, { signal } = {}) {
      asked.resolve();
      await new Promise((_, reject) =>
        signal?.addEventListener("abort", () => {
          stopped.resolve();
          reject(signal.reason);
        })
      );
    },
  };
  const make = () => new CaveAgent({ model, runtime: new LocalRuntime() });
  all.worker({ agents: [{ agent: "a", make }], leaseMs: 30 });
  await all.client().prompt("Think");
  await asked.promise;
  assertEquals(await deleteSession(all.store, "s"), true);
  await stopped.promise;
  await until(async () => await all.queue.get("s") === undefined);
  assertEquals([await all.store.list(""), all.errors], [[], []]);
  await assertRejects(() => Array.fromAsync(all.client().events()), RangeError, "none yet");
});
