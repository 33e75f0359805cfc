/** Workers that end and freeze in the steps of runs: which runs are given up, and which go on. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MemoryStore } from "../../src/store/memory_store.ts";
import { countCrashes, countSurvivor } from "../../src/queue/crashes/count_crashes.ts";
import { deathsOf, readCrashes } from "../../src/queue/record/crash_record.ts";
import { readWork, touchWork } from "../../src/queue/record/work_record.ts";
import type { Store } from "../../src/store/store.ts";
import { type Mortal, type MortalPlan, mortals } from "./_mortal.ts";
import { until } from "../until.ts";

function cell(code: string): string {
  return `~~~ts\n${code}\n~~~`;
}

/** Returns the number of workers that were lost in the present step, and of those that came back. */
async function countOf(store: Store): Promise<{ lost: number; alive: number }> {
  const { lost = 0, alive = 0 } = readCrashes((await readWork(store, "s"))?.work.crashes) ?? {};
  return { lost, alive };
}

interface Fate {
  readonly name: string;
  /** Makes the plan. The function that is returned says how often something happened. */
  readonly plan: () => Omit<MortalPlan, "maxCrashes"> & {
    readonly maxCrashes?: number;
    readonly times: () => number;
    readonly store?: (store: Store) => void;
  };
  /** How often it happens, or at least and at most: a busy machine loses leases of its own. */
  readonly times: number | readonly [min: number, max: number];
  /** The end of the run: an answer, or an error. */
  readonly ends: string | RegExp;
}

/** A plan whose step kills its worker each time. */
function poison(code: string | undefined): ReturnType<Fate["plan"]> {
  let kills = 0;
  const bomb = (mortal: Mortal) => {
    kills++;
    throw mortal.kill();
  };
  return {
    reply: (mortal) => code === undefined ? bomb(mortal) : cell(code),
    functions: (mortal) => ({ bomb: () => bomb(mortal), log: (text: string) => text }),
    times: () => kills,
  };
}

/** A plan whose step freezes its worker, a number of times. The worker before thaws when the next one is in the step. */
function freezing(limit: number): ReturnType<Fate["plan"]> {
  let freezes = 0;
  let before: Mortal | undefined;
  let store: Store;
  return {
    store: (given) => store = given,
    reply: async (mortal, { signal }) => {
      if (before !== undefined) {
        before.thaw();
        await until(async () => (await countOf(store)).alive >= freezes);
      }
      if (freezes === limit) return "done";
      freezes++;
      before = mortal;
      mortal.freeze();
      return await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    },
    functions: () => ({}),
    times: () => freezes,
  };
}

const FATES: readonly Fate[] = [
  {
    name: "a cell that ends its worker each time",
    plan: () => poison("await bomb()"),
    times: 3,
    ends:
      /failed: Workers of the run have ended \(3\) one after another in step \d+, .* while this ran: .*await bomb/,
  },
  {
    name: "a cell that does the same before it ends its worker",
    plan: () => poison(`await log("begin"); console.log("begun"); await bomb()`),
    times: 3,
    ends: /failed: Workers of the run have ended \(3\)/,
  },
  {
    name: "a model whose answer ends the worker",
    plan: () => poison(undefined),
    times: 3,
    ends: /in step \d+, .* while the model was asked/,
  },
  {
    name: "a run whose workers are killed twice in each of its steps",
    plan: () => {
      let step = 0;
      let kills = 0;
      return {
        reply: () => step < 3 ? cell(`await work(${step})`) : "done",
        functions: (mortal) => ({
          work: () => {
            if (kills < 2 * (step + 1)) {
              kills++;
              throw mortal.kill();
            }
            return step++;
          },
        }),
        times: () => kills,
      };
    },
    times: 6,
    ends: "done",
  },
  {
    name: "a long step whose workers are killed, and that gets further each time",
    plan: () => {
      let done = 0;
      let kills = 0;
      return {
        reply: () => done < 12 ? cell(`for (let i = ${done}; i < 12; i++) await work(i)`) : "done",
        functions: (mortal) => ({
          work: () => {
            if (done < 2 * (kills + 1)) return done++;
            kills++;
            throw mortal.kill();
          },
        }),
        times: () => kills,
      };
    },
    // The last one comes behind the sixth, before the seventh.
    times: 5,
    ends: "done",
  },
  {
    name: "a step whose workers are frozen, and thaw",
    plan: () => freezing(7),
    times: 7,
    ends: "done",
  },
  {
    name: "a step that freezes each of its workers",
    plan: () => freezing(Infinity),
    times: [6, 12],
    ends: /failed: Workers of the run .*were frozen or out of reach .*\(\d+\) one after another/,
  },
];

