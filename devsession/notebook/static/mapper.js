import { arrange, make, reconcile, say, unique } from "./dom.js";
import { MappingRow, columnFacts } from "./mapper_row.js";
import { SampleView } from "./mapper_sample.js";
import { MapperTools } from "./mapper_tools.js";
import { LoadingView } from "./loading.js";

const NAMED = 3; // fields or columns of a count that are named

function named(names) {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Columns of the source to fields of the app: a row a field, tools above, sample records below. */
export class MapperView {
  constructor(outbox) {
    this.outbox = outbox;
    this.rows = new Map();
    this.label = make("span");
    this.count = make("span", { class: "dsf-count" });
    this.columns = make("datalist", { id: unique() });
    this.tools = new MapperTools((message) => this.send(message), () => this.filter());
    this.list = make("div", { class: "dsf-rows", role: "group", "aria-label": "Fields of the app" });
    this.nothing = make("p", { class: "dsf-help" });
    this.tally = make("p", { class: "dsf-tally", role: "status" });
    this.hint = make("p", { class: "dsf-help" });
    this.error = make("p", { class: "dsf-error", role: "alert" });
    this.loading = new LoadingView("mapping", outbox, () => this.tools.search.focus());
    this.sample = new SampleView(outbox);
    this.root = make("fieldset", { class: "dsf-mapper" },
      make("legend", {}, this.label, this.count), this.hint, this.tools.root, this.list, this.nothing,
      this.tally, this.error, this.loading.root, this.sample.root, this.columns);
  }

  get controls() {
    return [...this.rows.values()].map((row) => row.control);
  }

  /** What was typed and not left yet goes first. */
  send(message) {
    for (const control of this.controls) control.commit();
    this.outbox.send(message);
  }

  draw(mapper, sample) {
    this.root.hidden = mapper === null;
    const { label = "", columns = [], app_fields: fields = [], mapping = {}, errors = {}, suggested = {} } = mapper ?? {};
    const mapped = Object.keys(mapping).length;
    this.drawRows(mapper ?? {}, sample, columns, fields);
    this.drawColumns(columns);
    const isEmpty = fields.length === 0;
    this.list.hidden = this.tools.root.hidden = isEmpty;
    this.tools.draw(mapped, Object.keys(suggested).length);
    this.filter();
    say(this.label, label);
    say(this.count, isEmpty ? "" : `${mapped} of ${fields.length} mapped`);
    say(this.tally, this.counted(mapper ?? {}, fields));
    say(this.hint, mapper?.waits_for ?? "");
    // An error at a field that is not offered has no row to stand in.
    const strays = Object.entries(errors).filter(([name]) => !this.rows.has(name)).map(([name, text]) => `${name}: ${text}`);
    say(this.error, [mapper?.error, ...strays].filter(Boolean).join("\n"));
    this.loading.draw(mapper ?? {}, label);
    this.list.setAttribute("aria-busy", String(Boolean(mapper?.loading)));
    this.sample.draw(mapper, sample);
  }

  drawRows({ mapping = {}, errors = {}, notices = {}, suggested = {}, shared = {} }, sample, columns, fields) {
    const rows = reconcile(this.rows, fields, (field) => field.value, (field) => new MappingRow(field, this.outbox, this.columns.id));
    const facts = new Map(columns.map((column) => [column.name, column]));
    const labels = new Map(fields.map(({ value, label }) => [value, label]));
    fields.forEach((field, at) => {
      const name = field.value;
      const source = mapping[name];
      const column = source?.type === "column_name" ? source.value : null;
      const others = (shared[column] ?? []).filter((other) => other !== name).map((other) => labels.get(other) ?? other);
      rows[at].draw({
        field, source, column: facts.get(column), others, suggested: suggested[name],
        error: errors[name] ?? "", notice: notices[name] ?? "", refused: this.sample.refusal(name, source, sample),
      });
    });
    arrange(this.list, rows.map((row) => row.root));
  }

  drawColumns(columns) {
    const drawn = JSON.stringify(columns);
    if (drawn === this.drawnColumns) return;
    this.drawnColumns = drawn;
    this.columns.replaceChildren(...columns.map((column) => {
      const facts = columnFacts(column);
      return make("option", { value: column.name, ...(facts ? { label: facts } : {}) });
    }));
  }

  counted({ unmapped = [], shared = {} }, fields) {
    const labels = new Map(fields.map(({ value, label }) => [value, label]));
    const twice = Object.keys(shared);
    const missing = unmapped.length === 1 ? "1 required field is not mapped" : `${unmapped.length} required fields are not mapped`;
    const several = twice.length === 1 ? "1 column fills several fields" : `${twice.length} columns fill several fields`;
    return [
      unmapped.length ? `${missing}: ${named(unmapped.map((name) => labels.get(name) ?? name))}` : "",
      twice.length ? `${several}: ${named(twice)}` : "",
    ].filter(Boolean).join("\n");
  }

  filter() {
    const rows = [...this.rows.values()];
    const shown = this.tools.apply(rows);
    this.list.hidden = shown === 0;
    say(this.nothing, rows.length && !shown ? "No field is like this." : "");
  }

  dispose() {
    this.sample.dispose();
  }
}
