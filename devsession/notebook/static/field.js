import { make, say, unique } from "./dom.js";
import { Control, RadioControl, SecretControl } from "./controls.js";
import { isKey } from "./keys.js";

/** Text between the fields: nothing to fill in. */
export class InformationView {
  constructor(field) {
    this.control = { commit() {} };
    this.label = make("strong");
    this.text = make("p", { class: "dsf-information" });
    this.root = make("div", { class: "dsf-field", "data-field": field.name }, this.label, this.text);
  }

  draw(field) {
    this.root.classList.toggle("dsf-waits", !field.asked);
    this.root.setAttribute("role", field.box_type === "error" ? "alert" : "note");
    this.root.dataset.box = field.box_type ?? "";
    say(this.label, field.label);
    say(this.text, field.markdown);
  }
}

function createOption({ value, label, disabled }) {
  return make("option", { value, ...(disabled ? { disabled: "" } : {}) }, label);
}

export class FieldView {
  constructor(field, outbox) {
    this.id = unique();
    this.isTick = field.type === "checkbox";
    this.isRadio = field.type === "radio";
    this.isChoice = field.type === "dropdown" || this.isRadio;
    const told = (value) => (field.multi_select ? JSON.parse(value) : value);
    this.input = this.createInput(field);
    const Kind = this.isRadio ? RadioControl : Control;
    this.control = field.secret
      ? new SecretControl(this.input, outbox, (value) => ({ type: "secret", name: field.name, value }))
      : new Kind(this.input, outbox, (value) => ({ type: "set", name: field.name, value: told(value) }));
    this.label = make("span");
    this.required = make("span", { class: "dsf-required", "aria-hidden": "true" }, " *");
    const label = make("label", this.isRadio ? { id: `${this.id}-label` } : { id: `${this.id}-label`, for: this.id }, this.label, this.required);
    this.help = make("p", { class: "dsf-help", id: `${this.id}-help` });
    this.notice = make("p", { class: "dsf-notice", id: `${this.id}-notice`, role: "status" });
    this.error = make("p", { class: "dsf-error", id: `${this.id}-error`, role: "alert" });
    this.root = make("div", { class: this.isTick ? "dsf-field dsf-tick" : "dsf-field", "data-field": field.name });
    this.root.append(...(this.isTick ? [this.input, label] : [label, this.input]), this.help, this.notice, this.error);
  }

  createInput(field) {
    const shared = {
      id: this.id,
      "aria-describedby": `${this.id}-help ${this.id}-notice ${this.id}-error`,
      ...(this.isTick ? {} : { class: "dsf-control" }),
    };
    if (this.isRadio) {
      return make("div", { ...shared, class: "dsf-radios", role: "radiogroup", "aria-labelledby": `${this.id}-label` });
    }
    if (this.isChoice) return make("select", { ...shared, ...(field.multi_select ? { multiple: "" } : {}) });
    // A key loses its lines in a password input.
    if (isKey(field) || (field.type === "textarea" && !field.secret)) return make("textarea", { ...shared, rows: "4" });
    if (field.type === "slider") {
      const { min, max, step } = field;
      return make("input", { ...shared, type: "number", min, max, step });
    }
    if (field.type === "checkbox") return make("input", { ...shared, type: "checkbox" });
    // Browsers offer to keep what is typed into a password input, unless it is a new one.
    const kind = field.secret ? { type: "password", autocomplete: "new-password" } : { type: "text", autocomplete: "off" };
    return make("input", { ...shared, ...kind, spellcheck: "false" });
  }

  draw(field, labelOf) {
    say(this.label, field.label);
    this.required.hidden = !field.required;
    say(this.help, field.help);
    say(this.notice, field.notice);
    say(this.error, field.error);
    this.root.classList.toggle("dsf-waits", !field.asked);
    this.input.setAttribute("aria-required", String(field.required));
    this.input.setAttribute("aria-invalid", String(Boolean(field.error)));
    // Not disabled while it waits: Tab has to get here before Python has dealt with the field before.
    const waitsFor = field.asked || !field.depends_on ? "" : `fill in ${labelOf(field.depends_on)} first`;
    if (this.isChoice) this.drawOptions(field, waitsFor);
    if (field.secret) this.control.show(field.is_set);
    else this.control.show(field.value ?? "", field.error);
    if (waitsFor && !this.isTick) this.input.placeholder = waitsFor;
    else if (!field.secret) this.input.removeAttribute("placeholder");
  }

  createRadio({ value, label, disabled }) {
    if (!value) return make("span", {}, label);
    return make("label", {}, make("input", { type: "radio", name: this.id, value, ...(disabled ? { disabled: "" } : {}) }), label);
  }

  drawOptions(field, waitsFor) {
    const none = { value: "", label: waitsFor || "choose", disabled: false };
    const seen = field.multi_select || (this.isRadio && !waitsFor);
    const options = seen ? field.options : [none, ...field.options];
    const drawn = JSON.stringify(options);
    if (drawn === this.drawnOptions) return;
    this.drawnOptions = drawn;
    const chosen = this.control.read();
    this.input.replaceChildren(...options.map((option) => (this.isRadio ? this.createRadio(option) : createOption(option))));
    if (field.multi_select) this.input.size = Math.min(Math.max(options.length, 2), 8);
    const isOffered = field.multi_select || options.some(({ value }) => value === chosen);
    this.control.write(isOffered ? chosen : "");
  }
}
