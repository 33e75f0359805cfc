/** How long somebody waits for a kernel that does not answer, and what is done meanwhile. */

/** What can be done about a kernel that does not answer. */
export interface PatienceOptions {
  /** How long a function of cells that the host calls may keep the kernel from answering, in milliseconds. */
  readonly useTimeoutMs: number;
  /** Tells the kernel to stop what keeps it from answering, if that is not the running cell. */
  readonly nudge: () => void;
  /** Whether it answers a question within so many milliseconds. */
  readonly answers: (patienceMs: number) => Promise<boolean>;
  /** Ends it. */
  readonly end: (reason: string) => void;
}

/** What a request is about. Cells have time limits of their own, and uses of what is lent may take as long as cells. */
export type RequestKind = "cell" | "use" | "other";

/** A kernel that has not answered for so long is told to stop what keeps it from that, unless that is the running cell. */
const ANSWER_PATIENCE_MS = 1_000;

/** Without a cell there is nothing that keeps a kernel from answering for so long. */
const MAX_ANSWER_MS = 60_000;

/** Looks after a kernel while requests are under way. */
export class Patience {
  readonly #options: PatienceOptions;
  readonly #requests: Record<RequestKind, number> = { cell: 0, use: 0, other: 0 };
  #timer: ReturnType<typeof setInterval> | undefined;
  /** How often the kernel was looked after since its last answer. */
  #nudges = 0;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** Makes a request, and waits for the answer. */
  async wait<T>(kind: RequestKind, request: () => Promise<T>): Promise<T> {
    if (this.#count === 0) {
      this.#timer = setInterval(() => void this.#look(), ANSWER_PATIENCE_MS);
    }
    this.#requests[kind]++;
    try {
      return await request();
    } finally {
      this.#nudges = 0;
      this.#requests[kind]--;
      if (this.#count === 0) clearInterval(this.#timer);
    }
  }

  get #count(): number {
    const { cell, use, other } = this.#requests;
    return cell + use + other;
  }

  /** Only the kernel knows what keeps it from answering. */
  async #look(): Promise<void> {
    const { useTimeoutMs, nudge, answers, end } = this.#options;
    const { cell, use } = this.#requests;
    const waitedMs = ++this.#nudges * ANSWER_PATIENCE_MS;
    if (this.#count === use && waitedMs < useTimeoutMs) return;
    nudge();
    if (cell > 0 || waitedMs < MAX_ANSWER_MS) return;
    // It may be a promise that does not settle: a kernel that can be asked something has not stalled.
    if (!await answers(ANSWER_PATIENCE_MS)) {
      end(`it did not answer for ${MAX_ANSWER_MS / 1000} seconds`);
    }
  }
}
