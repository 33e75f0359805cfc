/**
 * Repositories on a store: conversations, tasks, memory, preferences, knowledge, audit, metrics.
 *
 * @module
 */

export {
  type FieldsOption,
  openRepositories,
  type Plugged,
  type Port,
  type Repositories,
  type RepositoriesOptions,
} from "./repositories.ts";
export type { Owner, RepositoryKind } from "./table/owner.ts";
export {
  type ConversationBranch,
  ConversationRepository,
  type ForkConversationOptions,
  type ListConversationsOptions,
  type MessagesOptions,
} from "./conversations.ts";
export type {
  Conversation,
  ConversationMessage,
  MessageRole,
  MessageToolCall,
  NewConversation,
  NewMessage,
} from "./conversation.ts";
export {
  type ClaimOptions,
  type FailOptions,
  type TaskFilter,
  TaskRepository,
} from "./tasks/task_repository.ts";
export type {
  CustomFields,
  FieldsSchema,
  NewTask,
  Task,
  TaskPatch,
  TaskState,
} from "./tasks/task.ts";
export {
  type MemoryKeysOptions,
  type MemoryOptions,
  MemoryRepository,
  type RememberOptions,
  type Scope,
} from "./memory.ts";
export { Decisions, type DecisionsOptions, openDecisions } from "./decisions.ts";
export { type PreferencesOptions, PreferencesRepository } from "./preferences.ts";
export {
  type Embed,
  type FactMatch,
  type KnowledgeOptions,
  KnowledgeRepository,
  type ListFactsOptions,
  type SearchFactsOptions,
} from "./knowledge/knowledge_repository.ts";
export type { Fact, FactType, NewFact } from "./knowledge/fact.ts";
export {
  type AppendAuditOptions,
  type AuditActor,
  type AuditEntry,
  type AuditFilter,
  AuditRepository,
  type AuditSeverity,
  type NewAuditEntry,
} from "./audit/audit_repository.ts";
export {
  type AuditSink,
  recordApprovals,
  type RecordApprovalsOptions,
} from "./audit/record_approvals.ts";
export {
  type Metric,
  type MetricFilter,
  MetricsRepository,
  type MetricSummary,
  type RecordMetricOptions,
} from "./metrics.ts";
export {
  type InjectableRepository,
  repositoryVariables,
  type RepositoryVariablesOptions,
} from "./inject_repositories.ts";
export {
  deleteOlder,
  deleteSessionRecords,
  deleteUser,
  type Deletion,
  type RetentionOptions,
} from "./retention.ts";
