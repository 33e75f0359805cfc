import type { Conversation } from "../_conversation.ts";

/** Text and tables. */
export const FORMATTING: Conversation = {
  title: "Text and tables",
  cells: [
    {
      source: `const rows = [["id", "name", "price"], [1, "Tea", 3.5], [22, "Coffee, ground", 12]];
const csv = rows.map((r) => r.map((c) => /[",\\n]/.test(String(c)) ? \`"\${c}"\` : c).join(",")).join("\\n");
console.log(csv);`,
      output: `id,name,price
1,Tea,3.5
22,"Coffee, ground",12
`,
      changed: "rows csv",
    },
    {
      source:
        `const widths = rows[0]!.map((_, i) => Math.max(...rows.map((r) => String(r[i]).length)));
const line = (r: unknown[]) => r.map((c, i) => typeof c === "number" ? String(c).padStart(widths[i]!) : String(c).padEnd(widths[i]!)).join(" | ");
console.log([line(rows[0]!), widths.map((w) => "-".repeat(w)).join("-+-"), ...rows.slice(1).map(line)].join("\\n"));`,
      output: `id | name           | price
---+----------------+------
 1 | Tea            |   3.5
22 | Coffee, ground |    12
`,
      changed: "widths line",
    },
    {
      source: `const html = (strings: TemplateStringsArray, ...values: unknown[]) =>
  strings.reduce((out, s, i) => out + s + (i < values.length ? String(values[i]).replaceAll("<", "&lt;") : ""), "");
html\`<b>\${"1 < 2"}</b>\${[1, 2]} \${\`nested \${\`deep \${1 + 1}\`}\`}\``,
      value: '"<b>1 &lt; 2</b>1,2 nested deep 2"',
      changed: "html",
    },
    {
      source: `console.log("%s is %d years and %i, %o", "Ada", 36.5, 36.5, { a: 1 }, "more");
console.info("info"); console.debug("debug");
console.group("Group");
console.log("inside");
console.groupEnd();
console.log();
console.dir({ a: { b: { c: { d: {} } } } }, { depth: 0 });`,
      output: `Ada is 36 years and 36, { a: 1 } more
info
debug
Group
  inside

{ a: [Object] }
`,
    },
    {
      source: `\`multi
line \${rows.length} \${"\`"}\``,
      value: '"multi\\nline 3 `"',
    },
    {
      source: `console.table([{ a: 1, b: "x" }, { a: 2, c: true }]);
console.table(new Map([["k", 1]]));
console.assert(1 > 2, "wrong", { n: 1 });
console.count(); console.count("x");`,
      output: `┌───────┬───┬─────┬──────┐
│ (idx) │ a │ b   │ c    │
├───────┼───┼─────┼──────┤
│     0 │ 1 │ "x" │      │
│     1 │ 2 │     │ true │
└───────┴───┴─────┴──────┘
┌────────────┬─────┬────────┐
│ (iter idx) │ Key │ Values │
├────────────┼─────┼────────┤
│          0 │ "k" │      1 │
└────────────┴─────┴────────┘
Assertion failed: wrong { n: 1 }
default: 1
x: 1
`,
      stderr: `Assertion failed: wrong { n: 1 }
`,
    },
    {
      source: `const text = "x".repeat(5) /* the end */; // done
text
// that was the value
/* and nothing else */`,
      value: '"xxxxx"',
      changed: "text",
    },
    {
      source: `const raw = String.raw\`C:\\new\\table\`;
JSON.stringify({ raw, nested: { list: [1, , 3], when: new Date(0), skip: undefined, f() {} } }, null, 1)`,
      value: `"{\\n" +
  ' "raw": "C:\\\\\\\\new\\\\\\\\table",\\n' +
  ' "nested": {\\n' +
  '  "list": [\\n' +
  "   1,\\n" +
  "   null,\\n" +
  "   3\\n" +
  "  ],\\n" +
  '  "when": "1970-01-01T00:00:00.000Z"\\n' +
  " }\\n" +
  "}"`,
      changed: "raw",
    },
  ],
};
