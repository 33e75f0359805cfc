/** The promises of runtimes about modules whose code runs in the kernel. */

import { assertEquals, assertRejects } from "@std/assert";
import { defineKernelModule } from "../../src/declare/module/define_kernel_module.ts";
import type { KernelModule } from "../../src/inject/kernel_module.ts";
import { type Promised, run, valueOf } from "./_contract.ts";

const COUNTER = `
let count = 0;
var hidden = 1;
/** Counts. */
export function next(step: number = 1): number { return count += step; }
export class Point { constructor(readonly: number) { this.x = readonly; } x: number; }
export const rows: number[] = [1, 2];
export { later };
const later = async () => await twice(count);
`;

function trusted(source: string): KernelModule {
  return defineKernelModule(source, { name: "m.ts", trusted: true });
}

const REFUSED: [source: string, reason: string][] = [
  ["export const a = eval('1')", "line 1"],
  ["export const a = 1; throw new Error('broken')", "Cannot inject the module m.ts: broken"],
  ["export const taken = 1", "injected already"],
  ["export const a = missingName;", "missingName"],
];

/** The promises. */
export const MODULE_CONTRACT: readonly Promised[] = [
  ["inject() evaluates modules in the kernel, and their exports are names", async (make) => {
    await using runtime = make({
      functions: {
        twice: (n: number) => 2 * n,
        load: async () => await runtime.inject({ modules: [trusted(COUNTER)] }),
      },
    });
    const code =
      "await load(); [next(), next(3), await later(), new Point(5).x, rows, typeof hidden]";
    assertEquals(await valueOf(runtime, code), '[ 1, 4, 8, 5, [ 1, 2 ], "undefined" ]');
    assertEquals(await runtime.retrieve("rows"), [1, 2]);
    assertEquals(await runtime.call("next", [1]), 5);
    const { functions, types, variables } = await runtime.describe();
    assertEquals(functions[2], "/** Counts. */\ndeclare function next(step?: number): number;");
    assertEquals([functions.length, types.length, variables.length], [4, 1, 1]);
    await runtime.eject?.(["next", "Point", "rows", "later"]);
    assertEquals(
      await valueOf(runtime, "[typeof next, typeof rows].join()"),
      '"undefined,undefined"',
    );
  }],

  ["inject() makes the functions of a module again when a snapshot is restored", async (make) => {
    const functions = { twice: (n: number) => 2 * n };
    await using before = make({ functions });
    await before.inject({ modules: [trusted(COUNTER)] });
    await run(before, "next(); rows.push(3); const apply = (n) => next(n); const p = new Point(1)");
    const { bytes, lost } = await before.snapshot();
    await using runtime = make({ functions });
    await runtime.inject({ modules: [trusted(COUNTER)] });
    assertEquals([lost, (await runtime.restore(bytes)).lost], [[], []]);
    assertEquals(
      await valueOf(runtime, "[apply(7), next(1), rows, p instanceof Point]"),
      "[ 7, 8, [ 1, 2, 3 ], true ]",
    );
  }],

  ["reset() begins without a module that fails in the new namespace", async (make) => {
    await using runtime = make({});
    await run(runtime, "var flag = 1");
    const source =
      "if (typeof flag !== 'number') throw new Error('no flag');\nexport const a = () => 1;";
    await runtime.inject({ modules: [trusted(source), trusted("export const b = () => 2;")] });
    assertEquals(await valueOf(runtime, "a() + b()"), "3");
    await runtime.reset();
    assertEquals(await valueOf(runtime, "typeof a + b()"), '"undefined2"');
    assertEquals([runtime.isInjected?.("a"), runtime.isInjected?.("b")], [false, true]);
  }],

  ["inject() refuses modules that break the rules or fail, and changes nothing", async (make) => {
    await using runtime = make({ variables: { taken: 1 } });
    await run(runtime, "0");
    for (const [source, reason] of REFUSED) {
      const given = { variables: { fresh: 1 }, modules: [trusted(source)] };
      await assertRejects(() => runtime.inject(given), TypeError, reason, source);
      assertEquals(
        await valueOf(runtime, "typeof a + typeof fresh"),
        '"undefinedundefined"',
        source,
      );
    }
    const modules = [{} as KernelModule];
    await assertRejects(() => runtime.inject({ modules }), TypeError, "use defineKernelModule");
  }],
];
