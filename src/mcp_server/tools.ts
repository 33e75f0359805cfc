/**
 * The tools of the server: their names, schemas and descriptions.
 *
 * @module
 */

/** A tool as it is listed. */
export interface ToolListing {
  /** The name. */
  readonly name: string;
  /** A title for people. */
  readonly title: string;
  /** Text for models. */
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly inputSchema: ObjectSchema;
  /** JSON Schema of the structured result. */
  readonly outputSchema: ObjectSchema;
  /** Hints. */
  readonly annotations: Readonly<Record<string, boolean>>;
}

/** A JSON Schema of an object. */
export interface ObjectSchema {
  /** Always an object. */
  readonly type: "object";
  /** The members. */
  readonly properties: Readonly<Record<string, object>>;
  /** The names of members that are always there. */
  readonly required: string[];
  /** Whether there may be others. */
  readonly additionalProperties: boolean;
}

const STRING = { type: "string" };
const COUNT = { type: "integer", minimum: 0 };
const NAMES = {
  type: "array",
  items: { type: "object", properties: { name: STRING, type: STRING }, required: ["name", "type"] },
};
const LOST = {
  type: "array",
  items: { type: "object", properties: { name: STRING, reason: STRING }, required: ["name"] },
};

const SUMMARY = "Runs a cell of TypeScript in a persistent session, and returns what it prints " +
  "and the value of its last expression. Top-level await works, and names that a cell defines stay " +
  "for later cells.";

/**
 * Returns the tools.
 *
 * @param instructions The place where cells run, and the declarations of what they find there.
 */
export function toolListings(instructions: string): ToolListing[] {
  return [
    {
      name: "run_cell",
      title: "Run a cell of TypeScript",
      description: `${SUMMARY}\n\n${instructions}`,
      inputSchema: objectOf({
        code: { ...STRING, description: "TypeScript" },
        timeout_ms: {
          type: "integer",
          minimum: 1,
          description: "Time limit in milliseconds, below that of the session",
        },
      }, ["code"]),
      outputSchema: objectOf({
        status: {
          ...STRING,
          enum: ["ok", "error", "timeout", "interrupted", "kernel_exit", "refused"],
        },
        cell: COUNT,
        value: { ...STRING, description: "The value of the cell, as console.log shows it" },
        value_type: STRING,
        output: { ...STRING, description: "The printed text, cut at its end" },
        output_chars: { ...COUNT, description: "The length of the whole output" },
        error: { ...STRING, description: "The error with its place, or the reason of the end" },
        changed: NAMES,
        calls: { ...COUNT, description: "Calls of functions of the host" },
        displays: COUNT,
        state_kept: { type: "boolean", description: "Whether the names of earlier cells exist" },
        duration_ms: { type: "number" },
      }, ["status", "cell", "output", "changed", "state_kept"]),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    },
    {
      name: "interrupt",
      title: "Stop the cell that runs",
      description: "Stops the cell that runs. Its names stay.",
      inputSchema: objectOf({}, []),
      outputSchema: objectOf({ interrupted: { type: "boolean" } }, ["interrupted"]),
      annotations: { destructiveHint: false, idempotentHint: true },
    },
    {
      name: "list_names",
      title: "List the names of the session",
      description:
        "Lists the names of the session with their types: those of the host, and those of cells.",
      inputSchema: objectOf({}, []),
      outputSchema: objectOf({ names: NAMES }, ["names"]),
      annotations: { readOnlyHint: true },
    },
    {
      name: "reset",
      title: "Begin a fresh session",
      description:
        "Removes the names that cells have defined, or goes back to a snapshot of this session.",
      inputSchema: objectOf({
        snapshot: { ...STRING, description: "The name of a snapshot, such as snapshot-1" },
      }, []),
      outputSchema: objectOf({ restored: { type: "array", items: STRING }, lost: LOST }, [
        "restored",
        "lost",
      ]),
      annotations: { destructiveHint: true, idempotentHint: true },
    },
    {
      name: "snapshot",
      title: "Keep the state of the session",
      description: "Keeps the names of the session as they are now, for the tool reset.",
      inputSchema: objectOf({
        include_bytes: {
          type: "boolean",
          description: "Whether the answer has the snapshot itself, as a resource",
        },
      }, []),
      outputSchema: objectOf({ snapshot: STRING, bytes: COUNT, names: NAMES, lost: LOST }, [
        "snapshot",
        "bytes",
        "names",
        "lost",
      ]),
      annotations: { readOnlyHint: true },
    },
  ];
}

function objectOf(
  properties: Readonly<Record<string, object>>,
  required: string[],
): ObjectSchema {
  return { type: "object", properties, required, additionalProperties: false };
}
