/**
 * Tools for agents, for cells and for tool calls alike: files, commands, tasks, questions, the web, sub-tasks.
 *
 * @module
 */

export { type FileTools, fileTools, type FileToolsOptions } from "./files/file_tools.ts";
export type { FileChange, UndoResult } from "./files/file_changes.ts";
export { type JoinedTools, joinTools, type ToolFamily } from "./family/tool_family.ts";
export { type ShellTools, shellTools, type ShellToolsOptions } from "./shell/shell_tools.ts";
export {
  type CommandRequest,
  CommandRules,
  type CommandRulesOptions,
} from "./shell/command_rules.ts";
export {
  type Todo,
  type TodoRepository,
  type TodoTools,
  todoTools,
  type TodoToolsOptions,
} from "./todo_tools.ts";
export { askTools, compressTools } from "./memory_tools.ts";
export {
  type SearchProvider,
  type SearchResult,
  webTools,
  type WebToolsOptions,
} from "./web/web_tools.ts";
export {
  type OpenSubTask,
  type SubAgent,
  type SubTaskResult,
  type SubTaskTools,
  subTaskTools,
  type SubTaskToolsOptions,
  type TaskList,
  type TaskSession,
} from "./sub_tasks/sub_task_tools.ts";
