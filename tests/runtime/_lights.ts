/** Objects of a host, for tests of references. */

/** The base class of lights. */
export class Device {
  /** A member of the superclass. */
  readonly vendor = "Acme";

  /** Returns the maker. */
  maker(): string {
    return `made by ${this.vendor}`;
  }
}

/** A light, with all kinds of members that a class can have. */
export class Light extends Device {
  /** An own property. */
  readonly name: string;
  /** A property that methods change. */
  brightness = 100;
  /** A member that is private by convention. */
  _voltage = 230;
  #secret = 42;

  /** @param name The name of the light. */
  constructor(name: string) {
    super();
    this.name = name;
  }

  /** A getter that uses private members. */
  get double(): number {
    return 2 * this.#secret;
  }

  /** A getter that throws. */
  get broken(): never {
    throw new RangeError("the getter fails");
  }

  /** A method. */
  setBrightness(brightness: number): this {
    this.brightness = brightness;
    return this;
  }

  /** An asynchronous method. */
  async fade(): Promise<number> {
    await Promise.resolve();
    return this.brightness = 0;
  }

  /** A method that throws. */
  explode(): never {
    throw new TypeError("the method fails");
  }

  /** A method that is private by convention. */
  _reset(): void {
    this.brightness = -1;
  }
}

/** An object that holds lights in every way there is. */
export class Hub {
  /** A light. */
  readonly light: Light = new Light("one");
  /** Lights by name. */
  readonly byName: Map<string, Light> = new Map([["one", this.light], ["two", new Light("two")]]);
  /** A promise of a light. */
  readonly later: Promise<Light> = Promise.resolve(this.light);
  /** Lights in data. */
  readonly room = { lights: [this.light, this.light], size: { area: 12.5 } };
  /** A frozen light. */
  readonly frozen: unknown = Object.freeze(new Light("frozen"));
  /** A proxy of a light. */
  readonly proxy: Light = new Proxy(new Light("real"), {
    get: (target, key) => key === "name" ? "pretended" : Reflect.get(target, key),
  });
  /** A class. */
  readonly Light: typeof Light = Light;
  /** A file. */
  readonly file: File = new File(["text"], "file.txt");
  /** A value that cells have left here. */
  kept: unknown;
  /** The ended iterations, in order. */
  readonly ended: string[] = [];

  /** A function that is not a method. */
  readonly twice = (n: number): number => 2 * n;

  /** Finds a light. */
  find(name: string): Light | undefined {
    return this.byName.get(name);
  }

  /** Returns whether a value is the light itself. */
  isLight(value: unknown): boolean {
    return value === this.light;
  }

  /** Returns whether two values are the same object. */
  isSame(a: unknown, b: unknown): boolean {
    return a === b;
  }

  /** Returns its argument. */
  echo<T>(value: T): T {
    return value;
  }

  /** Keeps its argument. */
  keep(value: unknown): void {
    this.kept = value;
  }

  /** Returns functions inside a value. */
  tools(): Record<string, unknown> {
    return { add: (a: number, b: number) => a + b, more: [() => "seven"] };
  }

  /** Returns a value that can be neither copied nor lent. */
  promises(): unknown {
    return { list: [0, Promise.resolve()] };
  }

  /** Calls a function of cells, and waits for it. */
  async call(f: (...args: unknown[]) => unknown, ...args: unknown[]): Promise<unknown> {
    return await f(...args);
  }

  /** Calls a function of cells without waiting. */
  fire(f: () => unknown): void {
    f();
  }

  /** Returns the error that a function of cells throws. */
  async errorOf(f: () => unknown): Promise<unknown> {
    try {
      return await f();
    } catch (error) {
      if (!(error instanceof Error)) return error;
      return [error.name, error.message, error instanceof TypeError];
    }
  }

  /** Counts for as long as the values are read. */
  async *count(): AsyncGenerator<{ n: number; light: Light }> {
    try {
      for (let n = 0;; n++) yield { n, light: await this.later };
    } finally {
      this.ended.push("count");
    }
  }

  /** Yields values and promises in turn. */
  *mixed(): Generator<unknown> {
    try {
      yield 1;
      yield Promise.resolve(2);
    } finally {
      this.ended.push("mixed");
    }
  }

  /** Throws midway. */
  *failing(): Generator<number> {
    yield 1;
    throw new RangeError("midway");
  }

  /** Returns an iterator that has only `next`, and whose `done` is a string. */
  [Symbol.iterator](): Iterator<number> {
    let n = 0;
    return { next: () => ({ done: (n > 1 && "yes") as true, value: n++ }) };
  }

  /** Streams bytes for as long as they are read. */
  bytes(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array([1, 2])),
      cancel: () => void this.ended.push("bytes"),
    });
  }

  /** Collects the values of an iterable of cells. */
  async collect(iterable: AsyncIterable<unknown>, max = Infinity): Promise<unknown[]> {
    const all: unknown[] = [];
    for await (const value of iterable) if (all.push(value) >= max) break;
    return all;
  }
}
