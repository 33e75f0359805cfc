/** The orders to stop a cell that computes: signals, of which one is under way at a time. */

import type { OrderedParams, OrderReport } from "../../rpc/protocol.ts";

/** The running cell, and the state of the order to stop it. */
interface RunningCell {
  readonly cell: number;
  order: "none" | "wanted" | "sent";
}

/** Sends orders, and accounts for them. */
export class StopOrders {
  readonly #send: () => boolean;
  #running: RunningCell | undefined;
  #sent = 0;
  /** Orders that the kernel has heard; absent while it hears none. */
  #heard: number | undefined;

  /** @param send Sends the signal, and returns whether it could. */
  constructor(send: () => boolean) {
    this.#send = send;
  }

  /** Whether the kernel hears signals. */
  get areHeard(): boolean {
    return this.#heard !== undefined;
  }

  /** Orders sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Runs a cell that may be ordered to stop.
   *
   * @param cell The number of the cell.
   * @param action Runs it.
   */
  async track<T>(cell: number, action: () => Promise<T>): Promise<T> {
    const running: RunningCell = { cell, order: "none" };
    this.#running = running;
    try {
      return await action();
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  /** Orders the running cell to stop, once. */
  stop(): void {
    if (this.#running?.order === "none") this.#running.order = "wanted";
    this.#flush();
  }

  /**
   * Takes note of what the kernel has heard.
   *
   * @param count The number of orders; it comes from the kernel and may be anything.
   */
  acknowledge(count: unknown): void {
    this.#heard = typeof count === "number" ? count : 0;
    this.#flush();
  }

  /**
   * Answers a kernel that has heard an order and asks whether it was sent.
   *
   * @param params The question; it may be anything.
   */
  report(params: unknown): OrderReport {
    const { cell } = (params ?? {}) as Partial<OrderedParams>;
    const isRunning = this.#running !== undefined && this.#running.cell === cell;
    return { orders: this.#sent, stop: isRunning && this.#running?.order !== "none" };
  }

  /** A kernel that is starting hears nothing yet, and of two signals at a time only one would arrive. */
  #flush(): void {
    const isReady = this.#heard !== undefined && this.#heard >= this.#sent;
    if (this.#running?.order !== "wanted" || !isReady || !this.#send()) return;
    this.#running.order = "sent";
    this.#sent++;
  }
}
