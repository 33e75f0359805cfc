/**
 * For tests of agents, of what cells use, and of models and runtimes of your own.
 *
 * - `ScriptedServer`: a model server that replays replies, by rule, in order or by a function
 * - `recordedModel`: records a real model once, and replays it
 * - `runCells`: cells in one line
 * - `assertEvents`, `assertNoEvent`: the events of a run
 * - `FakeClock`: time that passes when the test says so
 * - `judge`: a model that judges answers by criteria
 * - `MODEL_CONTRACT`, `RUNTIME_CONTRACT`: what implementations of the ports promise
 *
 * @example Test an agent's model
 * ```ts
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({ replies: ["Hello!"] });
 *
 * const chunks = await Array.fromAsync(server.model().stream([{ role: "user", content: "Hi" }]));
 * assertEquals(chunks[0], { type: "text", text: "Hello!" });
 * assertEquals(server.requests[0]?.messages, [{ role: "user", content: "Hi" }]);
 * ```
 *
 * @module
 */

export { ScriptedServer } from "../model/testing/scripted_server.ts";
export type {
  ScriptedReply,
  ScriptedReplyOptions,
  ScriptedRequest,
  ScriptedServerOptions,
  ScriptedToolCall,
} from "../model/testing/scripted_server.ts";
export { assertEvents, assertNoEvent } from "./assert_events.ts";
export type { ExpectedEvent } from "./assert_events.ts";
export { FakeClock } from "./fake_clock.ts";
export { judge, JudgeError } from "./judge.ts";
export type { CriterionVerdict, JudgeRequest, Verdict } from "./judge.ts";
export { readRecording, recordedModel } from "./recorded_model.ts";
export type { RecordedModel, RecordedModelOptions, RecordedReply } from "./recorded_model.ts";
export { scriptOf } from "./script_of.ts";
export { runCells } from "./run_cells.ts";
export type { CellsRun, RunCellsOptions } from "./run_cells.ts";
export { MODEL_CONTRACT } from "./model_contract/model_contract.ts";
export type {
  ContractModel,
  ContractReply,
  MakeContractModel,
  ModelPromise,
} from "./model_contract/model_contract.ts";
export { RUNTIME_CONTRACT } from "./runtime_contract/runtime_contract.ts";
export type { RuntimeContractPart } from "./runtime_contract/runtime_contract.ts";
export type { MakeRuntime, Promised } from "./runtime_contract/contract.ts";
