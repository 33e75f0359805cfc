/**
 * One session of a client: a server, and a kernel of its own.
 *
 * @module
 */

import { type ProgressToken, Server, type ServerContext } from "@modelcontextprotocol/server";
import manifest from "../../deno.json" with { type: "json" };
import { instructionsOf } from "../cell_tool/instructions.ts";
import { CallRefusedError } from "../inject/approval.ts";
import type { CellCall } from "../runtime/cells/execute_options.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { headOf } from "../text/truncate.ts";
import { contentOf } from "./cell_content.ts";
import { ProgressSender } from "./progress_sender.ts";
import type { CheckedServerOptions } from "./server_options.ts";
import { toolListings } from "./tools.ts";

/** Names that are listed. */
const MAX_NAMES = 5_000;

/** Characters of the arguments of a call that a person is shown. */
const MAX_SHOWN_CHARS = 2_000;

/** Time limit for the decision of a person. */
const DECISION_MS = 24 * 60 * 60 * 1000;

type Args = Readonly<Record<string, unknown>>;
type Handler = (args: Args, context: ServerContext) => Promise<unknown>;

/** A server with the kernel of one client. */
export class CellSession {
  /** The server, to be connected to a transport. */
  readonly server: Server;
  readonly #options: CheckedServerOptions;
  readonly #snapshots = new Map<string, Uint8Array>();
  readonly #handlers: ReadonlyMap<string, Handler>;
  #runtime: Promise<Runtime> | undefined;
  #snapshotCount = 0;
  #cells = 0;
  #isClosed = false;

