import type { Conversation } from "../_conversation.ts";

/** Statistics of numbers. */
export const STATISTICS: Conversation = {
  title: "Statistics of numbers",
  variables: { samples: [12.1, 9.8, 11.5, 30.2, 10.7, 11.1, 9.9, 12.4] },
  cells: [
    {
      source: `const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
const std = (xs: number[]) => Math.sqrt(mean(xs.map((x) => (x - mean(xs)) ** 2)));
[mean(samples), std(samples)].map((x) => x.toFixed(3))`,
      value: '[ "13.463", "6.386" ]',
      changed: "mean std",
    },
    {
      source: `function quantile(xs: number[], q: number): number {
  const sorted = [...xs].sort((a, b) => a - b);
  const pos = (sorted.length - 1) * q;
  const base = Math.floor(pos);
  const rest = pos - base;
  return sorted[base + 1] !== undefined
    ? sorted[base] + rest * (sorted[base + 1] - sorted[base])
    : sorted[base];
}
const [q1, median, q3] = [0.25, 0.5, 0.75].map((q) => quantile(samples, q));
({ q1, median, q3 })`,
      value: "{ q1: 10.5, median: 11.3, q3: 12.175 }",
      changed: "quantile q1 median q3",
    },
    {
      source: `const iqr = q3 - q1;
const outliers = samples.filter((x) => x < q1 - 1.5 * iqr || x > q3 + 1.5 * iqr);
if (outliers.length > 0) {
  console.warn("outliers:", outliers);
}
const cleaned = samples.filter((x) => !outliers.includes(x));`,
      output: "outliers: [ 30.2 ]\n",
      stderr: "outliers: [ 30.2 ]\n",
      changed: "iqr outliers cleaned",
    },
    {
      source: `mean = 5;`,
      error: {
        name: "TypeError",
        message: "Cannot assign to read only property 'mean' of object '#<Window>'",
        at: "cell-4.ts:1:6",
      },
    },
    {
      source: `let histogram = Array(5).fill(0);
const lo = Math.min(...cleaned), hi = Math.max(...cleaned);
for (const x of cleaned) {
  const bin = Math.min(4, Math.floor(((x - lo) / (hi - lo)) * 5));
  histogram[bin]++;
}
histogram.forEach((n, i) => console.log(String(i).padStart(2), "#".repeat(n)));
histogram`,
      value: "[ 2, 1, 1, 1, 2 ]",
      output: " 0 ##\n 1 #\n 2 #\n 3 #\n 4 ##\n",
      changed: "histogram lo hi",
    },
    {
      source: `// Correlation, with typed arrays
const n = 1_000;
const xs = Float64Array.from({ length: n }, (_, i) => i / n);
const ys = xs.map((x) => 2 * x + 1);
const correlation = (a: Float64Array, b: Float64Array) => {
  let [sa, sb, sab, saa, sbb] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    sa += a[i]; sb += b[i]; sab += a[i] * b[i]; saa += a[i] ** 2; sbb += b[i] ** 2;
  }
  return (n * sab - sa * sb) / Math.sqrt((n * saa - sa ** 2) * (n * sbb - sb ** 2));
};
Math.round(correlation(xs, ys) * 1e6) / 1e6`,
      value: "1",
      changed: "n xs ys correlation",
    },
    {
      source:
        `const { mean: m, nothing = "default", ...others } = { mean: mean(cleaned), a: 1, b: [2] };
console.log(m.toFixed(4), nothing, others);
xs`,
      value: `Float64Array(1000) [
      0, 0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.007,
  0.008, 0.009,  0.01, 0.011, 0.012, 0.013, 0.014, 0.015,
  0.016, 0.017, 0.018, 0.019,  0.02, 0.021, 0.022, 0.023,
  0.024, 0.025, 0.026, 0.027, 0.028, 0.029,  0.03, 0.031,
  0.032, 0.033, 0.034, 0.035, 0.036, 0.037, 0.038, 0.039,
   0.04, 0.041, 0.042, 0.043, 0.044, 0.045, 0.046, 0.047,
  0.048, 0.049,  0.05, 0.051, 0.052, 0.053, 0.054, 0.055,
  0.056, 0.057, 0.058, 0.059,  0.06, 0.061, 0.062, 0.063,
  0.064, 0.065, 0.066, 0.067, 0.068, 0.069,  0.07, 0.071,
  0.072, 0.073, 0.074, 0.075, 0.076, 0.077, 0.078, 0.079,
   0.08, 0.081, 0.082, 0.083, 0.084, 0.085, 0.086, 0.087,
  0.088, 0.089,  0.09, 0.091, 0.092, 0.093, 0.094, 0.095,
  0.096, 0.097, 0.098, 0.099,
  ... 900 more items
]`,
      output: `11.0714 default { a: 1, b: [ 2 ] }
`,
      changed: "m nothing others",
    },
  ],
};
