/**
 * The page: conversations, and the people that these ask.
 */

import { call, eventsOf, hasToken } from "./api.js";
import { make } from "./displays.js";
import { RunView } from "./run_view.js";

function element(id) {
  return document.getElementById(id);
}

const log = element("log");

/** The present conversation, and the stream of its run. */
let session;
let following;

function say(text) {
  element("state").textContent = text;
}

async function act(name, body, request) {
  try {
    await call("POST", `/sessions/${session}/${name}`, { body });
    request?.remove();
  } catch (error) {
    say(error.message);
  }
}

/** Follows a run, and connects again when the connection is lost, at the event that comes next. */
async function follow(id, run) {
  following?.abort();
  const stop = following = new AbortController();
  const view = new RunView(log, act);
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
if (!hasToken) {
  say("Open the page with the address that the server has printed: it has a token.");
} else guarded(showSessions);
