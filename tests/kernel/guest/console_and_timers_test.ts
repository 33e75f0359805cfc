import { assert, assertEquals, assertRejects } from "@std/assert";
import { DenoRuntime, LocalRuntime } from "../../../mod.ts";
import { type Session, testSessions } from "../../runtime/_sessions.ts";

/** Cells that leave something in the console. */
const CONSOLES: Session[] = [
  {
    cells: ["console.group('step'); console.log('in')", "console.log('left')"],
    gives: 'printed "left\\n"',
  },
  { cells: ["console.group('step'); throw 1", "console.log('left')"], gives: 'printed "left\\n"' },
  {
    cells: ["for (let i = 0; i < 9999; i++) console.groupCollapsed()", "console.log('left')"],
    gives: 'printed "left\\n"',
  },
  {
    cells:
      "console.group('a'); console.log('b'); console.groupEnd(); console.groupEnd(); console.log('c')",
    gives: 'printed "a\\n  b\\nc\\n"',
  },
  { cells: "console.log('a'); console.clear(); console.log('b')", gives: 'printed "a\\nb\\n"' },
];

testSessions("ends groups with their cell, and clears nothing", CONSOLES);

/** Delays at which a timer fires at once. */
const SHORT = [
  "-5",
  "NaN",
  "'x'",
  "undefined",
  "null",
  "{}",
  "-Infinity",
  "0",
  "0.5",
  "'1'",
  "true",
];

/** Delays of more than a cell's time. */
const LONG = ["2 ** 31", "30 * 864e5", "1e20", "Infinity", "'1e10'"];

const TIMERS: Session[] = [
  ...SHORT.map((delay) => ({
    cells: `await new Promise((done) => setTimeout(done, ${delay})); 1`,
    gives: 'ok 1\nprinted ""',
  })),
  ...LONG.map((delay) => ({
    cells: `let fired = false; const t = setTimeout(() => { fired = true }, ${delay});
      await new Promise((done) => setTimeout(done, 5)); clearTimeout(t); fired`,
    gives: 'ok false\nprinted ""',
  })),
  { cells: "setTimeout(() => {}, 1n)", gives: "ok" },
  { cells: "setTimeout(() => {}, Symbol())", gives: "error TypeError" },
  { cells: "AbortSignal.timeout(-1)", gives: "error TypeError" },
  { cells: "AbortSignal.timeout(NaN)", gives: "error TypeError" },
  { cells: "AbortSignal.timeout(2 ** 40).aborted", gives: "ok false" },
];

testSessions("takes any delay of a timer", TIMERS, ["DenoRuntime"]);

/** Errors that nothing in the cell receives. */
const FAILURES: Session[] = [
  {
    cells: "setTimeout(() => { throw new Error('tick') }, 1); await new Promise(() => {})",
    gives: "error Error: tick\n    at cell-1.ts:1:26",
  },
  {
    cells: "setInterval(() => { throw 5 }, 1); await new Promise(() => {})",
    gives: "error Uncaught: 5",
  },
  {
    cells: ["setTimeout(() => { throw new Error('tick') }, 1); await new Promise(() => {})", "1"],
    gives: /^ok 1\nprinted ""\nchanged $/,
  },
  {
    cells: [
      "setTimeout(() => { throw new Error('tick') }, 1)",
      "await new Promise((done) => setTimeout(done, 20)); 2",
    ],
    gives: /^ok 2[^]*(?:late|before) 1: Uncaught Error: tick/,
  },
  {
    cells:
      "const t = setInterval(() => { clearInterval(t); throw new Error('once') }, 1)\ntry { await new Promise(() => {}) } finally { console.log('never') }",
    gives: /^error Error: once[^]*printed ""/,
  },
];

testSessions("ends a cell with the error of its own timer", FAILURES, ["DenoRuntime"]);

/** Calls of `display` that nothing awaits. */
const DISPLAYS: Session[] = ["image(42)", "html(1)", "table([1])", "svg({})"].map((call) => ({
  cells: `display.${call}; 1`,
  gives: "error TypeError: Cannot display",
}));

testSessions("fails a cell that displays what cannot be displayed", DISPLAYS);

testSessions("names calls that a cell drops on purpose", [{
  cells: "void ask(); 1",
  gives: "unawaited ask:1",
  injects: { functions: { ask: () => 1 } },
}]);

for (const Runtime of [DenoRuntime, LocalRuntime]) {
  Deno.test(`${Runtime.name}.execute() rejects with the error of a listener when the cell has ended`, async () => {
    await using runtime = new Runtime();
    const listeners = {
      onOutput: () => {
        throw new RangeError("no room");
      },
      onDisplay: () => Promise.reject(new RangeError("no screen")) as unknown as undefined,
    };
    const printing = `globalThis.done = 1; console.log("a"); console.log("b")`;
    await assertRejects(() => runtime.execute(printing, listeners), RangeError, "no room");
    const showing = `display("a"); await new Promise((done) => setTimeout(done, 1))`;
    await assertRejects(() => runtime.execute(showing, listeners), RangeError, "no screen");
    const after = await runtime.execute("globalThis.done");
    assert(after.status === "ok");
    assertEquals(after.value?.text, "1");
  });
}
