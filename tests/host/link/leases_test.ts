/** Release of references: after thousands of them none is left on either side. */

import { assertEquals, assertRejects } from "@std/assert";
import type { HostBinding } from "../../../src/host/kernel.ts";
import { compileCell } from "../../../src/cell/compile_cell.ts";
import { collectGarbage } from "../../../src/kernel/stop/garbage.ts";
import {
  KernelLauncher,
  type KernelProcessOptions,
} from "../../../src/host/launch/kernel_launcher.ts";
import type { KernelHost } from "../../../src/host/kernel.ts";
import type { SubprocessKernel } from "../../../src/host/link/subprocess_kernel.ts";
import { Hub, Light } from "../../runtime/_lights.ts";

/** A host without a runtime, which performs the kernel's requests at once. */
const HOST: KernelHost = {
  output() {},
  display() {},
  call: () => Promise.reject(new TypeError("There are no functions")),
  use: (_, { action }) => action(),
};

/** A hub with many lights. */
class Factory extends Hub {
  /** Resolves when the test allows it. */
  readonly gate = Promise.withResolvers<void>();
  /** Resolves when a call is waiting. */
  readonly entered = Promise.withResolvers<void>();
  /** The other one. */
  made: Factory | undefined;

  /** Creates lights. */
  make(count: number): Light[] {
    return Array.from({ length: count }, (_, i) => new Light(`${i}`));
  }

  /** Creates lights together with a value that cannot be sent. */
  spoilt(what: "too much" | "a promise"): unknown {
    return [new Light("lost"), what === "too much" ? "x".repeat(2_000_000) : Promise.resolve()];
  }

  /** Waits, and returns the hub itself. */
  async wait(): Promise<this> {
    this.entered.resolve();
    await this.gate.promise;
    return this;
  }

  /** Resolves when a call of the other one is waiting. */
  waits(): Promise<void> {
    return this.made!.entered.promise;
  }

  /** Returns another one, which cells cannot reach in any other way. */
  another(): Factory {
    return this.made = new Factory();
  }
}

/** Creates garbage until V8 collects all there is, and lets the kernel notice. */
const COLLECT = `{
  let garbage = Array.from({ length: 20 }, () => Array.from({ length: 50_000 }, (_, n) => ({ n })));
  garbage = garbage.length;
  await new Promise((resolve) => setTimeout(resolve));
}`;

/** Number of collections after which a remaining reference counts as leaked. */
const MAX_ROUNDS = 200;

/** A kernel that has `hub`, with its references. */
class Lender implements AsyncDisposable {
  readonly hub = new Factory();
  readonly kernel: SubprocessKernel;
  #cells = 0;

  constructor(options: KernelProcessOptions = {}) {
    this.kernel = new KernelLauncher(options).launch(HOST);
  }

  async start(): Promise<this> {
    await this.kernel.define({ values: [{ name: "hub", value: this.hub, transfer: "lend" }] });
    return this;
  }

  /** Runs a cell. Returns its value as text, or its error. */
  async run(source: string): Promise<string | undefined> {
    const { code, helper, map } = compileCell(source);
    const cell = { cell: ++this.#cells, code, helper, map: [...map] };
    const { error, value } = await this.kernel.execute(cell);
    return error === undefined ? value?.text : `${error.name}: ${error.message}`;
  }

  /** Retrieves any value. */
  // deno-lint-ignore no-explicit-any -- members of references can be called, awaited and followed
  async reference(name: string): Promise<any> {
    return await this.kernel.retrieve(name, { as: "reference", timeoutMs: 60_000 });
  }

  /**
   * Returns the numbers of references that the host lends, the kernel borrows, the kernel lends and the host borrows.
   */
  async counts(): Promise<number[]> {
    const { host, kernel } = await this.kernel.references();
    return [host.lent, kernel.borrowed, kernel.lent, host.borrowed];
  }

  /** Asserts that only `hub` and the named number of references are left after garbage collection on both sides. */
  async assertOnly(...expected: [host: number, kernel: number]): Promise<void> {
    const [host, kernel] = expected;
    const wanted = [host, host, kernel, kernel];
    let counts = await this.counts();
    for (let round = 0; round < MAX_ROUNDS && `${counts}` !== `${wanted}`; round++) {
      await this.run(COLLECT);
      collectGarbage();
      // Finalizers run in a task of their own.
      await new Promise((resolve) => setTimeout(resolve));
      counts = await this.counts();
    }
    assertEquals(counts, wanted);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kernel.close();
  }
}

const MANY = 10_000;

/** Cells that create references, their values, and the number of references that host and kernel lend then. */
const MADE: [what: string, source: string, value: string, made: [host: number, kernel: number]][] =
  [
    ["objects of the host", `let all = await hub.make(${MANY}); all.length`, `${MANY}`, [
      MANY + 1,
      0,
    ]],
    [
      "functions of cells",
      `await hub.keep(Array.from({ length: ${MANY} }, (_, i) => () => i)); ${MANY}`,
      `${MANY}`,
      [1, MANY],
    ],
    [
      "both, in one message",
      `let all = await hub.make(${MANY});
    all = await hub.echo(all.map((light, i) => [light, () => i])); all.length`,
      `${MANY}`,
      [MANY + 1, MANY],
    ],
  ];

for (const [what, source, value, made] of MADE) {
  Deno.test(`SubprocessKernel.references() has none left of ${MANY} ${what}`, async () => {
    await using lender = await new Lender().start();
    assertEquals(await lender.run(source), value);
    const [host, , kernel] = await lender.counts();
    assertEquals([host, kernel], made);
    await lender.run(`var all = undefined`);
    lender.hub.kept = undefined;
    await lender.assertOnly(1, 0);
  });
}

Deno.test("SubprocessKernel.references() has none left of called, iterated and followed references", async () => {
  await using lender = await new Lender().start();
  const cell = `for (let i = 0; i < 300; i++) {
    const light = await hub.find("two");
    await light.setBrightness(i);
    for await (const { light } of hub.count()) break;
    await hub.call(() => i);
    await hub.collect((async function* () { yield () => i; yield light })(), 1);
    await hub.light.broken.catch(() => {});
  }`;
  assertEquals(await lender.run(cell), undefined);
  await lender.assertOnly(1, 0);
});

Deno.test("SubprocessKernel.references() has none left of references that the host requested", async () => {
  await using lender = await new Lender().start();
  await lender.run(
    `class Counter { n = 0; get self() { return () => this } } const counter = new Counter();
    const give = (it) => it, rows = async function* () { for (;;) yield () => 1 }`,
  );
  const give = await lender.reference("give");
  await borrow(lender, give);
  // Held references stay.
  await lender.assertOnly(1, 1);
  assertEquals(await give(2), 2);
});

/** A function of its own, since variables of a function may stay alive until it ends. */
// deno-lint-ignore no-explicit-any -- a function of cells that gives back what it is given
async function borrow(lender: Lender, give: (value: unknown) => Promise<any>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const counter = await lender.reference("counter");
    await counter.self;
    await give([new Light("given"), () => i]);
    const rows = await lender.reference("rows");
    for await (const f of rows()) {
      await f();
      break;
    }
  }
}

