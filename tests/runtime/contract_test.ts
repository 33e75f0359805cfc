/** The contract of runtimes, checked for each of them. */

import { DenoRuntime } from "../../src/runtime/deno_runtime.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { RUNTIME_CONTRACT } from "../../src/testing/runtime_contract/runtime_contract.ts";
import { MODULE_CONTRACT } from "./_module_contract.ts";
import { PARTS_CONTRACT } from "./_parts_contract.ts";
import { SNAPSHOT_CONTRACT } from "./_snapshot_contract.ts";
import { SCHEMA_CONTRACT } from "./_schema_contract.ts";
import type { MakeRuntime } from "./_contract.ts";

const RUNTIMES: [name: string, make: MakeRuntime][] = [
  ["DenoRuntime", (options) => new DenoRuntime(options)],
  ["LocalRuntime", (options) => new LocalRuntime(options)],
];

const PROMISES = [
  ...RUNTIME_CONTRACT.inject,
  ...RUNTIME_CONTRACT.execute,
  ...RUNTIME_CONTRACT.stop,
  ...RUNTIME_CONTRACT.snapshot,
  ...SCHEMA_CONTRACT,
  ...MODULE_CONTRACT,
  ...SNAPSHOT_CONTRACT,
  ...PARTS_CONTRACT,
];

for (const [name, make] of RUNTIMES) {
  for (const [promise, check] of PROMISES) {
    Deno.test(`${name}.${promise}`, async () => await check(make));
  }
}
