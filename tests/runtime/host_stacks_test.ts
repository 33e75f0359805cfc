import { assert, assertEquals } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { runFailing } from "./_contract.ts";

class Door {
  open(): never {
    throw new RangeError("it is locked");
  }
}

for (const exposeHostStacks of [undefined, false, true]) {
  Deno.test(`DenoRuntime shows cells where the host has failed with exposeHostStacks: ${exposeHostStacks}`, async () => {
    await using runtime = new DenoRuntime({
      ...(exposeHostStacks === undefined ? {} : { exposeHostStacks }),
      variables: { door: new Door() },
      functions: {
        fail: () => {
          throw new TypeError("no");
        },
      },
    });
    for (
      const [source, name] of [["fail()", "TypeError: no"], [
        "door.open()",
        "RangeError: it is locked",
      ]]
    ) {
      const { error } = await runFailing(runtime, `await ${source}`);
      assert(`${error.traceback}`.startsWith(name!), `${error.traceback}`);
      assertEquals(`${error.traceback}`.includes("host_stacks_test.ts"), exposeHostStacks === true);
      assertEquals(error.frames.map(({ cell }) => cell).length, 1);
    }
  });
}
