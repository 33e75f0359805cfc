/**
 * A clock that stands until a test moves it.
 *
 * @module
 */

/** A timer that waits for its time. */
interface Timer {
  readonly id: number;
  at: number;
  readonly everyMs: number | undefined;
  readonly action: () => void;
}

/** The clock that has replaced that of the platform. */
let installed: FakeClock | undefined;

/**
 * Replaces `Date`, `performance.now()` and the timers of the platform until it is disposed of. Time passes only by
 * {@linkcode FakeClock.advance}. What does not use timers (files, servers, kernels, their time limits inside) keeps its own pace.
 *
 * @example Waits without waiting
 * ```ts
 * import { FakeClock } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * using clock = new FakeClock({ now: new Date("2030-01-01T00:00:00Z") });
 * let rang = false;
 * setTimeout(() => rang = true, 60_000);
 * await clock.advance(59_999);
 * assertEquals([rang, new Date().getUTCFullYear()], [false, 2030]);
 * await clock.advance(1);
 * assertEquals(rang, true);
 * ```
 */
export class FakeClock implements Disposable {
  readonly #original = {
    Date: globalThis.Date,
    performanceNow: performance.now,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
  };
  readonly #timers = new Map<number, Timer>();
  readonly #began: number;
  #now: number;
  /** Above the identifiers of real timers, which can be cleared while the clock is fake. */
  #nextId = 2 ** 40;

  /**
   * Replaces the clock.
   *
   * @param options The time at the beginning. @default now
   * @throws {TypeError} If another fake clock is in place, or the time is not valid.
   */
  constructor(options: { readonly now?: Date | number } = {}) {
    const task = "replace the clock";
    if (installed !== undefined) {
      throw new TypeError(`Cannot ${task}: another FakeClock is in place; dispose of it first`);
    }
    this.#now = Number(options.now ?? Date.now());
    if (!Number.isFinite(this.#now)) {
      throw new TypeError(`Cannot ${task}: now is ${String(options.now)} and not a time`);
    }
    this.#began = this.#now;
    installed = this;
    this.#install();
  }

  /** The time, in milliseconds since 1970. */
  get now(): number {
    return this.#now;
  }

  /** The number of timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /**
   * Lets time pass: timers that are due ring in their order, and promises settle between them.
   *
   * @param ms The time in milliseconds.
   * @throws {RangeError} If it is negative or not a number.
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) {
      throw new RangeError(
        `Cannot advance the clock by ${ms} ms: it must be a number of at least 0`,
      );
    }
    const end = this.#now + ms;
    await this.#settle();
    for (let timer = this.#due(end); timer !== undefined; timer = this.#due(end)) {
      this.#ring(timer);
      await this.#settle();
    }
    this.#now = end;
  }

  /**
   * Lets time pass until the next timer has rung.
   *
   * @returns Whether there was one.
   */
  async next(): Promise<boolean> {
    await this.#settle();
    const timer = this.#due(Infinity);
    if (timer === undefined) return false;
    this.#ring(timer);
    await this.#settle();
    return true;
  }

  /** Puts the clock of the platform back. Timers that wait never ring. Idempotent. */
  [Symbol.dispose](): void {
    if (installed !== this) return;
    installed = undefined;
    const { performanceNow, ...globals } = this.#original;
    Object.assign(globalThis, globals);
    performance.now = performanceNow;
    this.#timers.clear();
  }

  #due(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers.values()) {
      if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
    }
    return first;
  }

  #ring(timer: Timer): void {
    this.#now = Math.max(this.#now, timer.at);
    if (timer.everyMs === undefined) this.#timers.delete(timer.id);
    // Like the platform, an interval of 0 lets time pass.
    else timer.at = this.#now + Math.max(1, timer.everyMs);
    timer.action();
  }

  /** Lets promises settle, and what the event loop has ready. */
  async #settle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#original.setTimeout(resolve, 0);
    await promise;
  }

  #install(): void {
    const add = (
      action: (...args: unknown[]) => void,
      ms: number | undefined,
      { args, repeats }: { readonly args: unknown[]; readonly repeats: boolean },
    ) => {
      const delayMs = Math.max(0, Number(ms) || 0);
      const id = this.#nextId++;
      const everyMs = repeats ? delayMs : undefined;
      this.#timers.set(id, {
        id,
        at: this.#now + delayMs,
        everyMs,
        action: () => action(...args),
      });
      return id;
    };
    const { clearTimeout, Date: RealDate } = this.#original;
    const clear = (id: number | undefined) => {
      if (!this.#timers.delete(id as number)) clearTimeout(id);
    };
    const now = () => this.#now;
    // The very constructor, so that `instanceof` holds for dates from before and from elsewhere.
    const ClockDate = new Proxy(RealDate, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
      apply: () => new RealDate(now()).toString(),
      get: (target, name) =>
        name === "now" ? () => Math.floor(now()) : Reflect.get(target, name) as unknown,
    });
    Object.assign(globalThis, {
      Date: ClockDate,
      setTimeout: (action: () => void, ms?: number, ...args: unknown[]) =>
        add(action, ms, { args, repeats: false }),
      setInterval: (action: () => void, ms?: number, ...args: unknown[]) =>
        add(action, ms, { args, repeats: true }),
      clearTimeout: clear,
      clearInterval: clear,
    });
    performance.now = () => this.#now - this.#began;
  }
}
