import { make, say } from "./dom.js";

const PAUSE = 250; // milliseconds without a change before the warehouse is asked

/** The first records as they would be sent. They are asked for again after each change. */
export class SampleView {
  constructor(outbox) {
    this.outbox = outbox;
    this.title = make("p", { class: "dsf-sample-title" });
    this.problem = make("p", { class: "dsf-error", role: "status" });
    this.table = make("table");
    // What scrolls has to be reached by keyboard.
    this.box = make("div", { class: "dsf-sample", role: "region", "aria-label": "Sample records", tabindex: "0" }, this.table);
    this.root = make("div", {}, this.title, this.box, this.problem);
  }

  draw(mapper, sample) {
    this.root.hidden = !mapper?.asked;
    if (!mapper?.asked) return;
    this.askWhenChanged(mapper);
    const isStale = this.wanted !== this.looked || this.outbox.isWaiting(this.message);
    this.box.setAttribute("aria-busy", String(isStale));
    const drawn = JSON.stringify(sample);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const { headings = [], rows = [], error = "" } = sample;
    this.box.hidden = rows.length === 0;
    say(this.title, rows.length ? `The first ${rows.length === 1 ? "record" : `${rows.length} records`} as they would be sent` : "");
    say(this.problem, error);
    const heading = make("tr", {}, ...headings.map((name) => make("th", { scope: "col" }, name)));
    const body = rows.map((row) => make("tr", {}, ...row.map((value) => (
      value === null ? make("td", { class: "dsf-null" }, "null") : make("td", {}, value)))));
    this.table.replaceChildren(make("thead", {}, heading), make("tbody", {}, ...body));
  }

  /** One question at a time, for what is mapped when it is asked: the ones between are never sent. */
  askWhenChanged({ mapping, app_fields: fields, columns }) {
    this.wanted = JSON.stringify([mapping, fields.length, columns.length]);
    if (this.wanted === this.looked || this.wanted === this.planned || this.outbox.isWaiting(this.message)) return;
    this.planned = this.wanted;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.planned = null;
      this.looked = this.wanted;
      this.mapping = mapping;
      this.message = this.outbox.send({ type: "look" });
    }, PAUSE);
  }

  /** Why the warehouse refuses what fills a field, as long as that is what it was asked. */
  refusal(name, source, sample) {
    const isSame = !this.mapping || JSON.stringify(this.mapping[name]) === JSON.stringify(source);
    return isSame ? sample.refused?.[name] ?? "" : "";
  }

  dispose() {
    clearTimeout(this.timer);
  }
}
