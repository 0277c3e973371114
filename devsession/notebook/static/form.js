// The page side of a form. Python owns the form: the page draws `state`, and sends what is done.
// A secret is sent and forgotten here; `state` only knows that it is set.

export default {
  render({ model, el }) {
    const view = new FormView(model);
    const draw = () => view.receive(model.get("state"));
    model.on("change:state", draw);
    draw();
    el.append(view.root);
    return () => {
      model.off("change:state", draw);
      view.dispose();
    };
  },
};

// Several forms stand on one page, and one form may be shown twice: ids must differ.
const unique = () => `dsf-${Math.random().toString(36).slice(2)}`;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Set a text only when it differs: a screen reader announces an alert each time it is set. */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Make `parent` hold exactly `nodes`, moving none that stands right: a moved input loses focus. */
function arrange(parent, nodes) {
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null);
  });
  while (parent.children.length > nodes.length) parent.lastElementChild.remove();
}

/** Views by key: made when they are first needed, dropped when they are needed no more. */
function reconcile(known, items, keyOf, create) {
  const next = new Map(items.map((item) => [keyOf(item), known.get(keyOf(item)) ?? create(item)]));
  known.clear();
  for (const [key, view] of next) known.set(key, view);
  return [...next.values()];
}

/** What was sent and is not dealt with yet; Python deals with messages in their order. */
class Outbox {
  constructor(model) {
    this.model = model;
    this.sender = unique();
    this.count = 0;
    this.waiting = [];
  }

