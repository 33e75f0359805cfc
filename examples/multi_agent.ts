/** Agents as objects: an orchestrator drives two others, and passes on results that never become text. */

import { printable } from "@cave/agent/terminal";
import { CaveAgent, defineVariable, DenoRuntime } from "../mod.ts";
import { check, exampleModel, show } from "./_model.ts";

const readings = Array.from({ length: 500 }, (_, i) => ({
  sensor: `s${i % 5}`,
  celsius: i % 50 === 0 ? -999 : 15 + i % 7,
}));

await using cleaning = exampleModel([
  "const cleaned = readings.filter((row) => row.celsius > -100);\nconsole.log(cleaned.length)",
  "=Ten readings were faults; the others are in cleaned.",
]);
await using analysis = exampleModel([
  `const means = Object.fromEntries(Object.entries(Object.groupBy(rows, (row) => row.sensor))
  .map(([sensor, list]) => [sensor, list.reduce((sum, row) => sum + row.celsius, 0) / list.length]));`,
  "=The means are in means.",
]);
await using leading = exampleModel([
  `await cleaner.run("Remove readings that cannot be. Put the others into cleaned.");
const cleaned = await cleaner.runtime.retrieve("cleaned");
await analyst.runtime.update("rows", cleaned);
await analyst.run("Put the mean of each sensor into means.");
report = await analyst.runtime.retrieve("means");`,
  "=The report has the mean of each sensor.",
]);

await using cleanerRuntime = new DenoRuntime({ variables: { readings } });
await using analystRuntime = new DenoRuntime({ variables: { rows: [] as typeof readings } });
await using runtime = new DenoRuntime({
  variables: {
    cleaner: defineVariable(
      new CaveAgent({ middleware: [show], model: cleaning.model, runtime: cleanerRuntime }),
      { description: "Cleans data: run(task), runtime.retrieve(name)" },
    ),
    analyst: defineVariable(
      new CaveAgent({ middleware: [show], model: analysis.model, runtime: analystRuntime }),
      {
        description:
          "Analyses data: runtime.update('rows', rows), run(task), runtime.retrieve(name)",
      },
    ),
    report: defineVariable({} as Record<string, number>, {
      description: "The mean of each sensor",
    }),
  },
});
const orchestrator = new CaveAgent({ middleware: [show], model: leading.model, runtime });

console.log(
  printable((await orchestrator.run("Let the readings be cleaned and analysed")).content),
);
const report = await runtime.retrieve("report");
console.log(report);
check(Object.keys(report).sort(), ["s0", "s1", "s2", "s3", "s4"]);
