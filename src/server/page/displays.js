/**
 * Displayed values: tables, charts, pictures, HTML in a frame of its own.
 */

/** Makes an element with text, which is never read as HTML. */
export function make(name, { className, text, parent } = {}) {
  const made = document.createElement(name);
  if (className !== undefined) made.className = className;
  if (text !== undefined) made.textContent = text;
  parent?.append(made);
  return made;
}

/**
 * Formats the text of an answer: bold, code, headings, and blocks of code. Everything is text, nothing is HTML.
 *
 * @param box The element with the text.
 */
export function format(box) {
  const text = box.textContent;
  box.replaceChildren();
  for (const [i, block] of text.split(/^```[^\n]*\n?/m).entries()) {
    if (i % 2 === 1) {
      make("pre", { text: block.replace(/\n$/, ""), parent: box });
      continue;
    }
    for (
      const [part, bold, code, heading] of block.matchAll(
        /\*\*([^*\n]+)\*\*|`([^`\n]+)`|^#{1,4} (.+)$|[^*`#]+|[^]/gm,
      )
    ) {
      if (bold !== undefined) make("strong", { text: bold, parent: box });
      else if (code !== undefined) make("code", { text: code, parent: box });
      else if (heading !== undefined) make("strong", { text: heading, parent: box });
      else box.append(part);
    }
  }
}

/** Shows a displayed value. */
export function displayOf(bundle) {
  const box = make("div", { className: "display" });
  const table = bundle["application/vnd.cave.table+json"];
  const chart = Object.keys(bundle).find((type) =>
    /^application\/vnd\.vegalite\.v\d+\+json$/.test(type)
  );
  const picture = Object.keys(bundle).find((type) => /^image\/(?:png|jpeg|gif|webp)$/.test(type));
  if (Array.isArray(table?.rows)) box.append(tableOf(table));
  else if (picture !== undefined) {
    const image = make("img", { parent: box });
    image.src = `data:${picture};base64,${bundle[picture].base64 ?? bundle[picture]}`;
    image.alt = bundle["text/plain"] ?? "A displayed picture";
  } else if (typeof bundle["text/html"] === "string") {
    // No script runs in there, and nothing of this page can be reached from there.
    const frame = make("iframe", { parent: box });
    frame.setAttribute("sandbox", "");
    frame.title = "Displayed HTML";
    frame.srcdoc = bundle["text/html"];
  } else {
    const drawn = chart === undefined ? undefined : chartOf(bundle[chart]);
    if (drawn !== undefined) box.append(drawn);
    else {make("pre", {
        text: bundle["text/plain"] ?? JSON.stringify(bundle, null, 2),
        parent: box,
      });}
  }
  return box;
}

function tableOf({ columns, rows, length }) {
  const table = make("table");
  const head = make("tr", { parent: make("thead", { parent: table }) });
  for (const name of columns) make("th", { text: name, parent: head });
  const body = make("tbody", { parent: table });
  for (const row of rows.slice(0, 50)) {
    const line = make("tr", { parent: body });
    for (const cell of row) {
      make("td", {
        text: cell ?? "",
        className: typeof cell === "number" ? "number" : "",
        parent: line,
      });
    }
  }
  if (length > Math.min(rows.length, 50)) {
    make("caption", { text: `${length} rows`, parent: table });
  }
  return table;
}

/** Draws bars, lines and points of Vega-Lite; `undefined` for other charts. */
function chartOf(spec) {
  const mark = spec?.mark?.type ?? spec?.mark;
  const values = spec?.data?.values;
  const { x, y } = spec?.encoding ?? {};
  if (!["bar", "line", "area", "point", "circle"].includes(mark) || !Array.isArray(values)) return;
  const points = values.slice(0, 1_000).map((row, i) => ({
    label: String(row?.[x?.field] ?? ""),
    at: x?.type === "quantitative" ? Number(row?.[x.field]) : i,
    value: Number(row?.[y?.field]),
  })).filter(({ at, value }) => Number.isFinite(at) && Number.isFinite(value));
  if (points.length === 0) return;
  const [width, height, left, bottom] = [640, 300, 50, 40];
  const all = points.map(({ value }) => value);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const first = Math.min(...points.map(({ at }) => at));
  const span = Math.max(...points.map(({ at }) => at)) - first || 1;
  const step = (width - left) / points.length;
  const placeY = (value) => (height - bottom) * (1 - (value - low) / (high - low || 1));
  const placeX = (point, i) =>
    left +
    (mark === "bar" ? i * step + step / 2 : ((point.at - first) / span) * (width - left - 10));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  const draw = (name, attributes, text) => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    if (text !== undefined) part.textContent = text;
    svg.append(part);
  };
  if (mark === "line" || mark === "area") {
    const path = points.map((point, i) => `${placeX(point, i)},${placeY(point.value)}`).join(" ");
    draw("polyline", { points: path, fill: "none", stroke: "#0a7d8c", "stroke-width": 2 });
  }
  const every = Math.ceil(points.length / 12);
  for (const [i, point] of points.entries()) {
    const at = placeX(point, i);
    const top = placeY(Math.max(0, point.value));
    if (mark === "bar") {
      const size = Math.abs(placeY(point.value) - placeY(0));
      draw("rect", {
        x: at - step * 0.4,
        y: top,
        width: step * 0.8,
        height: size,
        fill: "#0a7d8c",
      });
    } else if (mark !== "line") {
      draw("circle", { cx: at, cy: placeY(point.value), r: 3, fill: "#0a7d8c" });
    }
    const label = {
      x: at,
      y: height - 20,
      "text-anchor": "middle",
      "font-size": 11,
      fill: "currentColor",
    };
    if (i % every === 0) draw("text", label, point.label.slice(0, 12));
  }
  for (const value of [low, high]) {
    draw(
      "text",
      { x: 0, y: placeY(value) + 10, "font-size": 11, fill: "currentColor" },
      Number(value.toPrecision(4)),
    );
  }
  return svg;
}