  send(message) {
    const id = `${this.sender}-${++this.count}`;
    this.waiting.push(id);
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

/** An input that sends its value once that is complete, and never loses what is being typed. */
class Control {
  constructor(input, outbox, message) {
    this.input = input;
    this.outbox = outbox;
    this.message = message;
    this.known = this.read();
    this.sent = null;
    input.addEventListener("change", () => this.commit());
  }

  read() {
    if (this.input.multiple) return JSON.stringify([...this.input.selectedOptions].map(({ value }) => value));
    return this.input.type === "checkbox" ? String(this.input.checked) : this.input.value;
  }

  write(value) {
    if (this.input.multiple) {
      const chosen = JSON.parse(value || "[]");
      for (const option of this.input.options) option.selected = chosen.includes(option.value);
    } else if (this.input.type === "checkbox") this.input.checked = value === "true";
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

/** A group of radio buttons, whose value is that of the one that is on. */
class RadioControl extends Control {
  read() {
    return this.input.querySelector("input:checked")?.value ?? "";
  }

  write(value) {
    for (const button of this.input.querySelectorAll("input")) button.checked = button.value === value;
    this.known = this.read();
  }
}

/** An input for a secret: it is empty again as soon as its value is on its way. */
class SecretControl extends Control {
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

/** Text between the fields: nothing to fill in. */
class InformationView {
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

class FieldView {
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
    const label = make("label", this.isRadio ? { id: `${this.id}-label` } : { for: this.id }, this.label, this.required);
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
    const isKey = ["ssh_keypair", "gpg_keypair", "x509_certificate"].includes(field.type);
    if (isKey || (field.type === "textarea" && !field.secret)) return make("textarea", { ...shared, rows: "4" });
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
    // The public key of a pair, whose input is for secrets.
    const besides = field.secret && field.value ? [field.value] : [];
    say(this.help, [field.help, ...besides].filter(Boolean).join("\n"));
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

/** One field of the app, and the column or expression that fills it. */
class MappingRow {
  constructor(field, outbox, listId) {
    const id = unique();
    this.input = make("input", {
      id, list: listId, class: "dsf-control", type: "text", autocomplete: "off", spellcheck: "false",
      "aria-describedby": `${id}-notice ${id}-error`, "aria-required": String(field.required),
      placeholder: "column, or = SQL",
    });
    this.control = new Control(this.input, outbox, (source) => ({ type: "map", field: field.value, source }));
    this.label = make("label", { for: id });
    this.notice = make("p", { class: "dsf-notice", id: `${id}-notice`, role: "status" });
    this.error = make("p", { class: "dsf-error", id: `${id}-error`, role: "alert" });
    this.root = make("div", { class: "dsf-row", "data-app-field": field.value }, this.label, this.input, this.notice, this.error);
  }

  draw(field, source, error, notice) {
    const drawn = JSON.stringify([field, source, error, notice]);
    const value = source === undefined ? "" : source.type === "expression" ? `= ${source.value}` : source.value;
    this.control.show(value, error);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const tags = [field.unique ? "unique" : "", field.data_type_icon === "unknown" ? "" : field.data_type_icon];
    this.label.replaceChildren(
      field.label,
      ...(field.required ? [make("span", { class: "dsf-required", "aria-hidden": "true" }, " *")] : []),
      ...tags.filter(Boolean).map((tag) => make("span", { class: "dsf-tag" }, tag)),
    );
    say(this.notice, notice);
    say(this.error, error);
    this.input.setAttribute("aria-invalid", String(Boolean(error)));
  }
}

class MapperView {
  constructor(outbox) {
    this.outbox = outbox;
    this.rows = new Map();
    this.label = make("span");
    this.count = make("span", { class: "dsf-count" });
    this.columns = make("datalist", { id: unique() });
    this.list = make("div", { class: "dsf-rows" });
    this.hint = make("p", { class: "dsf-help" });
    this.error = make("p", { class: "dsf-error", role: "alert" });
    this.root = make("fieldset", { class: "dsf-mapper" },
      make("legend", {}, this.label, this.count), this.hint, this.list, this.error, this.columns);
  }

  get controls() {
    return [...this.rows.values()].map((row) => row.control);
  }

  draw(mapper, labelOf) {
    this.root.hidden = mapper === null;
    const { label = "", columns = [], app_fields: fields = [], mapping = {}, errors = {}, notices = {} } = mapper ?? {};
    const rows = reconcile(this.rows, fields, (field) => field.value, (field) => new MappingRow(field, this.outbox, this.columns.id));
    fields.forEach((field, at) => {
      const name = field.value;
      rows[at].draw(field, mapping[name], errors[name] ?? "", notices[name] ?? "");
    });
    arrange(this.list, rows.map((row) => row.root));
    const drawn = JSON.stringify(columns);
    if (drawn !== this.drawnColumns) {
      this.drawnColumns = drawn;
      this.columns.replaceChildren(...columns.map((value) => make("option", { value })));
    }
    this.list.hidden = fields.length === 0;
    say(this.label, label);
    say(this.count, fields.length ? `${Object.keys(mapping).length} of ${fields.length} mapped` : "");
    say(this.hint, mapper && !mapper.asked ? `fill in ${labelOf(mapper.depends_on)} first` : "");
    // An error at a field that is not offered has no row to stand in.
    const strays = Object.entries(errors).filter(([name]) => !this.rows.has(name)).map(([name, text]) => `${name}: ${text}`);
    say(this.error, [mapper?.error, ...strays].filter(Boolean).join("\n"));
  }
}

/** A text of several lines below its label, with its help and error. */
class TextBlock {
  constructor(outbox, rows, help, message) {
    const id = unique();
    this.input = make("textarea", {
      id, rows, class: "dsf-control dsf-text", spellcheck: "false", "aria-describedby": `${id}-help ${id}-error`,
    });
    this.control = new Control(this.input, outbox, message);
    this.label = make("label", { for: id });
    this.error = make("p", { class: "dsf-error", id: `${id}-error`, role: "alert" });
    this.root = make("div", { class: "dsf-field" },
      this.label, this.input, make("p", { class: "dsf-help", id: `${id}-help` }, help), this.error);
  }

  draw(label, value, error) {
    say(this.label, label);
    say(this.error, error);
    this.control.show(value, error);
    this.input.setAttribute("aria-invalid", String(Boolean(error)));
  }
}

/** The template of a record, and the columns that are made for it, one a line. */
class TemplateView {
  constructor(outbox) {
    this.template = new TextBlock(outbox, "8", "", (template) => ({ type: "write", template }));
    this.made = new TextBlock(outbox, "2", "One a line: name = SQL over the source's columns",
      (columns) => ({ type: "make", columns }));
    this.hint = make("p", { class: "dsf-help" });
    this.root = make("div", { class: "dsf-template" }, this.hint, this.template.root, this.made.root);
  }

  get controls() {
    return this.root.hidden ? [] : [this.template.control, this.made.control];
  }

  draw(mapper, labelOf) {
    this.root.hidden = mapper === null;
    if (mapper === null) return;
    const lines = Object.entries(mapper.made).map(([name, sql]) => `${name} = ${sql.split("\n").join(" ")}`);
    const errors = Object.entries(mapper.errors).map(([name, text]) => `${name}: ${text}`);
    const columns = mapper.columns.join(", ");
    say(this.hint, mapper.asked ? `row has ${columns}` : `fill in ${labelOf(mapper.depends_on)} first`);
    this.template.draw(mapper.label, mapper.template, mapper.error);
    this.made.draw("Extra columns", lines.join("\n"), errors.join("\n"));
  }
}

/** The buttons. One that was clicked says what it is doing until Python has done it. */
class Actions {
  constructor(view) {
    this.view = view;
    this.buttons = new Map();
    this.running = new Map();
    this.patience = make("span", { class: "dsf-patience" },
      "Waiting for Python. If the kernel was restarted, run this cell again.");
    this.root = make("div", { class: "dsf-actions" });
  }

  draw(actions) {
    const { outbox } = this.view;
    for (const [name, id] of this.running) if (!outbox.isWaiting(id)) this.running.delete(name);
    const buttons = reconcile(this.buttons, actions, (action) => action.name, (action) => this.create(action));
    actions.forEach(({ name, label, busy }, at) => {
      say(buttons[at], this.running.has(name) ? busy : label);
      buttons[at].disabled = this.running.size > 0;
    });
    arrange(this.root, [...buttons, this.patience]);
  }

  create({ name }) {
    const button = make("button", { type: "button", "data-action": name });
    button.addEventListener("click", () => {
      this.view.commit();
      this.running.set(name, this.view.outbox.send({ type: "action", name }));
      this.view.draw();
    });
    return button;
  }
}

class FormView {
  constructor(model) {
    this.outbox = new Outbox(model);
    this.listeners = new AbortController();
    this.fields = new Map();
    this.mapper = new MapperView(this.outbox);
    this.template = new TemplateView(this.outbox);
    this.actions = new Actions(this);
    this.title = make("h3", { id: unique() });
    this.about = make("p", { class: "dsf-about" });
    this.connectivity = this.createChoice("Connectivity", (option) => ({ type: "connectivity", option }));
    this.method = this.createChoice("Connection method", (method) => ({ type: "choose", method }));
    this.list = make("div");
    this.done = make("div", { class: "dsf-message", role: "status" });
    this.failed = make("div", { class: "dsf-message", role: "alert" });
    this.code = this.createCode();
    // JupyterLab's shortcuts would act on keys that are typed here: `a` inserts a cell.
    this.root = make("div", {
      class: "devsession-form", role: "form", "aria-labelledby": this.title.id, "data-lm-suppress-shortcuts": "true",
    }, this.title, this.about, this.connectivity.root, this.method.root, this.list, this.mapper.root, this.template.root, this.done, this.failed, this.actions.root, this.code);
    for (const kind of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(kind, (event) => event.stopPropagation());
    }
    this.holdStillWhileClicking();
  }

  /** A new state between press and release could move the button away from under the pointer. */
  holdStillWhileClicking() {
    const { signal } = this.listeners;
    const release = () => setTimeout(() => {
      this.isPressed = false;
      this.draw();
    });
    // Not for text and lists: an open list keeps the release to itself.
    this.root.addEventListener("pointerdown", ({ target }) => {
      this.isPressed = target.closest("button, label, summary, [type=checkbox]") !== null;
    });
    for (const kind of ["pointerup", "pointercancel"]) {
      window.addEventListener(kind, () => this.isPressed && release(), { signal, capture: true });
    }
  }

  createField(field) {
    return field.type.startsWith("information") ? new InformationView(field) : new FieldView(field, this.outbox);
  }

  /** A list of what the whole form is for; it is there when there is a choice. */
  createChoice(label, message) {
    const id = unique();
    const select = make("select", { id, class: "dsf-control" });
    const root = make("div", { class: "dsf-field" }, make("label", { for: id }, label), select);
    return { root, control: new Control(select, this.outbox, message) };
  }

  createCode() {
    const call = make("pre");
    const copy = make("button", { type: "button" }, "Copy");
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(call.textContent);
        say(copy, "Copied");
        setTimeout(() => say(copy, "Copy"), 1500);
      } catch {
        // Browsers allow it only over https or on this machine: then the text is selected instead.
        getSelection().selectAllChildren(call);
      }
    });
    return make("details", { class: "dsf-code" }, make("summary", {}, "The same as code"), make("div", {}, call, copy));
  }

  receive(state) {
    this.state = state;
    this.outbox.answered(state.answered);
    if (!this.isPressed) this.draw();
  }

  /** Send what was typed and not left yet: a click must not be dealt with before it. */
  commit() {
    const fields = [...this.fields.values()].map((field) => field.control);
    for (const control of [this.connectivity.control, this.method.control, ...fields, ...this.mapper.controls, ...this.template.controls]) control.commit();
  }

  draw() {
    const { title, description, methods, method, connectivity_options: ways, connectivity_option: way, fields, mapper, message, actions, fill_call: call } = this.state;
    const labels = new Map(fields.map((field) => [field.name, field.label]));
    const labelOf = (name) => labels.get(name) ?? name;
    say(this.title, title);
    say(this.about, description);
    this.about.hidden = !description;
    this.drawChoice(this.connectivity, ways, way);
    this.drawChoice(this.method, methods, method);
    // A field that changed its kind is another field.
    const views = reconcile(this.fields, fields, ({ name, type, secret, multi_select: several }) => `${type} ${secret} ${several} ${name}`, (field) => this.createField(field));
    fields.forEach((field, at) => views[at].draw(field, labelOf));
    arrange(this.list, views.map((view) => view.root));
    const isTemplate = mapper !== null && "template" in mapper;
    this.mapper.draw(isTemplate ? null : mapper, labelOf);
    this.template.draw(isTemplate ? mapper : null, labelOf);
    say(this.done, message.is_error ? "" : message.text);
    say(this.failed, message.is_error ? message.text : "");
    this.actions.draw(actions);
    say(this.code.querySelector("pre"), call);
    this.root.setAttribute("aria-busy", String(this.outbox.waiting.length > 0));
  }

  drawChoice({ root, control }, names, chosen) {
    root.hidden = names.length < 2;
    const drawn = [...control.input.options].map((option) => option.value);
    if (drawn.join("\n") !== names.join("\n")) {
      control.input.replaceChildren(...names.map((name) => make("option", { value: name }, name)));
      control.known = control.read();
    }
    control.show(chosen, "");
  }

  dispose() {
    this.listeners.abort();
  }
}
