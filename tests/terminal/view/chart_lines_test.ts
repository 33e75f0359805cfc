/** Charts of Vega-Lite as text. */

import { assert, assertEquals } from "@std/assert";
import { chartLines } from "../../../src/terminal/view/chart_lines.ts";
import { fitColumns, widthOf } from "../../../src/terminal/view/columns.ts";
import { createStyle } from "../../../src/terminal/view/style.ts";

const style = createStyle({ enabled: false });

function draw(spec: unknown, columns = 40): string[] | undefined {
  return chartLines(spec, { style, columns });
}

function spec(mark: unknown, values: unknown[], encoding: Record<string, unknown> = {}): unknown {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    mark,
    data: { values },
    encoding: {
      x: { field: "a", type: "nominal" },
      y: { field: "b", type: "quantitative" },
      ...encoding,
    },
  };
}

const ROWS = [{ a: "Oslo", b: 10 }, { a: "Rome", b: 5 }, { a: "Oslo", b: 10 }, {
  a: "世界",
  b: -20,
}];

/** Specifications, and their lines. */
const BARS: readonly (readonly [what: string, spec: unknown, lines: string[]])[] = [
  ["sums of a category", spec("bar", ROWS), [
    "b",
    "Oslo  20 ████████████████████████████████",
    "Rome   5 ████████",
    "世界 -20 ████████████████████████████████",
  ]],
  [
    "an aggregate, a title, bars that lie",
    {
      ...spec({ type: "bar" }, ROWS, {
        y: { field: "a", type: "nominal" },
        x: { field: "b", aggregate: "mean", type: "quantitative" },
      }) as object,
      title: { text: "Mean" },
    },
    [
      "Mean",
      "mean of b",
      "Oslo  10 ███████████████▌",
      "Rome   5 ███████▊",
      "世界 -20 ███████████████████████████████",
    ].map((line) => line),
  ],
  ["counts", spec("bar", ROWS, { y: { aggregate: "count" } }), [
    "count",
    "Oslo 2 ██████████████████████████████████",
    "Rome 1 █████████████████",
    "世界 1 █████████████████",
  ]],
  [
    "colours",
    spec("bar", [{ a: "x", b: 1, c: "p" }, { a: "x", b: 2, c: "q" }], { color: { field: "c" } }),
    [
      "b",
      "x · p 1 ████████████████▌",
      "x · q 2 █████████████████████████████████",
    ],
  ],
  ["text that controls a terminal", spec("bar", [{ a: "\u001b[2Jx\ny", b: 1 }]), [
    "b",
    "x y 1 ███████████████████████████████████",
  ]],
];

for (const [what, given, lines] of BARS) {
  Deno.test(`chartLines() draws bars: ${what}`, () => {
    const drawn = draw(given)!;
    for (const line of drawn) assert(widthOf(line) <= 40, line);
    const bare = (all: string[]) => all.map((line) => line.replace(/[█▏▎▍▌▋▊▉]+$/, ""));
    assertEquals(bare(drawn), bare(lines));
    // The bars are as long as their values, beside the longest one.
    const length = (line: string) => /[█▏▎▍▌▋▊▉]*$/.exec(line)![0].length;
    const most = (all: string[]) => Math.max(...all.map(length));
    const parts = (all: string[]) => all.map((line) => Math.round((length(line) / most(all)) * 10));
    assertEquals(parts(drawn), parts(lines));
  });
}

Deno.test("chartLines() draws lines and points with their ends, their series, and a legend", () => {
  const values = Array.from(
    { length: 30 },
    (_, i) => ({ day: `2026-01-${`${i + 1}`.padStart(2, "0")}`, n: i, k: i % 2 ? "odd" : "even" }),
  );
  const x = { field: "day", type: "temporal" };
  const y = { field: "n", type: "quantitative" };
  const line = draw(spec("line", values, { x, y }))!;
  assertEquals(line.length, 12);
  assertEquals(line[1]!.startsWith("  29 ┤"), true, line[1]);
  assertEquals(line[10]!.startsWith("   0 ┤"), true, line[10]);
  assert(line.at(-1)!.includes("2026-01-01") && line.at(-1)!.endsWith("2026-01-30"));
  // It rises: the first dots are at the bottom on the left, the last ones at the top on the right.
  assert(line[10]!.indexOf("⠤") < line[1]!.length);
  assert(/[\u2801-\u28ff]$/.test(line[1]!) && /┤[\u2801-\u28ff]/.test(line[10]!));
  const points = draw(spec("point", values, { x, y, color: { field: "k" } }))!;
  assertEquals(points.at(-1), "● even  ● odd");
  const dots = (lines: string[]) => lines.join("").replace(/[^\u2801-\u28ff]/g, "").length;
  assert(dots(points) > 10 && dots(line) > dots(points) / 2);
  assertEquals(
    draw(spec("line", [{ a: 1, b: 7 }], { x: { field: "a", type: "quantitative" } }))!.length,
    12,
  );
});

/** Specifications that are described in words instead. */
const OTHERS: readonly unknown[] = [
  null,
  "bar",
  {},
  { mark: "bar" },
  spec("arc", ROWS),
  spec("bar", []),
  spec("bar", [null, 1, "x", { b: "text" }, { b: NaN }, { b: Infinity }]),
  { mark: "bar", data: { url: "https://a.example" }, encoding: {} },
  spec("bar", ROWS, { x: {} }),
  spec("bar", ROWS, { x: null }),
  { mark: { type: { toString: 1 } }, data: { values: ROWS }, encoding: { x: { field: "a" } } },
  spec("line", Array.from({ length: 50 }, (_, i) => ({ a: i, b: i, c: i })), {
    color: { field: "c" },
  }),
];

Deno.test("chartLines() draws no other specification, and is bounded", () => {
  for (const [i, given] of OTHERS.entries()) {
    // deno-lint-ignore no-explicit-any -- anything may come from a cell
    assertEquals(draw(given as any), undefined, `specification ${i}`);
  }
  const many = Array.from({ length: 100_000 }, (_, i) => ({ a: `${i}`.repeat(100), b: i }));
  for (const mark of ["bar", "line"]) {
    const lines = draw(spec(mark, many))!;
    assert(lines.length < 40 && lines.every((line) => widthOf(line) <= 40));
  }
});

/** Widths that are wanted, the width of the line, and the shares. */
const SHARES: readonly (readonly [wanted: number[], available: number, shares: number[]])[] = [
  [[3, 4], 20, [3, 4]],
  [[30, 4], 20, [14, 4]],
  [[30, 30], 20, [9, 9]],
  [[30, 30, 2], 21, [8, 7, 2]],
  [[30, 30, 30, 30], 10, [4, 4]],
  [[30], 1, [1]],
  [[], 10, []],
];

for (const [wanted, available, shares] of SHARES) {
  Deno.test(`fitColumns() fits ${wanted} into ${available}`, () => {
    const widths = fitColumns(wanted, available);
    assertEquals(widths, shares);
    assert(widths.length === 0 || widths.reduce((a, b) => a + b + 2) <= Math.max(available, 1));
  });
}
