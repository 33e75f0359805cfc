/** Code from strings and the way to what was taken away, by names that no rule reads: obfuscated calls and reflection. */

export const CODE: Readonly<Record<string, string>> = {
  "code-eval-alias": `const run = eval; return "PWNED " + run("6*7");`,
  "code-eval-array": `return "PWNED " + [eval][0]("6*7");`,
  "code-eval-default-parameter": `return "PWNED " + ((f = eval) => f("6*7"))();`,
  "code-eval-object-value": `const { e } = { e: eval }; return "PWNED " + e("6*7");`,
  "code-eval-conditional": `return "PWNED " + (true ? eval : 0)("6*7");`,
  "code-eval-optional": `return "PWNED " + eval?.("6*7");`,
  "code-eval-spread": `return "PWNED " + ((...[f]) => f("6*7"))(eval);`,
  "code-eval-getter": `return "PWNED " + ({ get e() { return eval; } }).e("6*7");`,
  "code-eval-generator": `return "PWNED " + [...(function* () { yield eval; })()][0]("6*7");`,
  "code-eval-class-field": `return "PWNED " + new (class { e = eval })().e("6*7");`,
  "code-eval-map": `return "PWNED " + ["6*7"].map(eval)[0];`,
  "code-eval-from-values":
    `return "PWNED " + Object.getOwnPropertyNames(globalThis).map((n) => globalThis[n]).find((v) => typeof v === "function" && v.name === "eval")("6*7");`,
  "code-eval-descriptor":
    `return "PWNED " + Object.getOwnPropertyDescriptors(globalThis)["ev" + "al"].value("6*7");`,
  "code-eval-template-key": "return 'PWNED ' + globalThis[`${'ev'}al`]('6*7');",
  "code-eval-reverse": `return "PWNED " + globalThis[[..."lave"].reverse().join("")]("6*7");`,
  "code-eval-char-codes":
    `return "PWNED " + globalThis[String.fromCharCode(101, 118, 97, 108)]("6*7");`,
  "code-eval-base-36": `return "PWNED " + globalThis[(693741).toString(36)]("6*7");`,
  "code-eval-proxy":
    `return "PWNED " + new Proxy({}, { get: (_, k) => globalThis[k] })["eva".concat("l")]("6*7");`,
  "code-eval-this":
    `return "PWNED " + (function () { return this; })?.call(globalThis)["e" + "val"]("6*7");`,
  "code-eval-in-eval-string": `return "PWNED " + eval("eval('6*7')");`,
  "code-function-new": `return "PWNED " + new Function("return 6*7")();`,
  "code-function-call": `return "PWNED " + Function.call(null, "return 6*7")();`,
  "code-function-bind": `return "PWNED " + Function.bind(null, "return 6*7")()();`,
  "code-function-apply": `return "PWNED " + Reflect.apply(Function, null, ["return 6*7"])();`,
  "code-function-subclass": `class F extends Function {} return "PWNED " + new F("return 6*7")();`,
  "code-function-species":
    `class F extends Function { constructor() { super("return 6*7"); } } return "PWNED " + new F()();`,
  "code-function-generator":
    `return "PWNED " + (function* () {}).constructor("yield 6*7")().next().value;`,
  "code-function-async-generator":
    `return "PWNED " + (await (async function* () {}).constructor("yield 6*7")().next()).value;`,
  "code-function-of-builtin": `return "PWNED " + Math.max.constructor("return 6*7")();`,
  "code-function-of-class": `return "PWNED " + (class {}).constructor("return 6*7")();`,
  "code-function-of-bound": `return "PWNED " + (() => {}).bind().constructor("return 6*7")();`,
  "code-function-of-host": `return "PWNED " + add.constructor("return 6*7")();`,
  "code-function-of-stand-in":
    `return "PWNED " + Object.getPrototypeOf(acct.deposit).constructor("return 6*7")();`,
  "code-function-of-console": `return "PWNED " + console.log.constructor("return 6*7")();`,
  "code-function-of-timer": `return "PWNED " + setTimeout.constructor("return 6*7")();`,
  "code-function-symbol":
    `return "PWNED " + Object.getPrototypeOf(Object.getPrototypeOf(function* () {})).constructor("return 6*7")();`,
  "code-function-from-error":
    `try { null.x } catch (e) { return "PWNED " + e.constructor.constructor("return 6*7")(); }`,
  "code-function-from-rejection":
    `try { await acct.boom } catch (e) { return "PWNED " + e.constructor.constructor("return 6*7")(); }`,
  "code-function-through-replace":
    `return "PWNED " + "6*7".replace(/.*/, Function("x", "return 6*7"));`,
  "code-function-to-primitive":
    `return "PWNED " + ({ [Symbol.toPrimitive]: Function("return 42") } * 1);`,
  "code-timer-string":
    `setTimeout("globalThis.__t = 42", 0); await new Promise((r) => setTimeout(r, 20)); return globalThis.__t ? "PWNED " + globalThis.__t : "no";`,
  "code-interval-string":
    `setInterval("globalThis.__t = 42", 1); await new Promise((r) => setTimeout(r, 20)); return globalThis.__t ? "PWNED " + globalThis.__t : "no";`,
  "code-wasm-import":
    `const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]); const m = new WebAssembly.Module(bytes); return WebAssembly.Module.imports(m).length ? "PWNED" : "empty module";`,
  "code-shadow-realm": `return "PWNED " + new ShadowRealm().evaluate("6*7");`,
  "code-trusted-types":
    `return "PWNED " + trustedTypes.createPolicy("x", { createScript: (s) => s }).createScript("6*7");`,
  "code-vm":
    `const vm = process.getBuiltinModule("vm"); return "PWNED " + vm.runInThisContext("6*7");`,
  "code-with-statement": `with (globalThis) { return "PWNED " + eval("6*7"); }`,
  "code-label-and-comma": `x: { return "PWNED " + (1, 2, eval)("6*7"); }`,
  "code-unicode-identifier": `return "PWNED " + \\u0065v\\u{61}l("6*7");`,
  "code-arguments-callee": `return "PWNED " + (function () { return arguments.callee.caller; })();`,
  "code-caller":
    `function f() { return f.caller; } const c = f(); return c ? "PWNED " + c : "no caller";`,
  "code-helper-by-name":
    `return typeof $cell !== "undefined" ? "PWNED " + Object.keys($cell) : "none";`,
  "code-helper-by-guess":
    `for (const n of ["$cell", "$cell1", "$cell2", "$cell_f", "$cell1_f"]) if (n in globalThis) return "PWNED " + n; return "none";`,
  "code-guard-mark": `return "/*$cell:name*/" + (() => 1) + "PWNED".length;`,
  "code-stack-path":
    `const stack = new Error("x").stack; return /file:|\\/src\\/kernel|node:vm/.test(stack) ? "PWNED " + stack : "clean";`,
  "code-stack-in-callback":
    `let stack; await Promise.resolve().then(() => { stack = new Error("x").stack; }); return /file:|\\/src\\//.test(stack) ? "PWNED " + stack : "clean";`,
  "code-stack-of-overflow":
    `let stack; try { (function f() { f(); })(); } catch (e) { stack = e.stack; } return /file:|\\/src\\//.test(stack) ? "PWNED " + stack : "clean";`,
  "code-prepare-stack-define":
    `try { Object.defineProperty(Error, "prepareStackTrace", { value: (_, sites) => sites }); } catch (e) { return e.name; } const sites = new Error("x").stack; return Array.isArray(sites) ? "PWNED " + sites.map(String).join() : "clean";`,
  "code-capture-stack":
    `const o = {}; Error.captureStackTrace(o); return /file:/.test(o.stack) ? "PWNED " + o.stack : "clean";`,
};
