/** The contract of runtimes, checked for each of them. */

import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { EXECUTE_CONTRACT } from "./_execute_contract.ts";
import { INJECT_CONTRACT } from "./_inject_contract.ts";
import { MODULE_CONTRACT } from "./_module_contract.ts";
import { PARTS_CONTRACT } from "./_parts_contract.ts";
import { SNAPSHOT_CONTRACT } from "./_snapshot_contract.ts";
import { STOP_CONTRACT } from "./_stop_contract.ts";
import type { MakeRuntime } from "./_contract.ts";

const RUNTIMES: [name: string, make: MakeRuntime][] = [
  ["DenoRuntime", (options) => new DenoRuntime(options)],
  ["LocalRuntime", (options) => new LocalRuntime(options)],
];

const PROMISES = [
  ...INJECT_CONTRACT,
  ...MODULE_CONTRACT,
  ...EXECUTE_CONTRACT,
  ...STOP_CONTRACT,
  ...SNAPSHOT_CONTRACT,
  ...PARTS_CONTRACT,
];

for (const [name, make] of RUNTIMES) {
  for (const [promise, check] of PROMISES) {
    Deno.test(`${name}.${promise}`, async () => await check(make));
  }
}
