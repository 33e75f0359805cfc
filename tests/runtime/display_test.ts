import { assert, assertEquals } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { MimeBundle } from "../../src/runtime/runtime.ts";

const TABLE = "application/vnd.cave.table+json";

const CASES: [source: string, bundle: MimeBundle][] = [
  [`display("text")`, { "text/plain": "text" }],
  [`display(new Map([[1, 2]]))`, { "text/plain": "Map(1) { 1 => 2 }" }],
  [`display.html("<b>1</b>")`, { "text/html": "<b>1</b>" }],
  [`display.markdown("# 1")`, { "text/markdown": "# 1" }],
  [`display.svg("<svg/>")`, { "image/svg+xml": "<svg/>" }],
  [
    `display(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 9]))`,
    {
      "image/png": new Uint8Array([0x89, 0x50, 0x4e, 0x47, 9]),
      "text/plain": "image/png, 5 bytes",
    },
  ],
  [
    `display.image(new Uint8Array([1, 2]), "image/avif")`,
    { "image/avif": new Uint8Array([1, 2]) },
  ],
  [
    `display({ $schema: "https://vega.github.io/schema/vega-lite/v6.json", mark: "bar" })`,
    {
      "application/vnd.vegalite.v6+json": {
        $schema: "https://vega.github.io/schema/vega-lite/v6.json",
        mark: "bar",
      },
    },
  ],
  [
    `display([{ a: 1, b: undefined }, { a: "x", c: 2n }])`,
    {
      [TABLE]: { columns: ["a", "b", "c"], rows: [[1, null, null], ["x", null, "2n"]], length: 2 },
      "text/plain": `[ { a: 1, b: undefined }, { a: "x", c: 2n } ]`,
    },
  ],
  [`display([1, 2])`, { "text/plain": "[ 1, 2 ]" }],
  [`display([])`, { "text/plain": "[]" }],
  [
    `display({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "own" }) })`,
    { "text/html": "own" },
  ],
  [
    `await display({ [Symbol.for("Jupyter.display")]: async () => ({ "text/html": "later" }) })`,
    { "text/html": "later" },
  ],
];

for (const Runtime of [DenoRuntime, LocalRuntime]) {
  Deno.test(`${Runtime.name}.execute() passes displayed values on`, async () => {
    await using runtime = new Runtime();
    for (const [source, bundle] of CASES) {
      const seen: MimeBundle[] = [];
      const onDisplay = (bundle: MimeBundle) => seen.push(bundle);
      const result = await runtime.execute(`${source}; 1`, { onDisplay });
      assertEquals(result.status, "ok", source);
      assertEquals([result.displays, seen], [[bundle], [bundle]], source);
    }
  });

  Deno.test(`${Runtime.name}.execute() keeps the order of displayed values, and their cell numbers`, async () => {
    await using runtime = new Runtime();
    const result = await runtime.execute(
      `for (let i = 0; i < 150; i++) i % 2 === 0 ? display(i) : display.html(\`\${i}\`); 1`,
    );
    assertEquals(result.displays.length, 100);
    assertEquals(
      result.displays.map((bundle) => Number(Object.values(bundle)[0])),
      Array.from({ length: 100 }, (_, i) => i),
    );
    assertEquals(
      result.output.stderr,
      "... this cell displays more than 100 values: the rest is dropped\n",
    );
  });

  Deno.test(`${Runtime.name}.execute() says what cannot be displayed`, async () => {
    await using runtime = new Runtime();
    const table: [source: string, message: RegExp][] = [
      [`await display.html(1)`, /^Cannot display text\/html: it is a number$/],
      [`await display.image(new Uint8Array([1]))`, /^Cannot display an image/],
      [`await display.table([1])`, /^Cannot display a table/],
      [`await display({ [Symbol.for("Jupyter.display")]: () => 1 })`, /^Cannot display a value/],
      [`await display({ [Symbol.for("Jupyter.display")]() { throw new Error("own") } })`, /^own$/],
    ];
    for (const [source, message] of table) {
      const result = await runtime.execute(source);
      assert(result.status === "error", source);
      assert(message.test(result.error.message), result.error.message);
    }
  });

  Deno.test(`${Runtime.name} has no name "display" in the namespace until a cell makes one`, async () => {
    await using runtime = new Runtime();
    assertEquals(await runtime.names(), []);
    await runtime.execute("const display = 1");
    assertEquals((await runtime.names()).map(({ name }) => name), ["display"]);
    await runtime.reset();
    assertEquals((await runtime.execute("display(1)")).displays.length, 1);
  });
}
