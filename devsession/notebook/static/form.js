// The page side of a form. Python owns the form: the page draws `state`, and sends what is done.
// A secret is sent and forgotten here; `state` only knows that it is set.

import { Actions } from "./actions.js";
import { Control } from "./controls.js";
import { copyButton } from "./copy.js";
import { Creators } from "./creator.js";
import { arrange, make, say, unique } from "./dom.js";
import { DraftView } from "./draft.js";
import { FailureView } from "./failure.js";
import { viewsOf } from "./field.js";
import { Keys } from "./keys.js";
import { MapperView } from "./mapper.js";
import { Outbox } from "./outbox.js";
import { SignInView } from "./sign_in.js";
import { Tabs } from "./tabs.js";
import { SourceView } from "./source.js";
import { StreamsView } from "./streams.js";
import { TemplateView } from "./template.js";

const TRAITS = ["state", "offered", "sample"];

export default {
  render({ model, el }) {
    const view = new FormView(model);
    const draw = () => view.receive(model.get("state"), model.get("offered"), model.get("sample"));
    const lookForKernel = () => view.lookForKernel(model.widget_manager?.kernel);
    for (const trait of TRAITS) model.on(`change:${trait}`, draw);
    model.on("comm_live_update", lookForKernel);
    draw();
    el.append(view.root);
    return () => {
      for (const trait of TRAITS) model.off(`change:${trait}`, draw);
      model.off("comm_live_update", lookForKernel);
      view.dispose();
    };
  },
};

class FormView {
  constructor(model) {
    this.outbox = new Outbox(model);
    this.listeners = new AbortController();
    this.fields = new Map();
    this.source = new SourceView(this.outbox);
    this.streams = new StreamsView(this.outbox);
    this.keys = new Keys(this.outbox);
    this.creators = new Creators(this.outbox);
    this.mapper = new MapperView(this.outbox);
    this.template = new TemplateView(this.outbox);
    this.signIn = new SignInView(this.outbox);
    this.draft = new DraftView(this.outbox);
    this.actions = new Actions(this);
    this.title = make("h3", { id: unique() });
    this.about = make("p", { class: "dsf-about" });
    this.connectivity = this.createChoice("Connectivity", (option) => ({ type: "connectivity", option }));
    this.list = make("div", { id: unique() });
    this.methods = new Tabs("Connection method", this.list);
    this.method = new Control(this.methods, this.outbox, (method) => ({ type: "choose", method }));
    this.done = make("div", { class: "dsf-message", role: "status" });
    this.failed = make("div", { class: "dsf-message", role: "alert" });
    this.failure = new FailureView(() => this.actions.root.querySelector("button").focus());
    this.gone = make("div", { class: "dsf-message", role: "alert" });
    this.code = this.createCode();
    // JupyterLab's shortcuts would act on keys that are typed here: `a` inserts a cell.
    this.root = make("div", {
      class: "devsession-form", role: "form", "aria-labelledby": this.title.id, "data-lm-suppress-shortcuts": "true",
    }, this.title, this.about, this.draft.root, this.source.root, this.streams.root, this.connectivity.root, this.methods.root, this.list, this.mapper.root, this.template.root, this.done, this.failed, this.failure.root, this.gone, this.signIn.root, this.actions.root, this.code);
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
      this.isPressed = target.closest("button, label, summary, [type=checkbox], [role=option]") !== null;
    });
    for (const kind of ["pointerup", "pointercancel"]) {
      window.addEventListener(kind, () => this.isPressed && release(), { signal, capture: true });
    }
  }

  /** How the app is reached; it is there when there is a choice. */
  createChoice(label, message) {
    const id = unique();
    const select = make("select", { id, class: "dsf-control" });
    const root = make("div", { class: "dsf-field" }, make("label", { for: id }, label), select);
    return { root, control: new Control(select, this.outbox, message) };
  }

  createCode() {
    const call = make("pre");
    return make("details", { class: "dsf-code" }, make("summary", {}, "The same as code"), make("div", {}, call, copyButton(call)));
  }

  /** JupyterLab tells when a form has lost its kernel, or has it again, but not which of the two. */
  lookForKernel(kernel) {
    const isGone = kernel?.status === "restarting";
    this.outbox.open(!isGone);
    say(this.gone, isGone ? "The kernel was restarted. To go on, run this cell again." : "");
    this.draw();
  }

  receive(state, offered, sample) {
    this.state = state;
    this.offered = offered;
    this.sample = sample;
    this.outbox.answered(state.answered);
    if (!this.isPressed) this.draw();
  }

  /** Send what was typed and not left yet: a click must not be dealt with before it. */
  commit() {
    const fields = [...this.fields.values()].map((field) => field.control);
    for (const control of [this.connectivity.control, this.method, ...this.source.controls, ...this.streams.controls, ...fields, ...this.mapper.controls, ...this.template.controls]) control.commit();
  }

  draw() {
    const { title, description, methods, method, connectivity_options: ways, connectivity_option: way, fields, mapper, message, actions, fill_call: call, sign_in: signIn, source = null } = this.state;
    say(this.title, title);
    say(this.about, description);
    this.about.hidden = !description;
    this.source.draw(source, this.offered.source);
    this.streams.draw(this.state.streams ?? null, this.offered.streams);
    this.drawChoice(this.connectivity, ways, way);
    this.methods.offer(methods);
    this.method.show(method, "");
    const views = viewsOf(this.fields, fields, this.outbox);
    const leading = new Set([...fields, mapper].map((each) => each?.depends_on));
    fields.forEach((field, at) => views[at].draw(field, !leading.has(field.name)));
    arrange(this.list, views.map((view) => view.root));
    this.keys.draw(fields, views);
    this.creators.draw(this.state, views, this.mapper);
    const isTemplate = mapper !== null && "template" in mapper;
    const offered = mapper && { ...mapper, ...this.offered, at: source?.at };
    this.mapper.draw(isTemplate ? null : offered, this.sample);
    this.template.draw(isTemplate ? offered : null, this.sample);
    this.signIn.draw(signIn ?? null);
    this.draft.draw(this.state.draft ?? null, () => this.actions.root.querySelector("button"));
    this.actions.draw(actions);
    // What the last one said is not what this one says.
    const told = this.actions.running.size > 0 ? "" : message.text;
    say(this.done, message.is_error ? "" : told);
    say(this.failed, message.is_error ? told : "");
    this.failure.draw(told ? message.failure : null, "");
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
    this.mapper.dispose();
    this.template.dispose();
  }
}
