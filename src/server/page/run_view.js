/**
 * The events of a run, as they come.
 */

import { displayOf, format, make } from "./displays.js";

/** Shows the events of one run. */
export class RunView {
  #log;
  #act;
  #last;
  #output;
  #answer = "";
  #requests = new Map();

  /**
   * @param log The element that receives the run.
   * @param act Sends what a person has decided: the name of the action, its body, and the element that asked.
   */
  constructor(log, act) {
    this.#log = log;
    this.#act = act;
  }

  show(event) {
    const log = this.#log;
    const nearEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    this.#show(event);
    if (nearEnd) log.scrollTop = log.scrollHeight;
  }

  #show(event) {
    const log = this.#log;
    // A text is formatted when it has come to its end.
    if (this.#last?.className === "text" && !["text", "usage"].includes(event.type)) {
      format(this.#last);
      this.#last = undefined;
    }
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
        this.#ask(event, approvalOf(event, this.#act));
        break;
      case "ask_user":
        this.#ask(event, questionOf(event, this.#act));
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
      this.#last = make("div", { className, parent: this.#log });
    }
    this.#last.append(text);
  }

  #note(className, text) {
    this.#last = undefined;
    make("div", { className, text, parent: this.#log });
  }

  #ask(event, request) {
    this.#last = undefined;
    this.#requests.set(event.id, request);
    this.#log.append(request);
  }
}

/** Shows a call that waits for a decision. */
function approvalOf({ id, name, args }, act) {
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
function questionOf({ id, question, options = [] }, act) {
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
