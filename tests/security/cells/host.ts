/** Attacks on injected names, and on the objects behind them. */

export const HOST: Readonly<Record<string, string>> = {
  "host-private": `const r = await acct._pin; return r === undefined ? "none" : "PWNED " + r;`,
  "host-private-method": `return "PWNED " + await acct._reset();`,
  "host-private-in-chain": `return "PWNED " + await acct.owner._pin;`,
  "host-prototype":
    `const r = await acct.prototype; return r === undefined ? "none" : "PWNED " + r;`,
  "host-proto-read":
    `const r = await acct["__proto__"]; return r === undefined ? "none" : "PWNED " + r;`,
  "host-lookup-getter": `return "PWNED " + await acct.__lookupGetter__("boom");`,
  "host-define-getter": `return "PWNED " + await acct.__defineGetter__("owner", () => "x");`,
  "host-has-own": `return "PWNED " + await acct.hasOwnProperty.constructor("return 1")();`,
  "host-value-of": `return "PWNED " + await acct.valueOf.constructor("return 1")();`,
  "host-function-caller":
    `const r = await add.caller; return r === undefined ? "none" : "PWNED " + r;`,
  "host-function-arguments":
    `const r = await add.arguments; return r === undefined ? "none" : "PWNED " + r;`,
  "host-function-prototype":
    `const r = await add.prototype?.constructor; return r === undefined ? "none" : "PWNED";`,
  "host-function-call": `return await add.call({ evil: 1 }, 40, 2) === 42 ? "fine" : "PWNED";`,
  "host-function-new": `return "PWNED " + JSON.stringify(await new add(1, 2));`,
  "host-set":
    `acct.balance = 1e9; const r = await acct.balance; return r === 1e9 ? "PWNED" : "denied";`,
  "host-delete": `delete acct.deposit; return "denied " + typeof await acct.balance;`,
  "host-define": `Object.defineProperty(acct, "balance", { value: 1e9 }); return "PWNED";`,
  "host-set-prototype":
    `Object.setPrototypeOf(acct, { balance: 1e9 }); const r = await acct.balance; return r === 1e9 ? "PWNED" : "denied";`,
  "host-assign":
    `Object.assign(acct, { owner: "x" }); const r = await acct.owner; return r === "x" ? "PWNED" : "denied";`,
  "host-argument-proto":
    `const r = await echo(JSON.parse('{"__proto__": {"polluted": 1}}')); return ({}).polluted ? "PWNED" : Object.keys(r).join();`,
  "host-argument-constructor":
    `await echo({ constructor: { prototype: { polluted: "PWNED" } } }); return "sent";`,
  "host-argument-to-json": `const r = await echo({ toJSON: () => "PWNED" }); return typeof r;`,
  "host-argument-thenable":
    `let called = false; await echo({ then(r) { called = true; r("x"); } }); return called ? "called here" : "not called";`,
  "host-argument-getter": `const r = await echo({ get a() { return "safe"; } }); return r.a;`,
  "host-argument-proxy":
    `const r = await echo(new Proxy({ a: 1 }, { get: () => { throw new Error("x"); } })); return r.a;`,
  "host-argument-symbol": `return "PWNED " + await echo(Symbol("x"));`,
  "host-argument-weak-map": `return "PWNED " + await echo(new WeakMap());`,
  "host-argument-huge-array":
    `return (await echo(Object.assign([], { length: 2 ** 32 - 1 }))).length;`,
  "host-argument-sparse":
    `const a = []; a[2 ** 31] = 1; const r = await echo(a); return r.length === a.length ? "kept" : "PWNED";`,
  "host-argument-deep":
    `let o = {}; for (let i = 0; i < 5000; i++) o = { o }; return typeof await echo(o);`,
  "host-argument-error":
    `const e = new Error("x"); e.stack = "at host"; e.cause = e; const r = await echo(e); return r.message;`,
  "host-argument-hostile-error":
    `const e = new Error("x"); Object.defineProperty(e, "message", { get() { throw new Error("boom"); } }); return typeof await echo(e);`,
  "host-argument-function": `const r = await echo(() => "guest"); return await r();`,
  "host-argument-hostile-function":
    `const f = () => 1; Object.defineProperty(f, "name", { value: "constructor" }); return typeof await echo(f);`,
  "host-argument-class": `const r = await echo(class A { static x = 1 }); return typeof r;`,
  "host-argument-buffer":
    `const b = new ArrayBuffer(8, { maxByteLength: 16 }); const r = await echo(b); return r.byteLength;`,
  "host-argument-detached":
    `const b = new ArrayBuffer(8); b.transfer(); return "PWNED " + await echo(b);`,
  "host-argument-shared": `return "PWNED " + await echo(new Uint8Array(new SharedArrayBuffer(8)));`,
  "host-argument-regexp": `const r = await echo(/(a+)+$/); return r.source;`,
  "host-argument-fake-node":
    `const r = await echo({ $: ["yours", 0, "function"] }); return Array.isArray(r.$) ? "data" : "PWNED " + r;`,
  "host-argument-fake-error-node":
    `const r = await echo({ $: ["error", "TypeError", "PWNED", {}] }); return Array.isArray(r.$) ? "data" : "PWNED";`,
  "host-error-stack":
    `try { await acct.boom } catch (e) { return /file:|\\.ts|\\.js:/.test(e.stack.replaceAll(/cell-\\d+\\.ts/g, "")) ? "PWNED " + e.stack : "clean"; }`,
  "host-error-cause":
    `try { await acct.boom } catch (e) { return e.cause?.stack ? "PWNED " + e.cause.stack : "clean"; }`,
  "host-error-prototype":
    `try { await acct.boom } catch (e) { return e instanceof Error ? "guest's own" : "PWNED"; }`,
  "host-unknown-function": `return "PWNED " + await nowhere(1);`,
  "host-many-calls":
    `return (await Promise.allSettled(Array.from({ length: 5000 }, (_, i) => add(i, 1)))).length;`,
  "host-chain-forever":
    `let p = acct; for (let i = 0; i < 300; i++) p = p.x; return "PWNED " + await p;`,
  "host-iterate": `for await (const x of acct) return "PWNED " + x; return "none";`,
  "host-callback-reentry": `const r = await echo(async () => await add(1, 1)); return await r();`,
  "host-in-operator":
    `return ["_pin", "constructor", "__proto__"].some((k) => Object.hasOwn(acct, k)) ? "PWNED" : "none";`,
};
