import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CellStoppedError,
  Interrupts,
  STOP,
  STOP_LEFTOVERS,
} from "../../../src/kernel/stop/interrupts.ts";

const MEMORY = 2;

/** Runs a cell to its end that leaves something running, and gives what lets that go on. */
async function leave(interrupts: Interrupts, cell: number) {
  const { promise, resolve } = Promise.withResolvers<() => unknown>();
  let leftover: Promise<unknown> = Promise.resolve();
  await interrupts.run(() => {
    leftover = promise.then((code) => code());
    return Promise.resolve();
  }, { cell, timeoutMs: Infinity });
  return <T>(code: () => T): Promise<T> => {
    resolve(code);
    return leftover as Promise<T>;
  };
}

/** Lets a cell begin that waits for nothing, and gives its end. */
function wait(interrupts: Interrupts, cell: number) {
  return interrupts.run(() => new Promise(() => {}), { cell, timeoutMs: Infinity });
}

Deno.test("Interrupts.cell is the cell whose code asks, also when it has ended and another one runs", async () => {
  const interrupts = new Interrupts();
  const first = await leave(interrupts, 1);
  const second = wait(interrupts, 2);
  assertEquals(await first(() => [interrupts.cell, interrupts.running]), [1, 2]);
  assertEquals(interrupts.cell, undefined);
  interrupts.stop();
  assertEquals((await second).stopped, true);
  assertEquals(interrupts.running, undefined);
});

Deno.test("Interrupts.guard() stops for good what a cell left running when that keeps others waiting", async () => {
  const interrupts = new Interrupts();
  const first = await leave(interrupts, 1);
  await first(async () => {
    interrupts.flag[0] = STOP;
    const error = assertThrows(() => interrupts.guard(), CellStoppedError);
    assertEquals(error.message, "Stopped, because it kept a later cell waiting");
    interrupts.stop();
    assertEquals(interrupts.flag[0], 0);
    assertEquals(interrupts.stopped, true);
    await assertRejects(async () => interrupts.resume(await 1), CellStoppedError);
  });
});

Deno.test("Interrupts.guard() stops the cell that waits as well when it was set for that", async () => {
  const interrupts = new Interrupts();
  const first = await leave(interrupts, 1);
  const second = wait(interrupts, 2);
  interrupts.flag[0] = STOP;
  await first(() => assertThrows(() => interrupts.guard(), CellStoppedError));
  assertEquals(await second, { stopped: true, error: undefined });
});

Deno.test("Interrupts.guard() stops only what is left running when only that has to stop", async () => {
  const interrupts = new Interrupts();
  const [first, other] = [await leave(interrupts, 1), await leave(interrupts, 2)];
  interrupts.flag[0] = STOP_LEFTOVERS;
  await first(() => assertThrows(() => interrupts.guard(), CellStoppedError));
  interrupts.stop(STOP_LEFTOVERS);
  assertEquals([interrupts.flag[0], await other(() => interrupts.stopped)], [0, false]);
  const ending = await interrupts.run(() => {
    interrupts.flag[0] = STOP_LEFTOVERS;
    interrupts.guard();
    interrupts.stop(STOP_LEFTOVERS);
    return Promise.resolve(interrupts.flag[0]);
  }, { cell: 3, timeoutMs: Infinity });
  assertEquals(ending, { stopped: false, value: 0 });
});

Deno.test("Interrupts.guard() spares others while a cell is being stopped, but not for ever", async () => {
  const interrupts = new Interrupts();
  const first = await leave(interrupts, 1);
  const second = wait(interrupts, 2);
  interrupts.stop();
  await first(() => {
    for (let i = 0; i < 10_000; i++) interrupts.guard();
    assertThrows(() => interrupts.guard(), CellStoppedError);
  });
  assertEquals((await second).stopped, true);
});

Deno.test("Interrupts.guard() lets code go on when the reason does not hold", async () => {
  const interrupts = new Interrupts({ holds: () => false, explain: () => undefined });
  const { stopped } = await interrupts.run(() => {
    interrupts.flag[0] = MEMORY;
    interrupts.guard();
    return Promise.resolve();
  }, { cell: 1, timeoutMs: Infinity });
  assertEquals([stopped, interrupts.flag[0]], [false, 0]);
});

Deno.test("Interrupts.run() gives the error that explains why the cell was stopped", async () => {
  const error = new RangeError("too much");
  const explain = (reason: number) => reason === MEMORY ? error : undefined;
  const interrupts = new Interrupts({ holds: () => true, explain });
  const ways: (() => void)[] = [
    () => interrupts.stop(MEMORY),
    () => {
      interrupts.flag[0] = MEMORY;
      assertThrows(() => interrupts.guard(), CellStoppedError);
    },
  ];
  for (const stop of ways) {
    const ending = await interrupts.run(
      () => Promise.resolve().then(stop).then(() => new Promise(() => {})),
      { cell: 1, timeoutMs: Infinity },
    );
    assert(ending.stopped);
    assertEquals(ending.error, error);
  }
});
