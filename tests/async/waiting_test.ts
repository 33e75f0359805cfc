import { assertThrows } from "@std/assert";
import { assertNotWaiting, currentWaiting, runWaiting } from "../../src/async/waiting.ts";

const options = { task: "run", advice: "Run it later" };

Deno.test("assertNotWaiting() refuses what an owner on the way waits for, however it is reached", async () => {
  const [a, b, other] = [{}, {}, {}];
  let waits = true;
  const isWaiting = () => waits;
  await runWaiting({ owner: a, what: "the cell of a", isWaiting }, async () => {
    const outer = currentWaiting();
    await runWaiting({ owner: b, what: "the cell of b", isWaiting, outer }, async () => {
      await new Promise((resolve) => setTimeout(resolve));
      assertThrows(
        () => assertNotWaiting(a, options),
        TypeError,
        "Cannot run here: the cell of a waits for this, and would wait for ever. Run it later",
      );
      assertThrows(() => assertNotWaiting(b, options), TypeError, "the cell of b");
      assertNotWaiting(other, options);
      waits = false;
      assertNotWaiting(a, options);
      waits = true;
    });
    assertNotWaiting(b, options);
  });
  assertNotWaiting(a, options);
});
