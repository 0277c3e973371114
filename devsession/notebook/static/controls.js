/** An input that sends its value once that is complete, and never loses what is being typed. */
export class Control {
  constructor(input, outbox, message) {
    this.input = input;
    this.outbox = outbox;
    this.message = message;
    this.known = this.read();
    this.sent = null;
    input.addEventListener("change", () => this.commit());
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

  /** Take over Python's value, unless the user is ahead of it or has to correct what was refused. */
  show(value, error) {
    const refused = error && this.sent !== null;
    if (refused || this.outbox.isWaiting(this.sent) || this.read() !== this.known) return;
    if (value !== this.known) this.write(value);
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
