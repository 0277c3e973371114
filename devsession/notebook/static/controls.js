/**
 * An input that sends its value once that is complete, and never loses what is being typed.
 *
 * One that is `live` sends what is typed so far, too: always the newest, one message at a time.
 */
export class Control {
  constructor(input, outbox, message) {
    this.input = input;
    this.outbox = outbox;
    this.message = message;
    this.known = this.read();
    this.sent = null;
    this.isLive = false;
    this.isTyping = false;
    input.addEventListener("input", () => {
      if (!this.isLive) return;
      this.isTyping = true;
      if (!outbox.isWaiting(this.sent)) this.commit();
    });
    input.addEventListener("change", () => {
      this.isTyping = false;
      this.commit();
      this.catchUp();
    });
  }

  read() {
    return this.input.type === "checkbox" ? String(this.input.checked) : this.input.value;
  }

  write(value) {
    if (this.input.type === "checkbox") this.input.checked = value === "true";
    else this.input.value = value;
    this.known = this.read();
  }

  commit() {
    const value = this.read();
    if (value === this.known) return;
    this.known = value;
    this.sent = this.outbox.send(this.message(value));
  }

  show(value, error) {
    this.told = value;
    this.isRefused = Boolean(error) && this.sent !== null;
    this.catchUp();
  }

  /** Take over Python's value, unless the user is ahead of it or has to correct what was refused. */
  catchUp() {
    if (this.told === undefined || this.outbox.isWaiting(this.sent)) return;
    // Python may write a number otherwise: not while it is being typed.
    if (this.isTyping) this.commit();
    else if (!this.isRefused && this.read() === this.known && this.told !== this.known) this.write(this.told);
  }
}

/** An input for a secret: it is empty again as soon as its value is on its way. */
export class SecretControl extends Control {
  commit() {
    const value = this.input.value;
    if (!value) return;
    this.input.value = "";
    this.input.placeholder = "set";
    this.sent = this.outbox.send(this.message(value));
  }

  show(isSet) {
    this.input.placeholder = isSet ? "set; type to replace it" : "";
  }
}
