/** Classes that host and cells share. */

/** A class whose instances stay where they are by default. */
export class Lamp {
  on = false;

  constructor(readonly room: string, public brightness = 100) {}

  dim(percent: number): this {
    this.brightness = percent;
    return this;
  }

  get isBright(): boolean {
    return this.brightness > 50;
  }

  static inRoom(room: string): Lamp {
    return new Lamp(room);
  }
}

/** A subclass of it. */
export class DeskLamp extends Lamp {
  arm = "long";
}

/** A class of pure data. */
export class Point {
  constructor(readonly x: number, readonly y: number) {}

  plus(other: Point): Point {
    return new Point(this.x + other.x, this.y + other.y);
  }
}

/** A class with private state and hooks for it. */
export class Counter {
  #count = 0;

  add(): this {
    this.#count++;
    return this;
  }

  get count(): number {
    return this.#count;
  }

  [Symbol.for("cave.state")](): unknown {
    return { count: this.#count };
  }

  static [Symbol.for("cave.revive")](state: unknown): Counter {
    const { count } = state as { count: unknown };
    if (typeof count !== "number") throw new TypeError(`A count is a number, not ${count}`);
    const counter = new Counter();
    counter.#count = count;
    return counter;
  }
}
