import { make, say } from "./dom.js";

const LINE = 20; // pixels, as in template.css
const EDGE = 6; // above the first line

/** What stands before a column; Python counts characters, and a string here has two of some. */
const beforeColumn = (text, column) => [...text].slice(0, column - 1).join("");

/** Where in a text a place is, whose line and column are counted from 1. */
export function offsetOf(text, line, column) {
  const lines = text.split("\n");
  const above = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return above + beforeColumn(lines[line - 1] ?? "", column).length;
}

/** A text area with numbered lines, in which places can be marked. */
export class CodeArea {
  constructor(attributes) {
    this.input = make("textarea", { ...attributes, wrap: "off", spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
    this.numbers = make("pre");
    this.wrongLines = make("div");
    this.bands = make("div");
    this.marks = make("div");
    this.measure = make("span", { class: "dsf-measure" });
    this.gutter = make("div", { class: "dsf-gutter", "aria-hidden": "true" }, make("div", {}, this.numbers, this.wrongLines));
    const layer = make("div", { class: "dsf-marks", "aria-hidden": "true" }, this.bands, this.marks, this.measure);
    this.text = make("div", { class: "dsf-code-text" }, layer, this.input);
    this.root = make("div", { class: "dsf-code-area" }, this.gutter, this.text);
    this.input.addEventListener("input", () => this.number());
    this.input.addEventListener("scroll", () => this.follow());
    this.problems = [];
    this.number();
  }

  number() {
    const count = this.input.value.split("\n").length;
    say(this.numbers, Array.from({ length: count }, (_, at) => at + 1).join("\n"));
  }

  /** Mark places; `line` and `column` are counted from 1. */
  mark(problems) {
    const lines = this.input.value.split("\n");
    const places = new Map(problems.map(({ line, column }) => [`${line} ${column}`, { line, column }]));
    this.problems = [...places.values()].filter(({ line }) => line <= lines.length);
    const drawn = JSON.stringify([this.problems, this.problems.map(({ line }) => lines[line - 1])]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const wrong = [...new Set(this.problems.map(({ line }) => line))];
    this.wrongLines.replaceChildren(...wrong.map((line) => this.at(line, make("b", {}, String(line)))));
    this.bands.replaceChildren(...wrong.map((line) => this.at(line, make("div", { class: "dsf-wrong-line" }))));
    this.marks.replaceChildren(...this.problems.map(({ line, column }) => {
      const text = lines[line - 1];
      const before = beforeColumn(text, column);
      const [word] = /^(?:\w+|\{\{.*?\}\}|.)?/u.exec(text.slice(before.length));
      return this.at(line, make("div", { class: "dsf-wrong-word" }, before, make("mark", {}, word || " ")));
    }));
    this.follow();
  }

  at(line, node) {
    node.style.top = `${EDGE + (line - 1) * LINE}px`;
    return node;
  }

  follow() {
    const { scrollLeft, scrollTop } = this.input;
    this.gutter.firstElementChild.style.transform = `translateY(${-scrollTop}px)`;
    this.bands.style.transform = `translateY(${-scrollTop}px)`;
    this.marks.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
  }

  /** Put the caret at a place, in sight. */
  goTo(line, column) {
    const offset = offsetOf(this.input.value, line, column);
    this.input.focus();
    this.input.setSelectionRange(offset, offset);
    say(this.measure, this.input.value.slice(0, offset).split("\n").at(-1));
    this.input.scrollTop = Math.max(0, (line - 2) * LINE);
    this.input.scrollLeft = Math.max(0, this.measure.offsetWidth - this.input.clientWidth / 2);
  }

  /** The next marked place behind the caret, or the first one. */
  goToNext() {
    if (this.problems.length === 0) return;
    const before = this.input.value.slice(0, this.input.selectionStart).split("\n");
    const [line, column] = [before.length, [...before.at(-1)].length + 1];
    const sorted = [...this.problems].sort((one, other) => one.line - other.line || one.column - other.column);
    const next = sorted.find((each) => each.line > line || (each.line === line && each.column > column));
    this.goTo((next ?? sorted[0]).line, (next ?? sorted[0]).column);
  }

  /** Put text in the place of other text, so that Undo takes it back. */
  replace(from, to, text) {
    this.input.focus();
    this.input.setSelectionRange(from, to);
    if (document.execCommand("insertText", false, text)) return;
    this.input.setRangeText(text, from, to, "end");
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Let an element stand below a character, within the area's width. */
  placeAt(node, offset) {
    const before = this.input.value.slice(0, offset).split("\n");
    say(this.measure, before.at(-1));
    const left = this.measure.offsetLeft + this.measure.offsetWidth - this.input.scrollLeft;
    node.style.top = `${EDGE + before.length * LINE - this.input.scrollTop + 2}px`;
    node.style.left = "0";
    node.style.left = `${Math.max(0, Math.min(left, this.text.clientWidth - node.offsetWidth))}px`;
  }
}
