import { offsetOf } from "./code_area.js";
import { make, makeButton, say } from "./dom.js";
import { Looking } from "./looking.js";

/** A text with one place marked, where there is one. */
function markedText(text, line, column) {
  if (line === null) return [text];
  const before = offsetOf(text, line, column);
  if (before >= text.length) return [text, make("mark", {}, " ")];
  const letter = String.fromCodePoint(text.codePointAt(before));
  return [text.slice(0, before), make("mark", {}, letter), text.slice(before + letter.length)];
}

/** What a template makes of the first rows, and why it makes nothing of one. */
export class TemplateSample {
  constructor(outbox, goTo) {
    this.goTo = goTo;
    this.looking = new Looking(outbox);
    this.title = make("p", { class: "dsf-sample-title", role: "status" });
    this.problem = make("p", { class: "dsf-error", role: "status" });
    this.hint = make("p", { class: "dsf-notice", role: "status" });
    this.list = make("ol");
    this.box = make("div", { class: "dsf-sample dsf-texts", role: "region", "aria-label": "Sample records", tabindex: "0" }, this.list);
    this.root = make("div", {}, this.title, this.box, this.problem, this.hint);
  }

  /** What is wrong in the text itself has to be put right before any row can be tried. */
  draw(mapper, sample) {
    this.root.hidden = mapper.waits_for !== "";
    const { template, made, problems, columns, at } = mapper;
    const isFirst = this.looking.looked === null;
    if (!this.root.hidden && (problems.length === 0 || isFirst)) this.looking.ask(JSON.stringify([template, made, columns.length, at]));
    this.isStale = problems.length > 0 || this.looking.isStale;
    this.box.setAttribute("aria-busy", String(this.isStale));
    const { texts = [], error = "", hint = "" } = sample;
    say(this.problem, problems.length ? "" : error);
    say(this.hint, problems.length ? "" : hint);
    const drawn = JSON.stringify(texts);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.box.hidden = texts.length === 0;
    const wrong = texts.filter(({ problem }) => problem).length;
    const rows = texts.length === 1 ? "row" : `${texts.length} rows`;
    say(this.title, texts.length ? `What it makes of the first ${rows}${wrong ? `: ${wrong} cannot be made` : ""}` : "");
    this.list.replaceChildren(...texts.map((each) => this.createRecord(each)));
  }

  createRecord({ identifier, text, problem, line, column, text_line: textLine, text_column: textColumn, not_sent: refused }) {
    const said = [problem, refused && `refused, not sent: ${refused}`];
    return make("li", problem || refused ? { class: "dsf-wrong" } : {},
      make("strong", { class: "dsf-record-name" }, identifier),
      ...(text === null ? [] : [make("pre", {}, ...markedText(text, textLine, textColumn))]),
      ...said.filter(Boolean).map((each) => make("p", { class: "dsf-error" }, each === said[0] && line ? makeButton(each, () => this.goTo(line, column), { class: "dsf-place" }) : each)));
  }

  /** Places of the template that are wrong for some row, as long as the rows were made by it. */
  problems(sample) {
    return this.isStale ? [] : (sample.texts ?? []).filter(({ problem, line }) => problem && line !== null);
  }

  dispose() {
    this.looking.dispose();
  }
}
