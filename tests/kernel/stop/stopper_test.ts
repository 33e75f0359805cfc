import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CellStoppedError } from "../../../src/kernel/stop/cell_stopped_error.ts";
import { FLAG, type FlagState } from "../../../src/kernel/stop/flag.ts";
import { Stopper } from "../../../src/kernel/stop/stopper.ts";

const { STOP_CELL, STOP_LEFTOVERS, OUT_OF_MEMORY, UNWATCHED, RUN } = FLAG;

/** Decides as a kernel without a watch thread does, but for what is given. */
const REASONS = { holds: () => true, explain: () => undefined, onUnwatched: () => {} };

/** Runs a cell to its end that leaves something running, and gives what lets that go on. */
async function leave(stopper: Stopper, cell: number) {
  const { promise, resolve } = Promise.withResolvers<() => unknown>();
  let leftover: Promise<unknown> = Promise.resolve();
  await stopper.run(() => {
    leftover = promise.then((code) => code());
    return Promise.resolve();
  }, { cell, timeoutMs: Infinity });
  return <T>(code: () => T): Promise<T> => {
    resolve(code);
    return leftover as Promise<T>;
  };
}

/** Lets a cell begin that waits for nothing, and gives its end. */
function wait(stopper: Stopper, cell: number) {
  return stopper.run(() => new Promise(() => {}), { cell, timeoutMs: Infinity });
}

Deno.test("Stopper.cell is the cell whose code asks, also when it has ended and another one runs", async () => {
  const stopper = new Stopper();
  const first = await leave(stopper, 1);
  const second = wait(stopper, 2);
  assertEquals(await first(() => [stopper.cell, stopper.running]), [1, 2]);
  assertEquals(stopper.cell, undefined);
  stopper.stop();
  assertEquals((await second).stopped, true);
  assertEquals(stopper.running, undefined);
});

Deno.test("Stopper.guard() stops for good what a cell left running when that keeps others waiting", async () => {
  const stopper = new Stopper();
  const first = await leave(stopper, 1);
  await first(async () => {
    stopper.flag[0] = STOP_LEFTOVERS;
    const error = assertThrows(() => stopper.guard(), CellStoppedError);
    assertEquals(error.message, "Stopped, because it kept a later cell waiting");
    stopper.stop(STOP_LEFTOVERS);
    assertEquals(stopper.flag[0], RUN);
    assertEquals(stopper.stopped, true);
    await assertRejects(async () => stopper.resume(await 1), CellStoppedError);
  });
});

Deno.test("Stopper.guard() stops the cell that waits as well when it was set for that", async () => {
  const stopper = new Stopper();
  const first = await leave(stopper, 1);
  const second = wait(stopper, 2);
  stopper.flag[0] = STOP_CELL;
  await first(() => assertThrows(() => stopper.guard(), CellStoppedError));
  assertEquals(await second, { stopped: true, error: undefined });
});

Deno.test("Stopper.guard() stops only what is left running when only that has to stop", async () => {
  const stopper = new Stopper();
  const [first, other] = [await leave(stopper, 1), await leave(stopper, 2)];
  stopper.flag[0] = STOP_LEFTOVERS;
  await first(() => assertThrows(() => stopper.guard(), CellStoppedError));
  stopper.stop(STOP_LEFTOVERS);
  assertEquals([stopper.flag[0], await other(() => stopper.stopped)], [0, false]);
  const ending = await stopper.run(() => {
    stopper.flag[0] = STOP_LEFTOVERS;
    stopper.guard();
    stopper.stop(STOP_LEFTOVERS);
    return Promise.resolve(stopper.flag[0]);
  }, { cell: 3, timeoutMs: Infinity });
  assertEquals(ending, { stopped: false, value: 0 });
});

Deno.test("Stopper.guard() spares others while a cell is being stopped, but not for ever", async () => {
  const stopper = new Stopper();
  const first = await leave(stopper, 1);
  const second = wait(stopper, 2);
  stopper.stop();
  await first(() => {
    for (let i = 0; i < 10_000; i++) stopper.guard();
    assertThrows(() => stopper.guard(), CellStoppedError);
  });
  assertEquals((await second).stopped, true);
});

Deno.test("Stopper.guard() lets code go on when the reason does not hold", async () => {
  const stopper = new Stopper({ ...REASONS, holds: () => false });
  const { stopped } = await stopper.run(() => {
    stopper.flag[0] = OUT_OF_MEMORY;
    stopper.guard();
    return Promise.resolve();
  }, { cell: 1, timeoutMs: Infinity });
  assertEquals([stopped, stopper.flag[0]], [false, 0]);
});

Deno.test("Stopper.run() gives the error that explains why the cell was stopped", async () => {
  const error = new RangeError("too much");
  const explain = (reason: FlagState) => reason === OUT_OF_MEMORY ? error : undefined;
  const stopper = new Stopper({ ...REASONS, explain });
  const ways: (() => void)[] = [
    () => stopper.stop(OUT_OF_MEMORY),
    () => {
      stopper.flag[0] = OUT_OF_MEMORY;
      assertThrows(() => stopper.guard(), CellStoppedError);
    },
  ];
  for (const stop of ways) {
    const ending = await stopper.run(
      () => Promise.resolve().then(stop).then(() => new Promise(() => {})),
      { cell: 1, timeoutMs: Infinity },
    );
    assert(ending.stopped);
    assertEquals(ending.error, error);
  }
});

Deno.test("Stopper.guard() lets code go on when the cell that the flag was meant for has ended", async () => {
  const stopper = new Stopper();
  const first = await leave(stopper, 1);
  stopper.flag[0] = STOP_CELL;
  const stopped = await first(() => {
    stopper.guard();
    return stopper.stopped;
  });
  assertEquals([stopper.flag[0], stopped], [RUN, false]);
});

Deno.test("Stopper.guard() tells that code computes unwatched, and stays so", async () => {
  let told = 0;
  const stopper = new Stopper({ ...REASONS, onUnwatched: () => told++ });
  stopper.flag[0] = UNWATCHED;
  const ending = await stopper.run(() => {
    stopper.guard();
    return Promise.resolve(stopper.resume(7));
  }, { cell: 1, timeoutMs: Infinity });
  assertEquals([ending, told], [{ stopped: false, value: 7 }, 2]);
  assertEquals(stopper.flag[0], UNWATCHED);
});
