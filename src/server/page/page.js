/**
 * The page: conversations, the events of their runs, and the people that these ask.
 */

const element = (id) => document.getElementById(id);
const log = element("log");
// The token is in the part of the address that never leaves the browser, and is taken out of sight.
const token = new URLSearchParams(location.hash.slice(1)).get("token") ??
  sessionStorage.getItem("token") ?? "";
if (token !== "") sessionStorage.setItem("token", token);
history.replaceState(null, "", location.pathname);

/** The present conversation, and the stream of its run. */
let session;
let following;

/** Asks the server; throws what it says. */
async function call(method, path, { body, headers = {}, signal } = {}) {
  const response = await fetch(path, {
    method,
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  const answer = await response.json().catch(() => undefined);
  const error = new Error(answer?.error?.message ?? `The server answers with ${response.status}`);
  throw Object.assign(error, { status: response.status });
}

/** Makes an element with text, which is never read as HTML. */
function make(name, { className, text, parent } = {}) {
  const made = document.createElement(name);
  if (className !== undefined) made.className = className;
  if (text !== undefined) made.textContent = text;
  parent?.append(made);
  return made;
}

function say(text) {
  element("state").textContent = text;
}

function scroll() {
  log.scrollTop = log.scrollHeight;
}

/** Shows the events of one run. */
class RunView {
  #last;
  #output;
  #answer = "";
  #requests = new Map();

  show(event) {
    const nearEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    this.#show(event);
    if (nearEnd) scroll();
  }

  #show(event) {
    switch (event.type) {
      case "run_start":
        make("div", { className: "question", text: event.query, parent: log });
        break;
      case "text":
        this.#answer += event.text;
        this.#piece("text", event.text);
        break;
      case "reasoning":
        this.#piece("reasoning", event.text);
        break;
      case "code":
        this.#answer = "";
        this.#last = undefined;
        make("pre", { className: "code", text: event.code, parent: log });
        this.#output = make("pre", { className: "output", parent: log });
        this.#output.hidden = true;
        break;
      case "output":
        if (this.#output === undefined) break;
        this.#output.hidden = false;
        this.#output.append(event.text);
        break;
      case "display":
        this.#last = undefined;
        log.append(displayOf(event.bundle));
        break;
      case "execution_output":
      case "execution_output_exceeded":
        if (event.result?.status === "ok" && event.result.value !== undefined) {
          this.#output.hidden = false;
          this.#output.append(`= ${event.result.value.text}`);
        }
        break;
      case "execution_error":
      case "security_error":
        this.#note("error", event.result?.error?.text ?? event.result?.text ?? event.content);
        break;
      case "approval_request":
        this.#ask(event, approvalOf(event));
        break;
      case "ask_user":
        this.#ask(event, questionOf(event));
        break;
      case "approval_decision":
      case "user_answer":
        this.#requests.get(event.id)?.remove();
        break;
      case "retry":
        this.#note("note", `${event.reason}; attempt ${event.attempt}`);
        break;
      case "names_lost":
        this.#note("note", `Lost: ${event.lost.join("; ")}`);
        break;
      case "final_response":
        if (event.content.trim() !== this.#answer.trim()) this.#piece("text", event.content);
        break;
      case "run_end":
        for (const request of this.#requests.values()) request.remove();
        if (event.status !== "completed") {
          this.#note(
            "error",
            `${event.status}${event.reason === undefined ? "" : `: ${event.reason}`}`,
          );
        }
        break;
    }
  }

  #piece(className, text) {
    if (this.#last?.className !== className) {
      this.#last = make("div", { className, parent: log });
    }
    this.#last.append(text);
  }

  #note(className, text) {
    this.#last = undefined;
    make("div", { className, text, parent: log });
  }

  #ask(event, request) {
    this.#last = undefined;
    this.#requests.set(event.id, request);
    log.append(request);
  }
}

/** Shows a call that waits for a decision. */
function approvalOf({ id, name, args }) {
  const request = make("div", { className: "request" });
  make("strong", { text: `${name} needs your approval`, parent: request });
  make("pre", { text: JSON.stringify(args, null, 2), parent: request });
  const decide = (text, decision) => {
    const button = make("button", { text, parent: request });
    button.type = "button";
    button.onclick = () => act("approve", { id, ...decision }, request);
  };
  decide("Allow", { allow: true });
  decide("Always", { allow: true, remember: true });
  decide("Refuse", { allow: false });
  return request;
}

