import { Control } from "./controls.js";
import { arrange, make, makeButton, reconcile, say, unique } from "./dom.js";

const CHOICES = ["strategy", "cursor", "key", "storage"];
const FEW = 12; // rows that nobody has to search

/** The streams of an inbound sync, one row each: whether it is read, and how. */
export class StreamsView {
  constructor(outbox) {
    this.outbox = outbox;
    this.rows = new Map();
    this.caption = make("caption");
    // Roles are said although they are what these are: narrow, the rows are no table to the browser.
    const headings = ["stream", ...CHOICES].map((each) => make("th", { scope: "col", role: "columnheader" }, each));
    this.head = make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...headings));
    this.table = make("table", { role: "table" }, this.caption, this.head);
    this.scrolled = make("div", { class: "dsf-streams-table", tabindex: "0", role: "region", "aria-label": "Table of streams" }, this.table);
    this.problem = make("p", { class: "dsf-error", role: "alert" });
    this.finder = make("input", { type: "search", class: "dsf-control", "aria-label": "Find streams", placeholder: "Find streams", spellcheck: "false" });
    this.finder.addEventListener("input", () => this.find());
    this.found = make("span", { class: "dsf-told", role: "status" });
    const all = (read) => outbox.send({ type: "read_streams", names: this.shown().map((row) => row.name), read });
    this.tools = make("div", { class: "dsf-streams-tools" }, this.finder, this.found,
      makeButton("Read all", () => all(true)), makeButton("Read none", () => all(false)));
    const tick = make("input", { type: "checkbox", id: unique() });
    this.includeNew = new Control(tick, outbox, (value) => ({ type: "include_new_streams", value: value === "true" }));
    const later = make("div", { class: "dsf-tick" }, tick, make("label", { for: tick.id }, "Read streams too that the app has later"));
    const look = makeButton("Look again", () => outbox.send({ type: "look_at_streams" }));
    this.root = make("section", { class: "dsf-streams", "aria-label": "Streams" }, this.tools, this.scrolled, this.problem, later, look);
  }

  get controls() {
    return [this.includeNew, ...[...this.rows.values()].flatMap((row) => row.controls)];
  }

  draw(streams, offered = {}) {
    this.root.hidden = streams === null;
    if (streams === null) return;
    const { rows, told, problem, include_new: includeNew } = streams;
    say(this.problem, problem);
    say(this.caption, `Streams: ${told}`);
    this.scrolled.hidden = rows.length === 0;
    this.tools.hidden = rows.length <= FEW;
    this.includeNew.show(String(includeNew), "");
    const views = reconcile(this.rows, rows, (row) => row.name, (row) => new RowView(row.name, this.outbox));
    rows.forEach((row, at) => views[at].draw(row, offered[row.name] ?? {}));
    arrange(this.table, [this.caption, this.head, ...views.map((view) => view.root)]);
    if (this.tools.hidden) this.finder.value = "";
    this.find();
  }

  shown() {
    return [...this.rows.values()].filter((row) => !row.root.hidden);
  }

  find() {
    const wanted = this.finder.value.trim().toLowerCase();
    for (const row of this.rows.values()) row.root.hidden = !row.name.toLowerCase().includes(wanted);
    const { length } = this.shown();
    say(this.found, wanted ? `${length} found` : "");
  }
}

/** One stream: a line of the table, and below it what is wrong with its choices. */
class RowView {
  constructor(name, outbox) {
    this.name = name;
    this.outbox = outbox;
    this.id = unique();
    const tick = make("input", { type: "checkbox", id: this.id, "aria-describedby": `${this.id}-fixed ${this.id}-about ${this.id}-stream` });
    this.read = new Control(tick, outbox, (value) => ({ type: "read_streams", names: [name], read: value === "true" }));
    this.fixed = make("p", { class: "dsf-help", id: `${this.id}-fixed` });
    this.about = make("p", { class: "dsf-help", id: `${this.id}-about` });
    const named = make("div", { class: "dsf-streams-name" }, tick, make("label", { for: this.id }, name));
    this.cells = new Map(CHOICES.map((choice) => [choice, new ChoiceCell(name, choice, outbox, `${this.id}-${choice}`)]));
    const line = make("tr", { role: "row" }, make("th", { scope: "row", role: "rowheader" }, named, this.fixed, this.about), ...[...this.cells.values()].map((cell) => cell.root));
    this.problems = new Map(["stream", ...CHOICES].map((choice) => [choice, make("p", { class: "dsf-error", role: "alert", id: `${this.id}-${choice}` })]));
    this.below = make("tr", { class: "dsf-streams-wrong", role: "row" }, make("td", { role: "cell", colspan: String(1 + CHOICES.length) }, ...this.problems.values()));
    this.root = make("tbody", { role: "rowgroup" }, line, this.below);
  }

  get controls() {
    return [this.read, ...[...this.cells.values()].flatMap((cell) => cell.control ?? [])];
  }

  /** Only what is another than before: there may be hundreds. */
  draw(row, offered) {
    const drawn = JSON.stringify([row, offered]);
    this.read.show(String(row.read), "");
    for (const cell of this.cells.values()) cell.control?.catchUp();
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.root.classList.toggle("dsf-streams-left", !row.read);
    this.read.input.disabled = row.read && Boolean(row.fixed);
    say(this.fixed, row.read ? row.fixed : "");
    say(this.about, row.about);
    for (const [choice, cell] of this.cells) cell.draw(row, row.read ? offered[choice] : undefined);
    for (const [choice, problem] of this.problems) {
      const wrong = row.wrong[choice];
      say(problem, wrong ? (choice === "stream" ? wrong : `${choice}: ${wrong}`) : "");
    }
    this.below.hidden = Object.keys(row.wrong).length === 0;
  }
}

/** A select where the choice is among some, an input where any field can be it, else text. */
class ChoiceCell {
  constructor(name, choice, outbox, problem) {
    this.name = name;
    this.choice = choice;
    this.outbox = outbox;
    this.problem = problem;
    this.root = make("td", { role: "cell", "data-choice": choice });
  }

  draw({ choices, wrong }, offered) {
    const value = choices[this.choice];
    const kind = JSON.stringify(offered);
    if (kind !== this.kind) this.make(offered, kind);
    if (!this.control) {
      say(this.root, value);
      this.root.classList.toggle("dsf-streams-empty", !value);
      return;
    }
    const error = wrong[this.choice];
    this.control.input.setAttribute("aria-invalid", String(Boolean(error)));
    this.control.show(this.isTyped && value ? JSON.parse(value) : value, error);
  }

  make(offered, kind) {
    const hadFocus = this.root.contains(document.activeElement);
    this.kind = kind;
    this.control = null;
    this.root.replaceChildren();
    if (offered === undefined) return;
    this.isTyped = offered.length === 0;
    const about = { class: "dsf-control", "aria-label": `${this.choice} of ${this.name}`, "aria-describedby": this.problem };
    const input = this.isTyped
      ? make("input", { ...about, type: "text", placeholder: "a field", spellcheck: "false", autocomplete: "off" })
      : make("select", about, ...offered.map(([value, label]) => make("option", { value }, label)));
    this.control = new Control(input, this.outbox, (value) => this.message(value));
    this.root.append(input);
    this.root.classList.remove("dsf-streams-empty");
    if (hadFocus) input.focus();
  }

  message(value) {
    const typed = value.trim() && JSON.stringify(value.trim());
    return { type: "choose_stream", name: this.name, choice: this.choice, value: this.isTyped ? typed : value };
  }
}
