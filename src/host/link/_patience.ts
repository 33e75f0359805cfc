/** Supervision of a kernel that does not answer: how long to wait, and what to do meanwhile. */

/** The actions available against a kernel that does not answer. */
export interface PatienceOptions {
  /** How long a guest function called by the host may keep the kernel from answering, in milliseconds. */
  readonly useTimeoutMs: number;
  /** Asks the kernel to stop whatever blocks it, unless that is the running cell. */
  readonly nudge: () => void;
  /** Resolves to whether the kernel answers a question within `patienceMs` milliseconds. */
  readonly answers: (patienceMs: number) => Promise<boolean>;
  /** Ends the kernel. */
  readonly end: (reason: string) => void;
  /** Time limit of requests that the kernel itself answers, in milliseconds. @default 300000 */
  readonly answerTimeoutMs?: number | undefined;
}

/**
 * The kind of a request. Cells and values (which may be promises) have time limits of their own, and a use of a lent object
 * may take as long as a cell. All others are answered by the kernel itself.
 */
export type RequestKind = "cell" | "use" | "value" | "other";

/** A kernel that has not answered for this long is asked to stop what blocks it, unless that is the running cell. */
const ANSWER_PATIENCE_MS = 1_000;

/** The longest time without an answer while no cell runs. Nothing legitimate takes so long. */
const MAX_ANSWER_MS = 60_000;

/** Time within which a kernel has to list, write or restore its names. Hundreds of megabytes take some seconds. */
const ANSWER_TIMEOUT_MS = 300_000;

/** Supervises a kernel while requests are pending. */
export class Patience {
  readonly #options: PatienceOptions;
  readonly #requests: Record<RequestKind, number> = { cell: 0, use: 0, value: 0, other: 0 };
  #timer: ReturnType<typeof setInterval> | undefined;
  /** How often the kernel was nudged since its last answer. */
  #nudges = 0;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** Makes a request, and waits for its answer under supervision. */
  async wait<T>(kind: RequestKind, request: () => Promise<T>): Promise<T> {
    if (this.#count === 0) {
      this.#timer = setInterval(() => void this.#look(), ANSWER_PATIENCE_MS);
    }
    this.#requests[kind]++;
    const limitMs = this.#options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
    const reason = `it left a request without an answer for ${limitMs / 1000} seconds`;
    // Even if the kernel answers other requests: a hostile one may choose what it answers.
    const timer = kind === "other"
      ? setTimeout(() => this.#options.end(reason), limitMs)
      : undefined;
    try {
      return await request();
    } finally {
      clearTimeout(timer);
      this.#nudges = 0;
      this.#requests[kind]--;
      if (this.#count === 0) clearInterval(this.#timer);
    }
  }

  get #count(): number {
    const { cell, use, value, other } = this.#requests;
    return cell + use + value + other;
  }

  /** Nudges the kernel and, in the end, ends it. Only the kernel itself knows what blocks it. */
  async #look(): Promise<void> {
    const { useTimeoutMs, nudge, answers, end } = this.#options;
    const { cell, use } = this.#requests;
    const waitedMs = ++this.#nudges * ANSWER_PATIENCE_MS;
    if (this.#count === use && waitedMs < useTimeoutMs) return;
    nudge();
    if (cell > 0 || waitedMs < MAX_ANSWER_MS) return;
    // The request may wait for a promise that never settles: a kernel that answers another question has not stalled.
    if (!await answers(ANSWER_PATIENCE_MS)) {
      end(`it did not answer for ${MAX_ANSWER_MS / 1000} seconds`);
    }
  }
}
