import { make, say } from "./dom.js";
import { Looking } from "./looking.js";

const NOT_SENT = "refused, not sent";

/** The first records as they would be sent. They are asked for again after each change. */
export class SampleView {
  constructor(outbox) {
    this.looking = new Looking(outbox);
    this.title = make("p", { class: "dsf-sample-title" });
    this.problem = make("p", { class: "dsf-error", role: "status" });
    this.table = make("table");
    // What scrolls has to be reached by keyboard.
    this.box = make("div", { class: "dsf-sample", role: "region", "aria-label": "Sample records", tabindex: "0" }, this.table);
    this.root = make("div", {}, this.title, this.box, this.problem);
  }

  draw(mapper, sample) {
    this.root.hidden = mapper === null || mapper.waits_for !== "";
    if (this.root.hidden) return;
    const { mapping, app_fields: fields, columns, at } = mapper;
    this.looking.ask(JSON.stringify([mapping, fields.length, columns.length, at]), () => { this.mapping = mapping; });
    this.box.setAttribute("aria-busy", String(this.looking.isStale));
    const drawn = JSON.stringify(sample);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const { headings = [], rows = [], not_sent: refused = [], error = "" } = sample;
    this.box.hidden = rows.length === 0;
    say(this.title, rows.length ? `The first ${rows.length === 1 ? "record" : `${rows.length} records`} as they would be sent` : "");
    say(this.problem, error);
    // Beside the identifier: behind many fields nobody would see it.
    const [first, ...others] = headings;
    const shown = refused.some(Boolean) ? [first, NOT_SENT, ...others] : headings;
    const body = rows.map(([identifier, ...values], at) => make("tr", refused[at] ? { class: "dsf-not-sent" } : {},
      this.cell(identifier), ...(shown === headings ? [] : [make("td", { class: "dsf-refusal" }, refused[at])]), ...values.map((value) => this.cell(value))));
    const heading = make("tr", {}, ...shown.map((name) => make("th", { scope: "col" }, name)));
    this.table.replaceChildren(make("thead", {}, heading), make("tbody", {}, ...body));
  }

  cell(value) {
    return value === null ? make("td", { class: "dsf-null" }, "null") : make("td", {}, value);
  }

  /** Why the warehouse refuses what fills a field, as long as that is what it was asked. */
  refusal(name, source, sample) {
    const isSame = !this.mapping || JSON.stringify(this.mapping[name]) === JSON.stringify(source);
    return isSame ? sample.refused?.[name] ?? "" : "";
  }

  dispose() {
    this.looking.dispose();
  }
}
