import { make, reveal, say, unique } from "./dom.js";

/** A list below the caret of a text area, of what could stand there. The focus stays in the text. */
export class Completion {
  constructor(area, suggest) {
    this.area = area;
    this.suggest = suggest;
    this.found = null;
    this.active = 0;
    this.list = make("ul", { class: "dsf-choices", role: "listbox", id: unique(), "aria-label": "Columns and filters" });
    this.more = make("p", { class: "dsf-choices-more" });
    this.count = make("span", { class: "dsf-told", role: "status" });
    this.popup = make("div", { class: "dsf-completion", hidden: "" }, this.list, this.more);
    const { input } = area;
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-haspopup", "listbox");
    input.setAttribute("aria-controls", this.list.id);
    area.text.append(this.popup, this.count);
    input.addEventListener("keydown", (event) => this.press(event));
    input.addEventListener("input", (event) => event.isComposing || this.refresh());
    for (const left of ["blur", "pointerdown"]) input.addEventListener(left, () => this.close());
    // Typing at the edge scrolls the text under the list.
    input.addEventListener("scroll", () => this.isOpen && area.placeAt(this.popup, this.found.from));
    // A press would take the focus, and close the list before it is a click.
    this.popup.addEventListener("pointerdown", (event) => event.preventDefault());
    this.popup.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.take([...this.list.children].indexOf(option));
    });
  }

  get isOpen() {
    return this.found !== null;
  }

  press(event) {
    const { key } = event;
    if (key === " " && event.ctrlKey) this.refresh();
    else if (!this.isOpen || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (key === "ArrowDown" || key === "ArrowUp") this.move(key === "ArrowDown" ? 1 : -1);
    else if ((key === "Enter" || key === "Tab") && !event.shiftKey) this.take(this.active);
    else if (key === "Escape") this.close();
    else {
      if (["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown", "Tab"].includes(key)) this.close();
      return;
    }
    event.preventDefault();
  }

  refresh() {
    const { value, selectionStart, selectionEnd } = this.area.input;
    const found = selectionStart === selectionEnd ? this.suggest(value, selectionStart) : null;
    if (found === null) this.close();
    else this.open(found);
  }

  /** What is known of the choices may come while they are listed: the active one stays that. */
  update() {
    if (!this.isOpen) return;
    const { name } = this.found.choices[this.active];
    this.refresh();
    this.active = Math.max(0, (this.found?.choices ?? []).findIndex((choice) => choice.name === name));
    if (this.isOpen) this.move(0);
  }

  open(found) {
    this.found = found;
    this.list.replaceChildren(...found.choices.map(({ name, about }) => make("li", { role: "option", id: unique() },
      make("span", { class: "dsf-choice-name" }, name), make("span", { class: "dsf-choice-about" }, about))));
    const hidden = found.count - found.choices.length;
    say(this.more, hidden ? `and ${hidden.toLocaleString("en")} more: type on` : "");
    this.more.hidden = hidden === 0;
    say(this.count, `${found.count.toLocaleString("en")} ${found.word}${found.count === 1 ? "" : "s"}`);
    this.popup.hidden = false;
    this.area.placeAt(this.popup, found.from);
    this.active = 0;
    this.move(0);
  }

  move(step) {
    const options = [...this.list.children];
    this.active = (this.active + step + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.active)));
    this.area.input.setAttribute("aria-activedescendant", options[this.active].id);
    reveal(this.list, options[this.active]);
  }

  take(at) {
    const { from, choices } = this.found;
    this.close();
    this.area.replace(from, this.area.input.selectionStart, choices[at].text);
    this.close();
  }

  close() {
    if (!this.isOpen) return;
    this.found = null;
    this.popup.hidden = true;
    this.list.replaceChildren();
    say(this.count, "");
    this.area.input.removeAttribute("aria-activedescendant");
  }
}
