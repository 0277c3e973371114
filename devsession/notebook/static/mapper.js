import { arrange, make, reconcile, say, unique } from "./dom.js";
import { Control } from "./controls.js";

/** One field of the app, and the column or expression that fills it. */
class MappingRow {
  constructor(field, outbox, listId) {
    const id = unique();
    this.input = make("input", {
      id, list: listId, class: "dsf-control", type: "text", autocomplete: "off", spellcheck: "false",
      "aria-describedby": `${id}-notice ${id}-error`, "aria-required": String(field.required),
      placeholder: "column, or = SQL",
    });
    this.control = new Control(this.input, outbox, (source) => ({ type: "map", field: field.value, source }));
    this.label = make("label", { for: id });
    this.notice = make("p", { class: "dsf-notice", id: `${id}-notice`, role: "status" });
    this.error = make("p", { class: "dsf-error", id: `${id}-error`, role: "alert" });
    this.root = make("div", { class: "dsf-row", "data-app-field": field.value }, this.label, this.input, this.notice, this.error);
  }

  draw(field, source, error, notice) {
    const drawn = JSON.stringify([field, source, error, notice]);
    const value = source === undefined ? "" : source.type === "expression" ? `= ${source.value}` : source.value;
    this.control.show(value, error);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const tags = [field.unique ? "unique" : "", field.data_type_icon === "unknown" ? "" : field.data_type_icon];
    this.label.replaceChildren(
      field.label,
      ...(field.required ? [make("span", { class: "dsf-required", "aria-hidden": "true" }, " *")] : []),
      ...tags.filter(Boolean).map((tag) => make("span", { class: "dsf-tag" }, tag)),
    );
    say(this.notice, notice);
    say(this.error, error);
    this.input.setAttribute("aria-invalid", String(Boolean(error)));
  }
}

export class MapperView {
  constructor(outbox) {
    this.outbox = outbox;
    this.rows = new Map();
    this.label = make("span");
    this.count = make("span", { class: "dsf-count" });
    this.columns = make("datalist", { id: unique() });
    this.list = make("div", { class: "dsf-rows" });
    this.hint = make("p", { class: "dsf-help" });
    this.error = make("p", { class: "dsf-error", role: "alert" });
    this.root = make("fieldset", { class: "dsf-mapper" },
      make("legend", {}, this.label, this.count), this.hint, this.list, this.error, this.columns);
  }

  get controls() {
    return [...this.rows.values()].map((row) => row.control);
  }

  draw(mapper, labelOf) {
    this.root.hidden = mapper === null;
    const { label = "", columns = [], app_fields: fields = [], mapping = {}, errors = {}, notices = {} } = mapper ?? {};
    const rows = reconcile(this.rows, fields, (field) => field.value, (field) => new MappingRow(field, this.outbox, this.columns.id));
    fields.forEach((field, at) => {
      const name = field.value;
      rows[at].draw(field, mapping[name], errors[name] ?? "", notices[name] ?? "");
    });
    arrange(this.list, rows.map((row) => row.root));
    const drawn = JSON.stringify(columns);
    if (drawn !== this.drawnColumns) {
      this.drawnColumns = drawn;
      this.columns.replaceChildren(...columns.map((value) => make("option", { value })));
    }
    this.list.hidden = fields.length === 0;
    say(this.label, label);
    say(this.count, fields.length ? `${Object.keys(mapping).length} of ${fields.length} mapped` : "");
    say(this.hint, mapper && !mapper.asked ? `fill in ${labelOf(mapper.depends_on)} first` : "");
    // An error at a field that is not offered has no row to stand in.
    const strays = Object.entries(errors).filter(([name]) => !this.rows.has(name)).map(([name, text]) => `${name}: ${text}`);
    say(this.error, [mapper?.error, ...strays].filter(Boolean).join("\n"));
  }
}
