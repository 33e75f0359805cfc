/**
 * Data visualization: a database by reference, a table and a chart to display, and the chart's specification as an
 * object.
 */

import { printable } from "@cave/agent/terminal";
import { DatabaseSync } from "node:sqlite";
import { CaveAgent, defineVariable, DenoRuntime } from "../mod.ts";
import { check, exampleModel, show } from "./_model.ts";

using db = new DatabaseSync(":memory:");
db.exec("CREATE TABLE sales (month TEXT, product TEXT, euros REAL)");
const insert = db.prepare("INSERT INTO sales VALUES (?, ?, ?)");
for (let i = 0; i < 36; i++) {
  const month = `2025-${`${i % 12 + 1}`.padStart(2, "0")}`;
  insert.run(month, ["Lamp", "Chair", "Table"][i % 3]!, 1000 + i * 37 % 500);
}

await using example = exampleModel([
  `const statement = await db.prepare("SELECT product, sum(euros) AS euros FROM sales GROUP BY product ORDER BY euros DESC");
const rows = await statement.all();
display(rows);`,
  `charts.push({
  $schema: "https://vega.github.io/schema/vega-lite/v5.json",
  title: "Sales by product",
  data: { values: rows },
  mark: "bar",
  encoding: { x: { field: "product", type: "nominal" }, y: { field: "euros", type: "quantitative" } },
});
display(charts[0]);`,
  "=The chart is ready.",
]);
await using runtime = new DenoRuntime({
  variables: {
    db: defineVariable(db, { description: "SQLite: table sales(month, product, euros)" }),
    charts: defineVariable([] as { title?: string; data?: { values: unknown[] } }[], {
      description: "Vega-Lite specifications go here",
    }),
  },
});
const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });

const run = agent.stream("Chart the sales by product");
for await (const event of run) {
  if (event.type === "display") {
    console.log("displayed:", printable(Object.keys(event.bundle).join(", ")));
  }
}
console.log(printable((await run.result).content));
const charts = await runtime.retrieve("charts");
console.log(charts[0]?.data?.values);
check(charts[0]?.data?.values.length, 3);
