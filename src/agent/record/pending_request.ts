/**
 * Requests to a person for which a run waits: plain data.
 *
 * @module
 */

/** A question of the model to a person: plain data. */
export interface PendingQuestion {
  /** The discriminator of the union. */
  readonly kind: "question";
  /** The identifier, for the answer. */
  readonly id: string;
  /** The question. */
  readonly question: string;
  /** Answers to choose from; empty if any text will do. */
  readonly options: readonly string[];
}

/** A call that a person has to approve: plain data. */
export interface PendingApproval {
  /** The discriminator of the union. */
  readonly kind: "approval";
  /** The identifier, for the decision. */
  readonly id: string;
  /** The name of the function. */
  readonly name: string;
  /** The arguments, checked against the schema. What is not plain data is described. */
  readonly args: readonly unknown[];
}

/** A request to a person. */
export type PendingRequest = PendingQuestion | PendingApproval;

/** The decision on a call. */
export interface ApprovalDecision {
  /** Whether the call is made. */
  readonly allow: boolean;
  /** Arguments in place of those of the cell. @default those of the cell */
  readonly input?: readonly unknown[] | undefined;
  /** The reason, which the cell and the model see. @default none */
  readonly reason?: string | undefined;
  /** Whether the decision holds for all further calls of the function in this run. @default false */
  readonly remember?: boolean | undefined;
  /** The person who decides, for events and audit logs. @default unknown */
  readonly by?: string | undefined;
}
