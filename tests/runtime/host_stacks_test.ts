import { assert, assertEquals } from "@std/assert";
import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { run } from "./_contract.ts";

class Door {
  open(): never {
    throw new RangeError("it is locked");
  }
}

const CALLS = [["fail()", "TypeError: no"], ["door.open()", "RangeError: it is locked"]] as const;

for (const exposeHostStacks of [undefined, false, true]) {
  Deno.test(`DenoRuntime shows cells where the host has failed, exposeHostStacks: ${exposeHostStacks}`, async () => {
    const fail = () => {
      throw new TypeError("no");
    };
    await using runtime = new DenoRuntime({
      ...(exposeHostStacks === undefined ? {} : { exposeHostStacks }),
      variables: { door: new Door() },
      functions: { fail },
    });
    for (const [call, name] of CALLS) {
      const source = `try { await ${call} } catch (error) { console.log(error.stack) }`;
      const { stdout } = (await run(runtime, source)).output;
      assert(stdout.startsWith(name), stdout);
      assertEquals(stdout.includes("host_stacks_test.ts"), exposeHostStacks === true, stdout);
    }
  });
}