  /** @param options The runtime, and limits. */
  constructor(options: CheckedServerOptions) {
    this.#options = options;
    this.#handlers = new Map<string, Handler>([
      ["run_cell", (args, context) => this.#runCell(args, context)],
      ["interrupt", () => this.#interrupt()],
      ["list_names", () => this.#listNames()],
      ["reset", (args) => this.#reset(args)],
      ["snapshot", (args) => this.#snapshot(args)],
    ]);
    this.server = new Server({ name: "cave-agent", version: manifest.version }, {
      capabilities: { tools: {} },
      instructions:
        "Run TypeScript with run_cell. The names that a cell defines stay for later cells.",
    });
    this.server.setRequestHandler("tools/list", async () => {
      const runtime = await this.#kernel();
      return { tools: toolListings(instructionsOf(await runtime.describe())) as never };
    });
    this.server.setRequestHandler("tools/call", async ({ params }, context) => {
      const { name, arguments: args = {} } = params;
      const handler = this.#handlers.get(name);
      try {
        if (handler === undefined) {
          const known = [...this.#handlers.keys()].join(", ");
          throw new TypeError(
            `Cannot call ${
              JSON.stringify(headOf(name, 100))
            }: there is no such tool; the tools are ${known}`,
          );
        }
        return await handler(args, context) as never;
      } catch (error) {
        // The model of the client reads the mistakes that it makes.
        const text = error instanceof Error ? error.message : String(error);
        return { content: [{ type: "text", text }], isError: true };
      }
    });
  }

  /** Whether a cell runs or waits. */
  get isBusy(): boolean {
    return this.#cells > 0;
  }

  /** Ends the kernel. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const runtime = await this.#runtime?.catch(() => undefined);
    await runtime?.close();
  }

  #kernel(): Promise<Runtime> {
    if (this.#isClosed) {
      return Promise.reject(new TypeError("Cannot run cells: the session has ended"));
    }
    this.#runtime ??= Promise.resolve(this.#options.runtime()).catch((error) => {
      // The next call tries again.
      this.#runtime = undefined;
      throw error;
    });
    return this.#runtime;
  }

  async #runCell(args: Args, context: ServerContext): Promise<unknown> {
    checkArguments(args, { tool: "run_cell", names: ["code", "timeout_ms"] });
    const { code, timeout_ms: timeoutMs } = args;
    if (typeof code !== "string") {
      throw new TypeError(`Cannot run a cell: code is of the type ${typeof code} and not text`);
    }
    const isLimit = typeof timeoutMs === "number" && timeoutMs > 0 && Number.isFinite(timeoutMs);
    if (timeoutMs !== undefined && !isLimit) {
      throw new TypeError(
        `Cannot run a cell: timeout_ms is ${JSON.stringify(timeoutMs)} and not a number above 0`,
      );
    }
    const { maxWaitingCells } = this.#options;
    if (this.#cells > maxWaitingCells) {
      throw new RangeError(`Cannot run a cell: ${maxWaitingCells} cells wait already`);
    }
    this.#cells++;
    try {
      const runtime = await this.#kernel();
      const { signal } = context.mcpReq;
      const progress = this.#progressOf(context);
      const result = await runtime.execute(code, {
        signal,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        onOutput: ({ text }) => progress?.add(text),
        aroundCall: async (call, next) => {
          if (call.needsApproval) await this.#approve(call);
          return await next();
        },
      });
      await progress?.end();
      return contentOf(result, this.#options);
    } finally {
      this.#cells--;
    }
  }

  #progressOf({ mcpReq }: ServerContext): ProgressSender | undefined {
    const progressToken: ProgressToken | undefined = mcpReq._meta?.progressToken;
    if (progressToken === undefined) return undefined;
    return new ProgressSender((progress, message) =>
      mcpReq.notify({
        method: "notifications/progress",
        params: { progressToken, progress, message },
      })
    );
  }

  /** Asks the user of the client, if it can ask. */
  async #approve({ name, args, signal }: CellCall): Promise<void> {
    if (this.server.getClientCapabilities()?.elicitation === undefined) {
      throw new CallRefusedError(name, "it needs an approval, and the client cannot ask for one");
    }
    let shown: string;
    try {
      shown = JSON.stringify(args);
    } catch {
      shown = "arguments that are no JSON";
    }
    const { action, content } = await this.server.elicitInput({
      message: `A cell calls ${name}(${headOf(shown.slice(1, -1), MAX_SHOWN_CHARS)}). Allow it?`,
      requestedSchema: {
        type: "object",
        properties: { allow: { type: "boolean", title: "Allow the call", default: false } },
        required: ["allow"],
      },
    }, { signal, timeout: DECISION_MS });
    if (action !== "accept" || content?.allow !== true) throw new CallRefusedError(name);
  }

  async #interrupt(): Promise<unknown> {
    const interrupted = this.#cells > 0;
    if (interrupted) (await this.#kernel()).interrupt();
    return answer({ interrupted }, interrupted ? "The cell is stopped" : "No cell runs");
  }

  async #listNames(): Promise<unknown> {
    const all = await (await this.#kernel()).names();
    const names = all.slice(0, MAX_NAMES).map(({ name, type }) => ({ name, type }));
    return answer({ names }, names.map(({ name, type }) => `${name}: ${type}`).join("\n"));
  }

  async #reset(args: Args): Promise<unknown> {
    checkArguments(args, { tool: "reset", names: ["snapshot"] });
    const { snapshot } = args;
    const runtime = await this.#kernel();
    if (snapshot === undefined) {
      await runtime.reset();
      return answer({ restored: [], lost: [] }, "The session is fresh");
    }
    const bytes = typeof snapshot === "string" ? this.#snapshots.get(snapshot) : undefined;
    if (bytes === undefined) {
      throw new RangeError(
        `Cannot go back to the snapshot ${JSON.stringify(snapshot)}: those of this session are ${
          [...this.#snapshots.keys()].join(", ") || "none"
        }`,
      );
    }
    const { restored, lost } = await runtime.restore(bytes);
    const names = [...restored];
    return answer({ restored: names, lost }, `These names are back: ${names.join(", ") || "none"}`);
  }

  async #snapshot(args: Args): Promise<unknown> {
    checkArguments(args, { tool: "snapshot", names: ["include_bytes"] });
    const { bytes, names, lost } = await (await this.#kernel()).snapshot();
    const snapshot = `snapshot-${++this.#snapshotCount}`;
    this.#snapshots.set(snapshot, bytes);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > this.#options.maxSnapshots) this.#snapshots.delete(oldest!);
    const listed = names.slice(0, MAX_NAMES).map(({ name, type }) => ({ name, type }));
    const { content, structuredContent } = answer(
      { snapshot, bytes: bytes.length, names: listed, lost },
      `${snapshot} has ${names.length} names`,
    );
    if (args.include_bytes !== true) return { content, structuredContent };
    const resource = {
      uri: `cave://${snapshot}`,
      mimeType: "application/octet-stream",
      blob: bytes.toBase64(),
    };
    return { content: [...content, { type: "resource", resource }], structuredContent };
  }
}

function answer(structuredContent: Record<string, unknown>, text: string) {
  return { content: [{ type: "text", text }], structuredContent };
}

function checkArguments(
  args: Args,
  { tool, names }: { readonly tool: string; readonly names: readonly string[] },
): void {
  const unknown = Object.keys(args).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(
    `Cannot call ${tool}: there is no argument ${JSON.stringify(headOf(unknown, 100))}; there are ${
      names.join(", ")
    }`,
  );
}
