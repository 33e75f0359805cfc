/** Honest cells that resemble attacks in their wording. */

export const HONEST: Readonly<Record<string, string>> = {
  "ok-own-name": `const process = [1, 2].map((n) => n * 2); return process.join();`,
  "ok-keys":
    `const { eval: mark, constructor: maker } = { eval: 1, constructor: "Acme" }; return mark + maker;`,
  "ok-asked-for":
    `return typeof process === "undefined" && typeof require === "undefined" ? "here" : "there";`,
  "ok-global": `globalThis.mine = 5; return mine + globalThis.mine;`,
  "ok-reflect":
    `return Reflect.ownKeys({ a: 1, b: 2 }).length + Object.getPrototypeOf([]).constructor.name;`,
  "ok-private":
    `class Safe { #pin = 1; check(pin) { return pin === this.#pin; } } return new Safe().check(1);`,
  "ok-exec": `return /(\\d+)/.exec("room 42")[1];`,
  "ok-polyfill":
    `Array.prototype.last ??= function () { return this.at(-1); }; return [1, 2].last();`,
};
