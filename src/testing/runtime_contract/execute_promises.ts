/** The promises of runtimes about cells that end by themselves. */

import { assert, assertEquals } from "@std/assert";
import type { OutputChunk } from "../../runtime/cells/cell_result.ts";
import { type Promised, run, runFailing, valueOf } from "./contract.ts";

/** The promises. */
export const EXECUTE_PROMISES: readonly [Promised, ...Promised[]] = [
  ["execute() gives the value of a trailing expression and nothing for undefined", async (make) => {
    await using runtime = make({});
    const cases: [source: string, type: string | undefined, text: string | undefined][] = [
      [`1 + 1`, "number", "2"],
      [`"text"`, "string", `"text"`],
      [`null`, "null", "null"],
      [`undefined`, undefined, undefined],
      [`const a = 1`, undefined, undefined],
      [``, undefined, undefined],
      [`// nothing`, undefined, undefined],
      [`({ a: 1 })`, "Object", "{ a: 1 }"],
      [`Promise.resolve([1])`, "Array(1)", "[ 1 ]"],
      [`return 7`, "number", "7"],
      [`(x: number) => x`, "function", "[Function (anonymous)]"],
      [`({ then(f) { f(1) } })`, "Object", "{ then: [Function: then] }"],
    ];
    for (const [source, type, text] of cases) {
      const { value } = await run(runtime, source);
      assertEquals([value?.type, value?.text], [type, text], source);
    }
  }],

  ["execute() numbers cells and gives back their source", async (make) => {
    await using runtime = make({});
    const results = [await run(runtime, `1`), await runFailing(runtime, `(`)];
    results.push(await runFailing(runtime, `throw 1`));
    assertEquals(results.map(({ cell, source }) => [cell, source]), [
      [1, `1`],
      [2, `(`],
      [3, `throw 1`],
    ]);
    for (const { durationMs } of results) assert(durationMs >= 0 && durationMs < 10_000);
  }],

  ["execute() keeps both streams apart and in order", async (make) => {
    await using runtime = make({});
    const chunks: OutputChunk[] = [];
    const { output } = await runtime.execute(
      `console.log("a"); console.error("b"); console.info("c"); console.warn("d");`,
      { onOutput: (chunk) => chunks.push(chunk) },
    );
    assertEquals(output, {
      text: "a\nb\nc\nd\n",
      stdout: "a\nc\n",
      stderr: "b\nd\n",
      length: 8,
      tail: "",
      late: [],
      lateDropped: 0,
    });
    assertEquals(chunks.map(({ stream, text }) => `${stream}:${text}`), [
      "stdout:a\n",
      "stderr:b\n",
      "stdout:c\n",
      "stderr:d\n",
    ]);
  }],

  ["execute() passes output on while the cell runs", async (make) => {
    const seen = Promise.withResolvers<string>();
    await using runtime = make({ functions: { seen: () => seen.promise } });
    const result = await runtime.execute(`console.log("early"); await seen()`, {
      onOutput: ({ text }) => seen.resolve(`saw ${text}`),
    });
    assert(result.status === "ok");
    assertEquals(result.value?.text, `"saw early\\n"`);
  }],

  ["execute() keeps head, tail and length of output beyond maxOutputChars", async (make) => {
    await using runtime = make({ maxOutputChars: 100 });
    const { output } = await run(
      runtime,
      `for (let i = 0; i < 5000; i++) console.log(String(i).padStart(9)); console.error("end")`,
    );
    assertEquals(output.length, 50_004);
    assertEquals(output.text.length, 100);
    assert(output.text.startsWith("        0\n        1\n"));
    assertEquals(output.stdout, output.text);
    assert(output.tail.endsWith("     4999\nend\n"));
    assert(output.tail.length >= 1_000 && output.tail.length <= 10_000);
    const next = await run(runtime, `console.log("x".repeat(99))`);
    assertEquals([next.output.text.length, next.output.length, next.output.tail], [100, 100, ""]);
  }],

  ["execute() runs a hundred host calls at a time", async (make) => {
    const all = Promise.withResolvers<void>();
    let waiting = 0;
    const meet = async (n: number) => {
      if (++waiting === 100) all.resolve();
      await all.promise;
      return n;
    };
    await using runtime = make({ functions: { meet } });
    const { value, hostCalls } = await run(
      runtime,
      `const ns = Array.from({ length: 100 }, (_, i) => i);
      (await Promise.all(ns.map((n) => meet(n)))).every((n, i) => n === i)`,
    );
    assertEquals(value?.text, "true");
    assertEquals(hostCalls.length, 100);
    assert(hostCalls.every(({ name, status }) => name === "meet" && status === "ok"));
  }],

  ["execute() carries values to host functions and back", async (make) => {
    const echo = (...args: unknown[]) => args;
    await using runtime = make({ functions: { echo } });
    const source = `
      const shared = { n: 1n };
      const [a, b, map, bytes, nan] =
        await echo(shared, shared, new Map([[1, new Date(0)]]), new Uint8Array([1, 2]), NaN);
      [a === b, a.n, map.get(1) instanceof Date, bytes, nan]`;
    assertEquals(
      (await valueOf(runtime, source))?.replace(/\s+/g, " "),
      "[ true, 1n, true, Uint8Array(2) [ 1, 2 ], NaN ]",
    );
  }],

  [
    "execute() lets cells catch errors of host functions, with class, name and message",
    async (make) => {
      class OddError extends Error {
        override name = "OddError";
      }
      await using runtime = make({
        functions: {
          range: () => {
            throw new RangeError("too far");
          },
          odd: () => Promise.reject(new OddError("odd")),
        },
      });
      const catching = (call: string) =>
        `try { await ${call} } catch (e) { [e.name, e.message, e instanceof RangeError, e instanceof Error] }`;
      const wrapped = async (call: string) =>
        await valueOf(
          runtime,
          `await (async () => { ${catching(call).replace("{ [", "{ return [")} })()`,
        );
      assertEquals(await wrapped(`range()`), `[ "RangeError", "too far", true, true ]`);
      assertEquals(await wrapped(`odd()`), `[ "OddError", "odd", false, true ]`);
      const { error, hostCalls } = await runFailing(runtime, `1;\n  await range();`);
      assertEquals([error.name, error.message], ["RangeError", "too far"]);
      assertEquals(hostCalls, [{ name: "range", status: "error" }]);
    },
  ],

  ["execute() lists a host call that is pending when the cell ends", async (make) => {
    const open = Promise.withResolvers<void>();
    await using runtime = make({ functions: { wait: () => open.promise } });
    const { hostCalls } = await run(runtime, `wait(); 1`);
    assertEquals(hostCalls, [{ name: "wait", status: "pending" }]);
    open.resolve();
    await run(runtime, `2`);
  }],

  ["execute() tells name, message and place of an error", async (make) => {
    await using runtime = make({});
    await run(runtime, `function inner(x) {\n  return x.y.z;\n}`);
    const { error, output } = await runFailing(runtime, `console.log("before");\ninner({});`);
    assertEquals(error.name, "TypeError");
    assertEquals(error.message, "Cannot read properties of undefined (reading 'z')");
    assertEquals(error.frames, [
      { cell: 1, line: 2, column: 14, functionName: "inner" },
      { cell: 2, line: 2, column: 1 },
    ]);
    assert(error.text.includes("2 |   return x.y.z;\n  |              ^"), error.text);
    assertEquals(output.text, "before\n");
  }],

  ["execute() tells the place of a syntax error and runs nothing", async (make) => {
    await using runtime = make({});
    const { error, output, changed } = await runFailing(runtime, `let a = 1;\nconsole.log(a;\n`);
    assertEquals([error.name, error.frames], ["SyntaxError", [{ cell: 1, line: 2, column: 14 }]]);
    assertEquals([output.text, changed], ["", []]);
    assertEquals(await valueOf(runtime, `typeof a`), `"undefined"`);
  }],

  ["execute() keeps what a cell did before it threw", async (make) => {
    await using runtime = make({ variables: { list: [1] } });
    await run(runtime, `let a = 1; const fixed = 2`);
    const { changed } = await runFailing(
      runtime,
      `a = 2; let b = 3; list.push(2); fixed = 4; a = 9`,
    );
    assertEquals(changed.map(({ name }) => name).sort(), ["a", "b"]);
    assertEquals(await valueOf(runtime, `[a, b, list, fixed]`), "[ 2, 3, [ 1, 2 ], 2 ]");
  }],

  ["execute() describes whatever is thrown", async (make) => {
    await using runtime = make({});
    const cases: [source: string, name: string, message: string][] = [
      [`throw "text"`, "Uncaught", `"text"`],
      [`throw undefined`, "Uncaught", "undefined"],
      [`throw { code: 7 }`, "Uncaught", "{ code: 7 }"],
      [`throw new Error("")`, "Error", ""],
      [
        `class MyError extends TypeError { name = "MyError" }\nthrow new MyError("m")`,
        "MyError",
        "m",
      ],
      [`await Promise.reject(new URIError("later"))`, "URIError", "later"],
      [
        `throw Object.defineProperty(new Error("x"), "message", { get() { throw 1 } })`,
        "Uncaught",
        "Error\n    at cell-7.ts:1:29",
      ],
    ];
    for (const [source, name, message] of cases) {
      const { error } = await runFailing(runtime, source);
      const shown = error.message.split("\n").slice(0, 2).join("\n");
      assertEquals([error.name, shown], [name, message], source);
    }
  }],

  ["execute() runs cells in the order of the calls", async (make) => {
    const gate = Promise.withResolvers<void>();
    await using runtime = make({ functions: { wait: () => gate.promise } });
    const cells = [`const a = [1]; await wait()`, `a.push(2)`, `throw a`, `a.push(4); a`];
    const results = Promise.all(cells.map((source) => runtime.execute(source)));
    gate.resolve();
    const last = (await results).at(-1)!;
    assert(last.status === "ok");
    assertEquals([last.cell, last.value?.text], [4, "[ 1, 2, 4 ]"]);
  }],

  ["execute() reports late output with the next cell", async (make) => {
    const open = Promise.withResolvers<void>();
    const printed = Promise.withResolvers<void>();
    await using runtime = make({
      functions: { wait: () => open.promise, tell: () => printed.resolve() },
    });
    await run(runtime, `wait().then(() => { console.log("late"); return tell(); }); 1`);
    // A kernel without pending requests does not keep this process alive.
    const waiting = setInterval(() => {}, 60_000);
    open.resolve();
    await printed.promise;
    clearInterval(waiting);
    const { output } = await run(runtime, `console.log("now")`);
    assertEquals(output.text, "now\n");
    assertEquals(output.late, [{ cell: 1, stream: "stdout", text: "late\n" }]);
    assertEquals((await run(runtime, `1`)).output.late, []);
  }],
];