for (const { name, plan, times, ends } of FATES) {
  Deno.test(`${name} ${typeof ends === "string" ? "goes on" : "is given up"}`, async () => {
    const given = plan();
    await using all = mortals({ maxCrashes: 3, ...given });
    given.store?.(all.store);
    const run = await all.client("s").prompt("Work");
    if (typeof ends === "string") assertEquals((await run.result).content, ends);
    else assertMatch((await assertRejects(() => run.result) as Error).message, ends);
    const [min, max] = typeof times === "number" ? [times, times] : times;
    assert(given.times() >= min && given.times() <= max, `${given.times()} times`);
    await until(async () => (await all.store.list("work/")).length === 0);
  });
}

Deno.test("a run that ends its workers takes no others with it", async () => {
  const deaths: Mortal[] = [];
  const thinking = new Map<Mortal, number>();
  await using all = mortals({
    maxCrashes: 3,
    reply: async (mortal, { messages }) => {
      if (JSON.stringify(messages).includes("Crash")) return cell("await bomb()");
      thinking.set(mortal, (thinking.get(mortal) ?? 0) + 1);
      // As long as it takes for a worker with the other run to end.
      const isBeside = async () => (await all.queue.get("p"))?.worker === mortal.name;
      await until(async () => mortal.isDead || deaths.length >= 2 && !await isBeside());
      if (mortal.isDead) throw new Error("The process is dead");
      return "thought";
    },
    functions: (mortal) => ({
      bomb: async () => {
        await until(() => deaths.length >= 2 || thinking.get(mortal) === 3);
        deaths.push(mortal);
        throw mortal.kill();
      },
    }),
  });
  const crash = await all.client("p").prompt("Crash");
  const others = ["a", "b", "c"];
  const runs = await Promise.all(others.map((id) => all.client(id).prompt("Think")));
  await assertRejects(() => crash.result, Error, "have ended (3)");
  for (const run of runs) assertEquals((await run.result).content, "thought");
  assertEquals(deaths.length, 3);
});

Deno.test("a worker that comes back before its loss was counted counts as well", async () => {
  await using store = new MemoryStore();
  await store.commit(await touchWork(store, { session: "s", agent: "a", priority: 0 }).changes());
  const count = async (isLost: boolean) =>
    await countCrashes(store, { session: "s", stored: (await readWork(store, "s"))!, isLost });
  await countSurvivor(store, "s");
  assertEquals(await countOf(store), { lost: 0, alive: 1 });
  const { work } = await count(true);
  assertEquals(deathsOf(work.crashes!), 0);
  await count(true);
  assertEquals(await countOf(store), { lost: 2, alive: 1 });
  // A session that is done is not brought back.
  await countSurvivor(store, "other");
  assertEquals((await store.list("work/")).length, 1);
});

Deno.test("readCrashes() ignores what is no record", () => {
  const record = { run: "r", lost: 1, alive: 0, finished: 0, events: 0, marks: [] };
  assertEquals(readCrashes(record), record);
  for (
    const value of [
      undefined,
      null,
      1,
      "x",
      [],
      { ...record, run: 1 },
      { ...record, lost: -1 },
      {
        ...record,
        alive: 0.5,
      },
      { ...record, marks: "x" },
      { ...record, events: null },
    ]
  ) assertEquals(readCrashes(value), undefined);
});
