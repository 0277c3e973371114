import { arrange, make, makeButton, reconcile, say } from "./dom.js";
import { FieldView } from "./field.js";

/** What a sync is declared with, above the plugin's own fields. Python looks again when one comes here. */
export class SourceView {
  constructor(outbox) {
    // Its fields are like all others; only what is told of them has another name.
    this.outbox = {
      send: ({ name, value }) => outbox.send({ type: "declare", name, value }),
      isWaiting: (id) => outbox.isWaiting(id),
    };
    const look = () => outbox.send({ type: "look_at_source" });
    this.fields = new Map();
    this.list = make("div", { class: "dsf-declared" });
    this.problem = make("p", { class: "dsf-error", role: "alert" });
    const lookAtAll = () => {
      look();
      outbox.send({ type: "look" }); // at the records below, too: they may have failed with it
    };
    this.again = makeButton("Look again", lookAtAll, { class: "dsf-small" });
    this.root = make("div", { class: "dsf-source", role: "group", "aria-label": "What is synced" }, this.list, this.problem, this.again);
    this.root.addEventListener("focusin", ({ relatedTarget }) => this.root.contains(relatedTarget) || look());
  }

  get controls() {
    return [...this.fields.values()].map((field) => field.control);
  }

  draw(source, offered) {
    this.root.hidden = source === null;
    if (source === null) return;
    const views = reconcile(this.fields, source.fields, (field) => field.name, (field) => this.create(field));
    source.fields.forEach((field, at) => views[at].draw({ ...field, options: offered[field.name] ?? [] }, field.name === "query"));
    arrange(this.list, views.map((view) => view.root));
    say(this.problem, source.problem);
    this.again.hidden = !source.problem;
  }

  create(field) {
    const view = new FieldView(field, this.outbox);
    if (field.name === "query") {
      view.input.classList.add("dsf-text");
      view.input.spellcheck = false;
    }
    return view;
  }
}
