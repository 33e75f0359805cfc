import type { Conversation } from "../_conversation.ts";

/** A shopping cart. */
export const SHOPPING_CART: Conversation = {
  title: "A shopping cart",
  functions: {
    getPrice: (sku: string) => {
      const prices: Record<string, number> = { apple: 0.5, bread: 2.25, wine: 11 };
      if (!Object.hasOwn(prices, sku)) throw new RangeError(`Unknown product "${sku}"`);
      return prices[sku];
    },
  },
  cells: [
    {
      source: `class Cart {
  #items = new Map<string, { price: number; count: number }>();
  static #created = 0;
  readonly id: number;

  constructor(public owner: string, private currency = "EUR") {
    this.id = ++Cart.#created;
  }

  add(sku: string, price: number, count = 1): this {
    const item = this.#items.get(sku);
    if (item) item.count += count;
    else this.#items.set(sku, { price, count });
    return this;
  }

  get total(): number {
    return this.#items.values().reduce((sum, { price, count }) => sum + price * count, 0);
  }

  static get created() {
    return Cart.#created;
  }

  toString() {
    return \`\${this.owner}: \${this.total.toFixed(2)} \${this.currency}\`;
  }

  *[Symbol.iterator]() {
    yield* this.#items.keys();
  }
}
const cart = new Cart("Eva");`,
      changed: "Cart cart",
    },
    {
      source:
        `const [apple, bread] = await Promise.all(["apple", "bread"].map((sku) => getPrice(sku)));
cart.add("apple", apple, 6).add("bread", bread);
\`\${cart}\``,
      value: '"Eva: 5.25 EUR"',
      calls: ["getPrice:ok", "getPrice:ok"],
      changed: "apple bread",
    },
    {
      source: `cart.add("gold", await getPrice("gold"));`,
      calls: ["getPrice:error"],
      error: { name: "RangeError", message: 'Unknown product "gold"', at: "cell-3.ts:1:18" },
    },
    {
      source: `try {
  cart.add("gold", await getPrice("gold"));
} catch (e) {
  console.error(\`\${e.name}: \${e.message}\`, e instanceof RangeError);
} finally {
  console.log([...cart], Cart.created);
}`,
      output: `RangeError: Unknown product "gold" true
[ "apple", "bread" ] 1
`,
      stderr: `RangeError: Unknown product "gold" true
`,
      calls: ["getPrice:error"],
    },
    {
      source: `cart.#items`,
      error: {
        name: "SyntaxError",
        message: "Private field '#items' must be declared in an enclosing class",
        at: "cell-5.ts:1:6",
      },
    },
    {
      source: `class Discounted extends Cart {
  constructor(owner: string, private readonly rate: number) {
    super(owner);
  }
  override get total() {
    return super.total * (1 - this.rate);
  }
}
const cheap = new Discounted("Max", 0.1).add("wine", await getPrice("wine"), 2);
console.log(cheap.toString(), cheap instanceof Cart, Cart.created);
cheap`,
      value: 'Discounted { owner: "Max", currency: "EUR", id: 2, rate: 0.1 }',
      output: "Max: 19.80 EUR true 2\n",
      calls: ["getPrice:ok"],
      changed: "Discounted cheap",
    },
    {
      source: `class Cart {
  items: string[] = [];
}
[new Cart() instanceof Object, cart instanceof Cart, cart.total]`,
      value: "[ true, false, 5.25 ]",
      changed: "Cart",
    },
  ],
};
