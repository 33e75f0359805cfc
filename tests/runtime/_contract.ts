/** The vocabulary of the contract of runtimes. */

export {
  type Failure,
  type KernelExitResult,
  type MakeRuntime,
  type Promised,
  run,
  runFailing,
  runFatal,
  type Success,
  valueOf,
} from "../../src/testing/runtime_contract/contract.ts";
