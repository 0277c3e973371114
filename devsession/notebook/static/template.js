import { make, say, unique } from "./dom.js";
import { Control } from "./controls.js";

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
export class TemplateView {
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
