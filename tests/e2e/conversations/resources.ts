import type { Conversation } from "../_conversation.ts";

/** Resources, timers and signals. */
export const RESOURCES: Conversation = {
  title: "Resources, timers and signals",
  cells: [
    {
      source: `class Handle {
  static log: string[] = [];
  constructor(readonly name: string) { Handle.log.push(\`open \${name}\`); }
  [Symbol.dispose]() { Handle.log.push(\`close \${this.name}\`); }
}
function work() {
  using a = new Handle("a");
  using b = new Handle("b");
  return a.name + b.name;
}
work();
Handle.log`,
      value: '[ "open a", "open b", "close b", "close a" ]',
      changed: "work Handle",
    },
    {
      source: `{
  await using late = { async [Symbol.asyncDispose]() { console.log("disposed"); } };
  using top = new Handle("block");
  console.log(top.name);
}
Handle.log.length`,
      value: "6",
      output: "block\ndisposed\n",
    },
    {
      source:
        `const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const order: string[] = [];
setTimeout(() => order.push("timer"), 0);
queueMicrotask(() => order.push("micro"));
Promise.resolve().then(() => order.push("then"));
order.push("sync");
await sleep(5);
order`,
      value: '[ "sync", "micro", "then", "timer" ]',
      changed: "sleep order",
    },
    {
      source: `const controller = new AbortController();
const wait = (signal: AbortSignal) => new Promise((_, reject) => {
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
});
setTimeout(() => controller.abort(new Error("too slow")), 1);
await wait(controller.signal);`,
      error: { name: "Error", message: "too slow", at: "cell-4.ts:5:35" },
      changed: "controller wait",
    },
    {
      source:
        `const winner = await Promise.race([sleep(200).then(() => "slow"), sleep(1).then(() => "fast")]);
const any = await Promise.any([Promise.reject(1), Promise.resolve("any")]);
const { promise, resolve } = Promise.withResolvers<string>();
setTimeout(resolve, 1, "resolved");
[winner, any, await promise, await Promise.try(() => 4)]`,
      value: '[ "fast", "any", "resolved", 4 ]',
      changed: "winner any promise resolve",
    },
    {
      source: `AbortSignal.timeout(1).throwIfAborted();
const timed = await Promise.race([
  sleep(1000),
  new Promise((_, reject) => AbortSignal.timeout(1).addEventListener("abort", (e) => reject((e.target as AbortSignal).reason))),
]);`,
      error: { name: "TimeoutError", message: "The operation was aborted due to timeout", at: "" },
    },
    {
      source: `let ticks = 0;
await new Promise<void>((done) => {
  const id = setInterval(() => {
    if (++ticks === 3) {
      clearInterval(id);
      done();
    }
  }, 1);
});
const target = new EventTarget();
target.addEventListener("ping", (e) => console.log((e as CustomEvent).detail));
target.dispatchEvent(new CustomEvent("ping", { detail: { ticks } }));
return ticks`,
      value: "3",
      output: "{ ticks: 3 }\n",
      changed: "ticks target",
    },
  ],
};
