import { make } from "./dom.js";

/** A few options that are all seen at once; as an input it has a `value`, and says `change`. */
export class Radios {
  constructor(attributes) {
    this.id = attributes.id;
    this.root = this.input = make("div", { ...attributes, class: "dsf-radios", role: "radiogroup", "aria-labelledby": `${attributes.id}-label` });
  }

  addEventListener(kind, listener) {
    this.root.addEventListener(kind, listener);
  }

  get value() {
    return this.root.querySelector("input:checked")?.value ?? "";
  }

  set value(text) {
    for (const button of this.root.querySelectorAll("input")) button.checked = button.value === text;
  }

  /** What can be chosen; `waitsFor` says why there is nothing yet. */
  offer(options, waitsFor) {
    const { value } = this;
    this.root.replaceChildren(...(waitsFor ? [make("span", {}, waitsFor)] : []), ...options.map((option) => this.createRadio(option)));
    this.value = value;
  }

  createRadio({ value, label, disabled }) {
    return make("label", {}, make("input", { type: "radio", name: this.id, value, ...(disabled ? { disabled: "" } : {}) }), label);
  }
}
