import { ScriptedServer } from "/work/main/src/model/testing/scripted_server.ts";
const md = `# Weather of Seattle

The **wettest** month is \`November\`, see [the data](https://example.com/data) and 世界. This is a long sentence that has to be wrapped at words when it reaches the end of the line at eighty columns.

- one
- two with *emphasis*
  1. deep
  2. deeper
- [x] done

| month | rain in mm | comment |
|---|---:|---|
| November | 7.5 | the wettest of all the months in the year by a large margin, every year since 2012 |
| July | 0.4 | dry |

> quoted text
> more

\`\`\`json
{"a": [1, "x"]}
\`\`\`

---
Done.
`;
const cell = `I look first.

~~~ts
// the sum of all
const rows = [{ city: "Oslo", mm: 12, note: "a very long note about this city which is far up north" }, { city: "Rome", mm: 3, note: "x" }];
const total: number = rows.reduce((sum, { mm }) => sum + mm, 0);
display(rows);
display({ $schema: "https://vega.github.io/schema/vega-lite/v5.json", title: "Rain", mark: "bar", data: { values: rows }, encoding: { x: { field: "city", type: "nominal" }, y: { field: "mm", type: "quantitative" } } });
display({ $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "line", data: { values: Array.from({ length: 50 }, (_, i) => ({ x: i, y: Math.sin(i / 5) })) }, encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } } });
for (let i = 0; i < 30; i++) console.log("line", i);
\`total \${total}\`
~~~`;
const server = new ScriptedServer({
  replies: [cell, { content: md, delayMs: 10 } as never, cell, md],
});
console.log(server.url);
await new Promise(() => {});