/** Shows a question of a cell. */
function questionOf({ id, question, options = [] }) {
  const request = make("div", { className: "request" });
  make("strong", { text: question, parent: request });
  const field = make("textarea", { parent: request });
  field.setAttribute("aria-label", question);
  for (const option of options) {
    const button = make("button", { text: option, parent: request });
    button.type = "button";
    button.onclick = () => act("answer", { id, text: option }, request);
  }
  const send = make("button", { text: "Answer", parent: request });
  send.type = "button";
  send.onclick = () => act("answer", { id, text: field.value }, request);
  return request;
}

async function act(name, body, request) {
  try {
    await call("POST", `/sessions/${session}/${name}`, { body });
    request?.remove();
  } catch (error) {
    say(error.message);
  }
}

/** Shows a displayed value. */
function displayOf(bundle) {
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

/** Follows a run, and connects again when the connection is lost, at the event that comes next. */
async function follow(id, run) {
  following?.abort();
  const stop = following = new AbortController();
  const view = new RunView();
  let last;
  let isOver = false;
  element("stop").hidden = false;
  while (!isOver && !stop.signal.aborted) {
    try {
      const headers = last === undefined ? {} : { "last-event-id": last };
      const response = await call("GET", `/sessions/${id}/events?run=${run}`, {
        headers,
        signal: stop.signal,
      });
      say("");
      for await (const event of eventsOf(response.body)) {
        last = event.id;
        view.show(event.data);
        isOver = event.data.type === "run_end";
      }
    } catch (error) {
      if (stop.signal.aborted || error.status === 404 || error.status === 401) {
        if (!stop.signal.aborted) say(error.message);
        break;
      }
      say("The connection is lost; trying again");
    }
    if (!isOver) await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  if (stop !== following) return;
  element("stop").hidden = true;
  await showNames(id);
}

/** Reads server-sent events. */
async function* eventsOf(body) {
  let text = "";
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const field = (name) =>
        block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field("data");
      if (data !== undefined) yield { id: field("id"), data: JSON.parse(data) };
    }
  }
}

async function showNames(id) {
  const { names } = await (await call("GET", `/sessions/${id}/names`)).json();
  const body = element("names").querySelector("tbody");
  body.replaceChildren();
  for (const { name, type } of names) {
    const line = make("tr", { parent: body });
    make("td", { text: name, parent: line });
    make("td", { text: type, parent: line });
  }
}

async function showSessions() {
  const { sessions } = await (await call("GET", "/sessions")).json();
  element("sessions").replaceChildren(
    ...sessions.slice(0, 50).map(({ id, query }) => {
      const button = make("button", { text: query ?? "New conversation" });
      button.type = "button";
      if (id === session) button.setAttribute("aria-current", "true");
      button.onclick = () => open(id);
      return button;
    }),
  );
}

/** Shows a conversation: the runs that are over, then the present one. */
async function open(id) {
  session = id;
  following?.abort();
  log.replaceChildren();
  await showSessions();
  const { runs } = await (await call("GET", `/sessions/${id}`)).json();
  for (const run of runs) {
    await follow(id, run);
    if (session !== id) return;
  }
  if (runs.length === 0) await showNames(id);
}

async function ask(query) {
  if (session === undefined) {
    session = (await (await call("POST", "/sessions", { body: {} })).json()).id;
  }
  const headers = { "idempotency-key": crypto.randomUUID() };
  const { run } =
    await (await call("POST", `/sessions/${session}/prompt`, { body: { query }, headers })).json();
  void showSessions();
  await follow(session, run);
}

async function guarded(action) {
  try {
    await action();
  } catch (error) {
    say(error.message);
  }
}

element("ask").onsubmit = (event) => {
  event.preventDefault();
  const field = element("query");
  const query = field.value.trim();
  if (query === "") return;
  guarded(async () => {
    const asking = ask(query);
    field.value = "";
    await asking;
  });
};
element("query").onkeydown = (event) => {
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  element("ask").requestSubmit();
};
element("stop").onclick = () => act("cancel", { reason: "Stopped on the page" });
element("new").onclick = () => {
  session = undefined;
  following?.abort();
  log.replaceChildren();
  element("query").focus();
  guarded(showSessions);
};
if (token === "") {
  say("Open the page with the address that the server has printed: it has a token.");
} else guarded(showSessions);
