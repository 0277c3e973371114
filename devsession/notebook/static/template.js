import { make, makeButton, say, unique } from "./dom.js";
import { CodeArea } from "./code_area.js";
import { Completion } from "./completion.js";
import { Control } from "./controls.js";
import { columnFacts } from "./mapper_row.js";
import { contextOf, suggestionsFor } from "./template_context.js";
import { TemplateSample } from "./template_sample.js";

const COLUMNS_NAMED = 12;
const SHORTCUTS = "Ctrl+Space lists columns and filters, F8 goes to the next error";

/** A text of several lines below its label, with its help and errors. */
class TextBlock {
  constructor(outbox, help, message, createInput) {
    const id = unique();
    this.area = createInput({ id, class: "dsf-control dsf-text", "aria-describedby": `${id}-help ${id}-error` });
    this.input = this.area.input;
    this.control = new Control(this.input, outbox, message);
    this.label = make("label", { for: id });
    this.error = make("div", { class: "dsf-error", id: `${id}-error`, role: "alert" });
    this.help = make("p", { class: "dsf-help", id: `${id}-help` }, help);
    this.root = make("div", { class: "dsf-field" }, this.label, this.area.root, this.help, this.error);
  }

  /** errors: texts, or `line`, `column` and `problem` of one that can be gone to. */
  draw(label, errors) {
    say(this.label, label);
    this.input.setAttribute("aria-invalid", String(errors.length > 0));
    const drawn = JSON.stringify(errors);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.error.replaceChildren(...errors.map((error) => make("p", {}, typeof error === "string" ? error : this.createLink(error))));
  }

  createLink({ line, column, problem }) {
    return makeButton(problem, () => this.area.goTo(line, column), { class: "dsf-place" });
  }
}

const plainArea = (attributes) => {
  const input = make("textarea", { ...attributes, rows: "2", spellcheck: "false" });
  return { input, root: input };
};

/** The template of a record, the columns that are made for it one a line, and what it makes. */
export class TemplateView {
  constructor(outbox) {
    this.outbox = outbox;
    this.template = new TextBlock(outbox, SHORTCUTS, (template) => ({ type: "write", template }), (attributes) => new CodeArea({ ...attributes, rows: "8" }));
    this.made = new TextBlock(outbox, "One a line: name = SQL over the source's columns", (columns) => ({ type: "make", columns }), plainArea);
    this.area = this.template.area;
    this.offered = { columns: [], filters: {} };
    this.completion = new Completion(this.area, (text, caret) => suggestionsFor(contextOf(text, caret), this.offered));
    this.sample = new TemplateSample(outbox, (line, column) => this.area.goTo(line, column));
    this.hint = make("p", { class: "dsf-help" });
    this.root = make("div", { class: "dsf-template" }, this.hint, this.template.root, this.made.root, this.sample.root);
    this.area.input.addEventListener("input", () => this.write());
    this.area.input.addEventListener("keydown", (event) => {
      if (event.key !== "F8") return;
      event.preventDefault();
      this.area.goToNext();
    });
  }

  get controls() {
    return this.root.hidden ? [] : [this.template.control, this.made.control];
  }

  /** What is typed is looked at as it comes; while Python looks, only the last of it waits. */
  write() {
    const { control } = this.template;
    if (!this.outbox.isWaiting(control.sent)) control.commit();
  }

  draw(mapper, sample) {
    this.root.hidden = mapper === null;
    if (mapper === null) return;
    const { columns, made, problems, errors } = mapper;
    // Python keeps a text that is wrong: there is nothing to correct beside it.
    this.template.control.show(mapper.template, "");
    this.write();
    this.area.number();
    this.sample.draw(mapper, sample);
    this.area.mark([...problems, ...this.sample.problems(sample)]);
    this.template.draw(mapper.label, problems.length || !mapper.error ? problems : [mapper.error]);
    const refused = { ...errors, ...this.refusals(made, sample) };
    this.made.draw("Extra columns", Object.entries(refused).map(([name, text]) => `${name}: ${text}`));
    const lines = Object.entries(made).map(([name, sql]) => `${name} = ${sql.split("\n").join(" ")}`);
    this.made.control.show(lines.join("\n"), Object.keys(errors).length > 0);
    this.offer(mapper);
    say(this.hint, mapper.waits_for || `${this.named(columns)}${mapper.renders === "json" ? "\nThe text of each record has to be JSON" : ""}`);
  }

  /** Why the warehouse makes no column of some SQL, as long as that is what it was asked. */
  refusals(made, sample) {
    const refused = Object.entries(sample.refused ?? {});
    return this.sample.isStale ? {} : Object.fromEntries(refused.filter(([name]) => name in made));
  }

  offer({ columns, made, filters }) {
    const drawn = JSON.stringify(made);
    if (columns === this.drawnColumns && drawn === this.drawnMade) return;
    this.drawnColumns = columns;
    this.drawnMade = drawn;
    const known = columns.map((column) => ({ name: column.name, about: columnFacts(column) }));
    const extra = Object.entries(made).map(([name, sql]) => ({ name, about: `= ${sql}` }));
    this.offered = { columns: [...known, ...extra], filters };
    this.completion.update();
  }

  named(columns) {
    const more = columns.length - COLUMNS_NAMED;
    const names = columns.slice(0, COLUMNS_NAMED).map(({ name }) => name).join(", ");
    return `row has ${names}${more > 0 ? ` and ${more.toLocaleString("en")} more` : ""}`;
  }

  dispose() {
    this.sample.dispose();
  }
}
