import { Actions } from "./actions.js";
import { arrange, make, makeButton, reconcile, say, unique } from "./dom.js";
import { viewsOf } from "./field.js";

const ACTION_MESSAGES = { add: "add_option", cancel: "cancel_option", again: "new_option" };
const FIELD_MESSAGES = { set: "fill_option", retry: "retry_option", stop: "stop_option" };
const MAPPER_NAME = "mapping";

/** What adds options: a button, and the small form that it opens, below whatever offers them. */
export class Creators {
  constructor(outbox) {
    this.outbox = outbox;
    this.creators = new Map();
  }

  draw({ fields, mapper, creator }, views, mapperView) {
    const hosts = fields.flatMap(({ can_create: can, name, label }, at) => (can
      ? [{ name, view: views[at], after: views[at].error, label: "New option", of: `for ${label}` }] : []));
    if (mapper?.can_create) hosts.push({ name: MAPPER_NAME, view: mapperView, after: mapperView.nothing, label: "New field", of: "of the app" });
    const before = [...this.creators.values()];
    const drawn = reconcile(this.creators, hosts, ({ view }) => view, (host) => new Creator(host, this.outbox));
    for (const gone of before) if (!drawn.includes(gone)) gone.root.remove();
    hosts.forEach(({ name }, at) => drawn[at].draw(creator?.name === name ? creator : null));
  }
}

class Creator {
  constructor({ name, after, label, of }, outbox) {
    this.name = name;
    this.outbox = outbox;
    this.fields = new Map();
    // What is done in the small form is told as that, by the same views as in the big one.
    this.told = {
      send: ({ type, ...rest }) => outbox.send(type === "action"
        ? { type: ACTION_MESSAGES[rest.name], name } : { ...rest, type: FIELD_MESSAGES[type] }),
      isWaiting: (id) => outbox.isWaiting(id),
    };
    this.button = makeButton(`${label}…`, () => this.open(), { class: "dsf-small", "aria-label": `${label} ${of}` });
    this.title = make("strong", { id: unique() });
    this.list = make("div");
    this.error = make("p", { class: "dsf-error", id: unique(), role: "alert" });
    this.actions = new Actions({ outbox: this.told, commit: () => this.leave(), draw: () => this.draw(this.state) });
    this.panel = make("div", { class: "dsf-creator", role: "group", "aria-labelledby": this.title.id, "aria-describedby": this.error.id, hidden: "" },
      this.title, this.list, this.error, this.actions.root);
    this.panel.addEventListener("keydown", (event) => this.press(event));
    this.root = make("div", { class: "dsf-creating" }, this.button, this.panel);
    after.after(this.root);
  }

  open() {
    this.wantsFocus = true;
    this.outbox.send({ type: "new_option", name: this.name });
  }

  press(event) {
    const { key, target } = event;
    if (event.defaultPrevented || event.isComposing) return;
    const done = { Escape: "cancel", Enter: target.matches("input:not([role=combobox], [type=checkbox], [type=radio])") ? "add" : null }[key];
    const button = done && this.panel.querySelector(`[data-action="${done}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  }

  /** What was typed and not left yet goes first; the buttons lose the focus while Python works. */
  leave() {
    this.wantsFocus = true;
    for (const { control } of this.fields.values()) control.commit();
  }

  draw(state) {
    const hadFocus = this.panel.contains(document.activeElement);
    const wasOpen = !this.panel.hidden;
    this.state = state;
    if (state) this.drawPanel(state);
    else if (wasOpen) {
      this.fields.clear(); // what was typed there has been added, or cancelled
      this.list.replaceChildren();
    }
    this.panel.hidden = state === null;
    this.button.hidden = state !== null;
    this.moveFocus(wasOpen, state !== null, hadFocus);
  }

  drawPanel({ title, fields, error, actions }) {
    say(this.title, title);
    const views = viewsOf(this.fields, fields, this.told);
    fields.forEach((field, at) => views[at].draw(field));
    arrange(this.list, views.map((view) => view.root));
    say(this.error, error);
    this.actions.draw(actions);
  }

  /** Into the small form when it opens here, to what is wrong when it was refused, and back. */
  moveFocus(wasOpen, isOpen, hadFocus) {
    const isDone = this.actions.running.size === 0;
    if (isOpen ? !this.wantsFocus || !isDone : !wasOpen) return;
    if (!isOpen) {
      if (hadFocus || this.wantsFocus) this.button.focus();
    } else if (!wasOpen || document.activeElement === document.body) {
      const first = this.panel.querySelector("[aria-invalid=true]") ?? this.list.querySelector("input, select, textarea");
      (first ?? this.panel.querySelector("button:last-of-type")).focus();
    }
    this.wantsFocus = false;
  }
}
