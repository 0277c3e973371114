import { make, makeButton, say } from "./dom.js";

const FILTERS = {
  all: ["All fields", () => true],
  required: ["Required", (row) => row.field.required],
  unmapped: ["Not mapped", (row) => !row.isMapped],
  suggested: ["With a suggestion", (row) => row.isSuggested],
};

/** What stands above a mapper's rows: search and filter, and what is done to all of them. */
export class MapperTools {
  constructor(send, onFilter) {
    this.send = send;
    this.search = make("input", { type: "search", class: "dsf-control", placeholder: "Search fields", "aria-label": "Search fields", spellcheck: "false" });
    this.filter = make("select", { class: "dsf-control", "aria-label": "Fields to show" },
      ...Object.entries(FILTERS).map(([value, [label]]) => make("option", { value }, label)));
    this.shown = make("span", { class: "dsf-count", role: "status" });
    this.match = this.createButton("Match columns", { type: "match" });
    this.accept = this.createButton("Accept all", { type: "accept", fields: [] });
    this.refuse = this.createButton("Refuse all", { type: "refuse", fields: [] });
    this.clear = this.createButton("Clear all", { type: "clear" });
    this.root = make("div", { class: "dsf-tools" },
      make("div", { class: "dsf-find" }, this.search, this.filter, this.shown),
      make("div", { class: "dsf-bulk" }, this.match, this.accept, this.refuse, this.clear));
    this.search.addEventListener("input", onFilter);
    this.filter.addEventListener("change", onFilter);
  }

  createButton(label, message) {
    return makeButton(label, () => this.send(message), { class: "dsf-small" });
  }

  draw(mapped, suggested) {
    const isOpen = suggested > 0;
    if (!isOpen && [this.accept, this.refuse].includes(document.activeElement)) this.match.focus();
    this.accept.hidden = this.refuse.hidden = !isOpen;
    say(this.accept, `Accept all ${suggested}`);
    this.clear.disabled = mapped === 0;
  }

  /** Hide the rows that are not looked for; one that is being filled in stays. */
  apply(rows) {
    const text = this.search.value.trim().toLowerCase();
    const fits = FILTERS[this.filter.value][1];
    let shown = 0;
    for (const row of rows) {
      const isShown = (fits(row) && row.searched.includes(text)) || row.root.contains(document.activeElement);
      if (row.root.hidden === isShown) row.root.hidden = !isShown;
      if (isShown) shown += 1;
    }
    const isPart = shown < rows.length;
    say(this.shown, isPart ? `${shown} of ${rows.length}` : "");
    return shown;
  }
}
