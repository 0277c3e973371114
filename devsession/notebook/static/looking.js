const PAUSE = 250; // milliseconds without a change before the warehouse is asked

/** Asks for sample records after each change: one question at a time, about what stands then. */
export class Looking {
  constructor(outbox) {
    this.outbox = outbox;
    this.wanted = this.looked = this.planned = null;
  }

  /** `wanted` names what the records are made of; `onAsk` is called when they are asked for. */
  ask(wanted, onAsk = () => {}) {
    this.wanted = wanted;
    if (wanted === this.looked || wanted === this.planned || this.outbox.isWaiting(this.message)) return;
    this.planned = wanted;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.planned = null;
      this.looked = this.wanted;
      onAsk();
      this.message = this.outbox.send({ type: "look" });
    }, PAUSE);
  }

  /** Whether other records than those that are shown are on their way. */
  get isStale() {
    return this.wanted !== this.looked || this.outbox.isWaiting(this.message);
  }

  dispose() {
    clearTimeout(this.timer);
  }
}
