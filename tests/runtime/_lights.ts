/** Objects of a host, for tests of references to them. */

/** What a light is beside a light. */
export class Device {
  /** A member of the superclass. */
  readonly vendor = "Acme";

  /** Who made it. */
  maker(): string {
    return `made by ${this.vendor}`;
  }
}

/** A light, with everything that a class can have. */
export class Light extends Device {
  /** An own property. */
  readonly name: string;
  /** Changes by a method. */
  brightness = 100;
  /** Private by custom. */
  _voltage = 230;
  #secret = 42;

  /** @param name Its name. */
  constructor(name: string) {
    super();
    this.name = name;
  }

  /** Computes, with what is private. */
  get double(): number {
    return 2 * this.#secret;
  }

  /** Fails. */
  get broken(): never {
    throw new RangeError("the getter fails");
  }

  /** A method. */
  setBrightness(brightness: number): this {
    this.brightness = brightness;
    return this;
  }

  /** A method that takes its time. */
  async fade(): Promise<number> {
    await Promise.resolve();
    return this.brightness = 0;
  }

  /** Fails. */
  explode(): never {
    throw new TypeError("the method fails");
  }

  /** Private by custom. */
  _reset(): void {
    this.brightness = -1;
  }
}

/** Has lights, in every way that there is. */
export class Hub {
  /** One. */
  readonly light: Light = new Light("one");
  /** By name. */
  readonly byName: Map<string, Light> = new Map([["one", this.light], ["two", new Light("two")]]);
  /** Where cells have to wait. */
  readonly later: Promise<Light> = Promise.resolve(this.light);
  /** In data. */
  readonly room = { lights: [this.light, this.light], size: { area: 12.5 } };
  /** Cannot be changed. */
  readonly frozen: unknown = Object.freeze(new Light("frozen"));
  /** Says what it likes. */
  readonly proxy: Light = new Proxy(new Light("real"), {
    get: (target, key) => key === "name" ? "pretended" : Reflect.get(target, key),
  });
  /** A class. */
  readonly Light: typeof Light = Light;
  /** A file. */
  readonly file: File = new File(["text"], "file.txt");
  /** What cells have left here. */
  kept: unknown;
  /** What was ended, in order. */
  readonly ended: string[] = [];

  /** A function that is no method. */
  readonly twice = (n: number): number => 2 * n;

  /** Finds a light. */
  find(name: string): Light | undefined {
    return this.byName.get(name);
  }

  /** Whether something is the light itself, and nothing like it. */
  isLight(value: unknown): boolean {
    return value === this.light;
  }

  /** Whether two things are one. */
  isSame(a: unknown, b: unknown): boolean {
    return a === b;
  }

  /** Gives back what it is given. */
  echo<T>(value: T): T {
    return value;
  }

  /** Keeps what it is given. */
  keep(value: unknown): void {
    this.kept = value;
  }

  /** Functions inside a value. */
  tools(): Record<string, unknown> {
    return { add: (a: number, b: number) => a + b, more: [() => "seven"] };
  }

  /** What neither crosses nor can be lent. */
  promises(): unknown {
    return { list: [0, Promise.resolve()] };
  }

  /** Calls a function of cells, and waits for it. */
  async call(f: (...args: unknown[]) => unknown, ...args: unknown[]): Promise<unknown> {
    return await f(...args);
  }

  /** Calls a function of cells, and does not wait. */
  fire(f: () => unknown): void {
    f();
  }

  /** What a function of cells throws here. */
  async errorOf(f: () => unknown): Promise<unknown> {
    try {
      return await f();
    } catch (error) {
      if (!(error instanceof Error)) return error;
      return [error.name, error.message, error instanceof TypeError];
    }
  }

  /** Counts for as long as somebody listens. */
  async *count(): AsyncGenerator<{ n: number; light: Light }> {
    try {
      for (let n = 0;; n++) yield { n, light: await this.later };
    } finally {
      this.ended.push("count");
    }
  }

  /** Values and promises, one after the other. */
  *mixed(): Generator<unknown> {
    try {
      yield 1;
      yield Promise.resolve(2);
    } finally {
      this.ended.push("mixed");
    }
  }

  /** Fails midway. */
  *failing(): Generator<number> {
    yield 1;
    throw new RangeError("midway");
  }

  /** An iterator that has nothing but `next`, and says that it is done with a word. */
  [Symbol.iterator](): Iterator<number> {
    let n = 0;
    return { next: () => ({ done: (n > 1 && "yes") as true, value: n++ }) };
  }

  /** Bytes, for as long as somebody reads. */
  bytes(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array([1, 2])),
      cancel: () => void this.ended.push("bytes"),
    });
  }

  /** Takes all that an iterable of cells has. */
  async collect(iterable: AsyncIterable<unknown>, max = Infinity): Promise<unknown[]> {
    const all: unknown[] = [];
    for await (const value of iterable) if (all.push(value) >= max) break;
    return all;
  }
}
