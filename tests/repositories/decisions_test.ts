import { assertEquals, assertRejects } from "@std/assert";
import { CaveAgent } from "../../src/cave_agent.ts";
import { defineFunction } from "../../src/inject/host_function.ts";
import { ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { openDecisions } from "../../src/repositories/decisions.ts";
import { deleteUser } from "../../src/repositories/retention.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { onStores } from "./setup.ts";

onStores(
  "decisions hold for later runs of their reach, and are stored beside those of others",
  async ({ store }) => {
    const pays = "~~~ts\nawait pay(20)\n~~~";
    const asks = async (project: string) => {
      await using server = new ScriptedServer({ replies: [pays, "Done"] });
      const pay = defineFunction((euros: number) => euros, { approval: true });
      await using runtime = new LocalRuntime({ functions: { pay } });
      await using decisions = await openDecisions({ store, user: "ann", project });
      const run = new CaveAgent({ model: server.model(), runtime, decisions }).stream("Pay");
      let count = 0;
      for await (const event of run) {
        if (event.type !== "approval_request") continue;
        count++;
        run.approve(event.id, { allow: true, remember: true });
      }
      return count;
    };
    assertEquals([await asks("a"), await asks("a"), await asks("b")], [1, 0, 1]);

    const owner = { store, user: "ann", project: "a" };
    const [one, other] = [await openDecisions(owner), await openDecisions(owner)];
    one.set("x", false);
    other.set("y", true);
    await Promise.all([one.settle(), other.settle()]);
    const read = async () => [...(await openDecisions(owner)).entries()].sort();
    assertEquals(await read(), [["pay", true], ["x", false], ["y", true]]);
    one.forget("x");
    await one.settle();
    assertEquals(await read(), [["pay", true], ["y", true]]);
    one.forget();
    await one.settle();
    assertEquals([await read(), [...one.entries()]], [[], []]);
    await deleteUser(store, "ann");
    assertEquals([...(await openDecisions({ ...owner, project: "b" })).entries()], []);
  },
);

onStores("decisions have a limit, and leave out what is none", async ({ store }) => {
  const owner = { store, session: "s" };
  const decisions = await openDecisions(owner, { scope: "session" });
  decisions.set("first", true);
  await decisions.settle();
  const [found] = await store.list("repositories/");
  const key = found!.key;
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`call ${i}`, true]));
  const write = (value: unknown) =>
    store.commit([{ kind: "set", key, value: { name: "calls", updatedAt: 0, value } as never }]);
  await write(many);
  for (const name of ["last", "__proto__"]) decisions.set(name, true);
  await decisions.settle();
  const stored = [...(await openDecisions(owner, { scope: "session" })).entries()];
  assertEquals([stored.length, stored[0]![0], stored.at(-1)![0]], [1_000, "call 2", "__proto__"]);
  for (const value of [null, [true], { calls: 1 }, { a: "yes", b: 1 }]) {
    await write(value);
    assertEquals([...(await openDecisions(owner, { scope: "session" })).entries()], []);
  }
  await assertRejects(() => openDecisions({ store }, { scope: "session" }), TypeError);
  await assertRejects(
    () => openDecisions({ store }, { scop: "session" } as never),
    TypeError,
    "scope",
  );
});
