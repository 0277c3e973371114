import { make, makeButton, say, unique } from "./dom.js";
import { Control } from "./controls.js";

export const columnFacts = ({ kind, samples }) => [kind, (samples ?? []).join(", ")].filter(Boolean).join(" · ");

/** One field of the app, and the column or expression that fills it. */
export class MappingRow {
  constructor(field, outbox, listId) {
    this.id = unique();
    this.outbox = outbox;
    this.field = field;
    this.input = make("input", {
      id: this.id, list: listId, class: "dsf-control", type: "text", autocomplete: "off", spellcheck: "false",
      "aria-required": String(field.required), placeholder: "column, or = SQL",
    });
    this.control = new Control(this.input, outbox, (source) => ({ type: "map", field: field.value, source }));
    this.label = make("label", { for: this.id });
    this.target = make("div", {}, this.label);
    this.source = make("div", {}, this.input);
    this.root = make("div", { class: "dsf-row", "data-app-field": field.value }, this.target, this.source);
    this.texts = new Map();
  }

  draw({ field, source, error, refused, notice, column, others, suggested }) {
    const drawn = JSON.stringify([field, source, error, refused, notice, column, others, suggested]);
    const value = source === undefined ? "" : source.type === "expression" ? `= ${source.value}` : source.value;
    this.control.show(value, error);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.field = field;
    this.searched = `${field.label}\n${field.value}\n${value}`.toLowerCase();
    this.isMapped = source !== undefined;
    this.isSuggested = Boolean(suggested);
    this.drawTarget(field);
    const shared = others.length ? `also fills ${others.join(", ")}` : "";
    this.tell("column", "p", "dsf-facts", [column ? columnFacts(column) : "", shared].filter(Boolean).join("\n"));
    this.drawSuggestion(suggested);
    this.tell("notice", "p", "dsf-notice", notice, "status");
    this.tell("error", "p", "dsf-error", error || refused, "alert");
    this.input.setAttribute("aria-invalid", String(Boolean(error || refused)));
    const described = [...this.texts].filter(([, node]) => node.textContent).map(([, node]) => node.id);
    this.input.setAttribute("aria-describedby", described.join(" "));
  }

  drawTarget(field) {
    const drawn = JSON.stringify(field);
    if (drawn === this.drawnField) return;
    this.drawnField = drawn;
    const tags = [field.unique ? "unique" : "", field.data_type_icon === "unknown" ? "" : field.data_type_icon];
    this.label.replaceChildren(
      `${field.label} `,
      ...(field.required ? [make("span", { class: "dsf-required", "aria-hidden": "true" }, "* ")] : []),
      ...tags.filter(Boolean).map((tag) => make("span", { class: "dsf-tag" }, tag)),
    );
    this.tell("help", "p", "dsf-help", field.help, "", this.target);
  }

  /** A text of the row; its element is made when there is something to say, as most never have. */
  tell(name, tag, style, text, role = "", place = this.source) {
    if (!text && !this.texts.has(name)) return;
    if (!this.texts.has(name)) {
      const node = make(tag, { class: style, id: `${this.id}-${name}`, ...(role ? { role } : {}) });
      this.texts.set(name, node);
      place.append(node);
    }
    say(this.texts.get(name), text);
  }

  drawSuggestion(suggested) {
    if (!suggested) {
      // Its buttons go: whoever used them by keyboard goes on in the row.
      if (this.suggestion?.contains(document.activeElement)) this.input.focus();
      this.suggestion?.remove();
      this.suggestion = null;
      return;
    }
    const { column, score } = suggested;
    const what = make("span", {}, make("strong", {}, column), ` ${Math.round(score * 100)} % alike`);
    const button = (type, label) => makeButton(label, () => this.outbox.send({ type, fields: [this.field.value] }),
      { class: "dsf-small", "aria-label": `${label} ${column} for ${this.field.label}` });
    const drawn = make("div", { class: "dsf-suggestion" }, what, button("accept", "Accept"), button("refuse", "Refuse"));
    if (this.suggestion) this.suggestion.replaceWith(drawn);
    else this.input.after(drawn);
    this.suggestion = drawn;
  }
}
