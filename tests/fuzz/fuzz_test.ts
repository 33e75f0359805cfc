/** The gate runs one fixed round; `deno task fuzz` runs others. */

import { fuzzRound } from "./main.ts";

Deno.test("host and kernel come to an end with whatever they are sent", async () => {
  await fuzzRound(1, { host: 40, kernel: 25, cells: 60 });
});
