/**
 * Measurements, and summaries of them.
 *
 * @module
 */

import type { JsonValue } from "../store/store.ts";
import { keyPart, type Owner, prefixOf, projectOf } from "./table/owner.ts";
import { listAll } from "../store/read_all.ts";

/** A measurement. */
export interface Metric {
  /** The name of what was measured. */
  readonly name: string;
  /** The value: a finite number. */
  readonly value: number;
  /** The unit: `ms`, `tokens`. @default none */
  readonly unit?: string | undefined;
  /** Labels by which summaries can be narrowed. @default none */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The time, in milliseconds since 1970. @default now */
  readonly at?: number | undefined;
}

/** Options of {@linkcode MetricsRepository.record}. */
export interface RecordMetricOptions {
  /** Time after which the measurement is gone, in milliseconds. @default never */
  readonly expiresInMs?: number | undefined;
}

/** Narrows measurements. */
export interface MetricFilter {
  /** Labels that they have. @default any */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The first time, in milliseconds since 1970. @default the beginning */
  readonly since?: number | undefined;
  /** The time behind the last one, in milliseconds since 1970. @default the end */
  readonly until?: number | undefined;
}

/** A summary of measurements. */
export interface MetricSummary {
  /** Number of measurements. */
  readonly count: number;
  /** The least value; 0 if there is none, as for the other fields. */
  readonly min: number;
  /** The greatest value. */
  readonly max: number;
  /** The sum. */
  readonly sum: number;
  /** The arithmetic mean. */
  readonly avg: number;
  /** The median: the nearest-rank percentile, a value that was measured. */
  readonly p50: number;
  /** The 95th percentile, by nearest rank. */
  readonly p95: number;
  /** The 99th percentile, by nearest rank. */
  readonly p99: number;
}

type StoredMetric = Metric & { readonly at: number; readonly session?: string };

/** Digits of a time in a key: enough for the years that `Date` knows. */
const TIME_DIGITS = 16;

/**
 * Measurements of an owner. Writers do not disturb one another.
 *
 * @example A summary
 * ```ts
 * import { openRepositories } from "@cave/agent/repositories";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * const { metrics } = openRepositories(store);
 * for (const value of [10, 20, 90]) await metrics.record({ name: "latency", value, unit: "ms" });
 * const { count, avg, p50, p95 } = await metrics.summary("latency");
 * assertEquals([count, avg, p50, p95], [3, 40, 20, 90]);
 * ```
 */
export class MetricsRepository {
  readonly #owner: Owner;

  /**
   * Opens the records of an owner.
   *
   * @param owner The store and the owner.
   */
  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /**
   * Records a measurement.
   *
   * @param metric The measurement.
   * @param options The time that it is kept.
   * @throws {TypeError} If its name is empty, or its value or time is not a finite number.
   */
  async record(metric: Metric, { expiresInMs }: RecordMetricOptions = {}): Promise<void> {
    const { name, value, unit, tags = {}, at = Date.now() } = metric;
    if (typeof name !== "string" || name === "") {
      throw new TypeError("Cannot record a measurement: it has no name");
    }
    for (const [field, number] of [["value", value], ["at", at]] as const) {
      if (Number.isFinite(number) && (field === "value" || number >= 0)) continue;
      throw new TypeError(
        `Cannot record the measurement ${JSON.stringify(name)}: ${field} is ${String(number)}`,
      );
    }
    if (Object.values(tags).some((tag) => typeof tag !== "string")) {
      throw new TypeError(
        `Cannot record the measurement ${JSON.stringify(name)}: tags are not texts`,
      );
    }
    const { session } = this.#owner;
    const stored = { name, value, unit, tags, at, session } as unknown as JsonValue;
    const time = String(Math.floor(at)).padStart(TIME_DIGITS, "0");
    const key = `${this.#prefix(name)}${time}-${crypto.randomUUID()}`;
    await this.#owner.store.commit([{ kind: "set", key, value: stored, expiresInMs }]);
  }

  /**
   * Lists measurements, the oldest first.
   *
   * @param name The name.
   * @param filter Labels and times.
   */
  async list(name: string, filter: MetricFilter = {}): Promise<Metric[]> {
    const { tags = {}, since = 0, until = Infinity } = filter;
    const wanted = Object.entries(tags);
    const all = await listAll(this.#owner.store, this.#prefix(name));
    return all.map(({ value }) => value as unknown as StoredMetric).filter((metric) =>
      metric.at >= since && metric.at < until &&
      wanted.every(([tag, value]) =>
        Object.hasOwn(metric.tags ?? {}, tag) && metric.tags![tag] === value
      )
    );
  }

  /**
   * Summarizes measurements.
   *
   * @param name The name.
   * @param filter Labels and times.
   */
  async summary(name: string, filter: MetricFilter = {}): Promise<MetricSummary> {
    const values = (await this.list(name, filter)).map(({ value }) => value).sort((a, b) => a - b);
    const sum = values.reduce((total, value) => total + value, 0);
    const count = values.length;
    const rank = (part: number) => values[Math.max(0, Math.ceil(part * count) - 1)] ?? 0;
    return {
      count,
      min: values[0] ?? 0,
      max: values.at(-1) ?? 0,
      sum,
      avg: count === 0 ? 0 : sum / count,
      p50: rank(0.5),
      p95: rank(0.95),
      p99: rank(0.99),
    };
  }

  #prefix(name: string): string {
    return `${prefixOf(this.#owner, ["metrics", projectOf(this.#owner)])}${keyPart(name)}/`;
  }
}
