import { unique } from "./dom.js";

/** What was sent and is not dealt with yet; Python deals with messages in their order. */
export class Outbox {
  constructor(model) {
    this.model = model;
    this.sender = unique();
    this.count = 0;
    this.waiting = [];
    this.hears = true;
  }

  /** Whether anybody hears what is sent; what waits for nobody waits no more. */
  open(hears) {
    this.hears = hears;
    if (!hears) this.waiting = [];
  }

  send(message) {
    const id = `${this.sender}-${++this.count}`;
    if (this.hears) this.waiting.push(id);
    this.model.send({ ...message, id });
    return id;
  }

  answered(id) {
    this.waiting.splice(0, this.waiting.indexOf(id) + 1);
  }

  isWaiting(id) {
    return this.waiting.includes(id);
  }
}