const SMALL: KernelProcessOptions = { maxFrameBytes: 1_000_000 };

Deno.test("SubprocessKernel.references() has none left of messages that could not be sent", async () => {
  await using lender = await new Lender(SMALL).start();
  const { kernel } = lender;
  const failures: [source: string, error: string][] = [
    [
      `await hub.echo([() => 1, Symbol()])`,
      "TypeError: Cannot encode arguments[0][1]: it is a symbol",
    ],
    [`await hub.echo([() => 1, "x".repeat(2_000_000)])`, "RangeError: Cannot send a frame"],
    [`await hub.call(() => [() => 1, Symbol()])`, "TypeError: Cannot encode the result of"],
    [`await hub.call(() => [() => 1, "x".repeat(2_000_000)])`, "RangeError: Cannot send a frame"],
    [
      `await hub.spoilt("a promise")`,
      "TypeError: Cannot encode the result of hub.spoilt[1]: it is a Promise",
    ],
    [`await hub.spoilt("too much")`, "RangeError: Cannot send a frame"],
  ];
  for (let i = 0; i < 20; i++) {
    for (const [source, error] of failures) {
      assertEquals((await lender.run(source))?.slice(0, error.length), error);
    }
  }
  await lender.run(`const take = (it) => 1, give = () => [() => 1, "x".repeat(2_000_000)]`);
  const take = await lender.reference("take");
  const large = "x".repeat(2_000_000);
  for (let i = 0; i < 20; i++) {
    await assertRejects(() => take([new Light("lost"), Symbol()]), TypeError, "a symbol");
    await assertRejects(() => take([new Light("lost"), large]), RangeError, "Cannot send a frame");
    await assertRejects(
      () =>
        lender.kernel.retrieve("give", { as: "copy", timeoutMs: 1 }).then((give) =>
          (give as () => unknown)()
        ),
      RangeError,
    );
  }
  for (const spoilt of [Promise.resolve(), large]) {
    const values: HostBinding[] = [
      { name: "first", value: new Light("lost"), transfer: "lend" },
      { name: "second", value: spoilt, transfer: "copy" },
    ];
    await assertRejects(() => kernel.define({ values, functions: ["third"] }), Error);
  }
  assertEquals(
    await lender.run(`[typeof first, typeof second, typeof third]`),
    `[ "undefined", "undefined", "undefined" ]`,
  );
  await lender.assertOnly(1, 1);
  assertEquals(await take(1), 1);
});

Deno.test("a call goes on when its object is dropped meanwhile", async () => {
  await using lender = await new Lender().start();
  await lender.run(`var done = hub.another().then((it) => it.wait())`);
  await lender.run(`await hub.waits()`);
  await lender.assertOnly(1, 0);
  lender.hub.made!.gate.resolve();
  assertEquals(await lender.run(`const it = await done; await it.light.name`), `"one"`);
});

Deno.test("a function of cells goes on when the host drops it meanwhile", async () => {
  await using lender = await new Lender().start();
  await lender.run(
    `const gate = Promise.withResolvers(), wait = async () => { await gate.promise; return 5 };
    const open = () => gate.resolve()`,
  );
  const wait = async () => (await lender.reference("wait"))() as Promise<number>;
  const waiting = wait();
  await lender.assertOnly(1, 0);
  await (await lender.reference("open"))();
  assertEquals(await waiting, 5);
});

Deno.test("an object that is dropped and lent again at the same time can be used", async () => {
  await using lender = await new Lender().start();
  const value = await lender.run(`
    let names = 0;
    for (let i = 0; i < 100; i++) {
      // The objects before it are garbage already when the result arrives.
      const [light, more] = await Promise.all([hub.find("two"), hub.make(5)]);
      const garbage = Array.from({ length: 100_000 }, (_, n) => ({ n }));
      await new Promise((resolve) => setTimeout(resolve));
      if (await light.name === "two" && await more[4].name === "4") names++;
    }
    names`);
  assertEquals(value, "100");
  await lender.assertOnly(1, 0);
});
