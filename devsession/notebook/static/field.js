import { make, reconcile, say, unique } from "./dom.js";
import { Choice } from "./choice.js";
import { Control, SecretControl } from "./controls.js";
import { isKey } from "./keys.js";
import { LoadingView } from "./loading.js";
import { Radios } from "./radios.js";
import { Slider } from "./slider.js";

/** Text between the fields: nothing to fill in. */
class InformationView {
  constructor(field) {
    this.control = { commit() {} };
    this.label = make("strong");
    this.text = make("p", { class: "dsf-information" });
    this.root = make("div", { class: "dsf-field", "data-field": field.name }, this.label, this.text);
  }

  draw(field) {
    this.root.classList.toggle("dsf-waits", Boolean(field.waits_for));
    this.root.setAttribute("role", field.box_type === "error" ? "alert" : "note");
    this.root.dataset.box = field.box_type ?? "";
    say(this.label, field.label);
    say(this.text, field.markdown);
  }
}

export class FieldView {
  constructor(field, outbox) {
    this.id = unique();
    this.isTick = field.type === "checkbox";
    this.isRadio = field.type === "radio";
    const told = (value) => (field.multi_select ? JSON.parse(value) : value);
    const shown = this.createInput(field);
    // A native input is its own element; the others have one, and the input that it is about.
    this.shown = shown instanceof Element ? { root: shown, input: shown } : shown;
    this.input = this.shown.input;
    this.control = field.secret
      ? new SecretControl(shown, outbox, (value) => ({ type: "secret", name: field.name, value }))
      : new Control(shown, outbox, (value) => ({ type: "set", name: field.name, value: told(value) }));
    this.label = make("span");
    this.required = make("span", { class: "dsf-required", "aria-hidden": "true" }, " *");
    const label = make("label", { id: `${this.id}-label`, ...(this.isRadio ? {} : { for: this.id }) }, this.label, this.required);
    this.help = make("p", { class: "dsf-help", id: `${this.id}-help` });
    this.notice = make("p", { class: "dsf-notice", id: `${this.id}-notice`, role: "status" });
    this.error = make("p", { class: "dsf-error", id: `${this.id}-error`, role: "alert" });
    this.root = make("div", { class: this.isTick ? "dsf-field dsf-tick" : "dsf-field", "data-field": field.name });
    this.root.append(...(this.isTick ? [this.shown.root, label] : [label, this.shown.root]), this.help, this.notice, this.error);
    if (this.shown.offer) {
      this.loading = new LoadingView(field.name, outbox, () => this.input.focus());
      this.root.append(this.loading.root);
    }
  }

  createInput(field) {
    const described = { id: this.id, "aria-describedby": `${this.id}-help ${this.id}-notice ${this.id}-error` };
    if (this.isTick) return make("input", { ...described, type: "checkbox" });
    if (this.isRadio) return new Radios(described);
    if (field.type === "dropdown") return new Choice(described, Boolean(field.multi_select));
    if (field.type === "slider") return new Slider(described, field);
    const shared = { ...described, class: "dsf-control" };
    // A key loses its lines in a password input.
    if (isKey(field) || (field.type === "textarea" && !field.secret)) return make("textarea", { ...shared, rows: "4" });
    // Browsers offer to keep what is typed into a password input, unless it is a new one.
    const kind = field.secret ? { type: "password", autocomplete: "new-password" } : { type: "text", autocomplete: "off" };
    return make("input", { ...shared, ...kind, spellcheck: "false" });
  }

  /** `isLive`: what is typed is told at once, as nothing is fetched for it. */
  draw(field, isLive = false) {
    this.control.isLive = isLive && !field.secret && !isKey(field);
    say(this.label, field.label);
    this.required.hidden = !field.required;
    say(this.help, field.help);
    say(this.error, field.error);
    // Not disabled while it waits: Tab has to get here before Python has dealt with the field before.
    const { waits_for: waitsFor } = field;
    this.root.classList.toggle("dsf-waits", Boolean(waitsFor));
    this.input.setAttribute("aria-required", String(field.required));
    this.input.setAttribute("aria-invalid", String(Boolean(field.error)));
    const isText = this.input === this.shown.root && !this.isTick;
    say(this.notice, field.notice || (isText || this.shown.offer ? "" : waitsFor));
    if (this.shown.offer) this.drawOptions(field, waitsFor);
    if (field.secret) this.control.show(field.is_set);
    else this.control.show(field.value ?? (field.multi_select ? "[]" : ""), field.error);
    if (isText && waitsFor) this.input.placeholder = waitsFor;
    else if (isText && !field.secret) this.input.removeAttribute("placeholder");
  }

  /** Only when they are others: what is seen of a list of thousands must not be made anew. */
  drawOptions({ options, label, ...field }, waitsFor) {
    this.loading.draw(field, label);
    this.input.setAttribute("aria-busy", String(Boolean(field.loading)));
    if (field.loading) waitsFor = "loading…";
    const drawn = JSON.stringify([options, waitsFor]);
    if (drawn === this.drawnOptions) return;
    this.drawnOptions = drawn;
    this.shown.offer(options, waitsFor);
  }
}

/** The views of fields, kept from one state to the next; one that changed its kind is another field. */
export const viewsOf = (known, fields, outbox) => reconcile(known, fields,
  ({ name, type, secret, multi_select: several }) => `${type} ${secret} ${several} ${name}`,
  (field) => (field.type.startsWith("information") ? new InformationView(field) : new FieldView(field, outbox)));
