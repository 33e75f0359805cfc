/** Cells that make the host hold or compute too much: the host has little memory, and has to live. */

import { assert, assertEquals } from "@std/assert";
import { isInPartOfToday } from "./_part.ts";

/** JavaScript heap of the host in MiB. */
const HEAP_MEGABYTES = 512;

/** Memory of its process in KiB, as `ulimit -d` takes it: 1 GiB, and the address space that V8 reserves for code. */
const DATA_KIBIBYTES = 2 * 1024 * 1024;

/** Characters beside the cell itself that an agent may show to its model: two observations at most. */
const MAX_SEEN_CHARS = 60_000;

const ALL_CELLS: [what: string, cell: string][] = [
  ["one display of 150 MB", `await display.html("x".repeat(150e6))`],
  [
    "40 images of 20 MB",
    `const b = new Uint8Array(20e6); for (let i = 0; i < 40; i++) await display.image(b, "image/png").catch(() => {})`,
  ],
  [
    "a thousand displays of a megabyte",
    `for (let i = 0; i < 1000; i++) await display.html("y".repeat(1e6))`,
  ],
  ["an error with a message of 60 MB", `throw new Error("m".repeat(60e6))`],
  ["an error with a name of 20 MB", `const e = new Error("x"); e.name = "N".repeat(20e6); throw e`],
  ["a cause of 20 MB", `throw new Error("x", { cause: new Error("c".repeat(20e6)) })`],
  [
    "a ReferenceError with a long name",
    `throw new ReferenceError("q".repeat(1e6) + " is not defined")`,
  ],
  [
    "a value with a long class name",
    `new (class { static { Object.defineProperty(this, "name", { value: "K".repeat(5e6) }) } })()`,
  ],
  ["many long names", `for (let i = 0; i < 200; i++) globalThis["n".repeat(1e5) + i] = i`],
  ["a media type of 5 MB", `await display({ ["t".repeat(5e6) + "/x"]: "y" })`],
  [
    "3,000 answers of a megabyte that nobody reads",
    `for (let i = 0; i < 3000; i++) read(); for (;;);`,
  ],
  ["a flood of calls that never end", `for (let i = 0; i < 50000; i++) wait().catch(() => {}); 1`],
  ["output of 500 MB", `for (let i = 0; i < 500; i++) console.log("z".repeat(1e6))`],
];

const CELLS = ALL_CELLS.filter((_, index) => isInPartOfToday(index));

Deno.test({
  name: "a host of 1 GB outlives every cell that makes it hold or compute too much",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const program = new URL("./_host_program.ts", import.meta.url).pathname;
    const deno = [
      Deno.execPath(),
      "run",
      "--allow-all",
      "--no-check",
      `--v8-flags=--max-old-space-size=${HEAP_MEGABYTES}`,
      program,
      JSON.stringify(CELLS.map(([, cell]) => cell)),
    ];
    const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", `ulimit -d ${DATA_KIBIBYTES}; exec "$@"`, "sh", ...deno],
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    const error = new TextDecoder().decode(stderr).slice(-2_000);
    const results = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
    const last = CELLS[results.length]?.[0] ?? "all";
    assertEquals([code, results.length], [0, CELLS.length], `the host ended at: ${last}\n${error}`);
    for (const [i, { status, seen }] of results.entries()) {
      assertEquals(status, "completed", CELLS[i]![0]);
      assert(seen < MAX_SEEN_CHARS, `${CELLS[i]![0]}: the model saw ${seen} characters`);
    }
  },
});
