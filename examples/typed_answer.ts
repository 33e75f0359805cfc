/** Typed answers: a value that the host has checked, and that no prompt has seen. */

import { CaveAgent, DenoRuntime } from "../mod.ts";
import { z } from "zod";
import { check, exampleModel, show } from "./_model.ts";

await using example = exampleModel([
  `const byCity = Object.groupBy(trips, ({ city }) => city);
await finish(Object.entries(byCity).map(([city, list]) => ({ city, trips: list.length })))`,
  `await finish({ cities: Object.entries(byCity).map(([city, list]) => ({ city, trips: list.length })) })`,
]);

const trips = Array.from({ length: 10_000 }, (_, i) => ({ city: ["Oslo", "Rome"][i % 2]!, id: i }));
await using runtime = new DenoRuntime({ variables: { trips } });
const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });

// The first attempt of the scripted model has another shape: the error tells it what was expected.
const { output, steps } = await agent.run("How many trips has each city?", {
  output: z.object({ cities: z.array(z.object({ city: z.string(), trips: z.number().int() })) }),
});
for (const { city, trips } of output?.cities ?? []) console.log(`${city}: ${trips} trips`);
if (example.scripted) {
  check([steps, output?.cities], [2, [{ city: "Oslo", trips: 5_000 }, {
    city: "Rome",
    trips: 5_000,
  }]]);
}
