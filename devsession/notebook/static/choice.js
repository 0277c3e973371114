import { arrange, make, makeButton, reconcile, say } from "./dom.js";
import { ChoiceList } from "./choice_list.js";

const MOVES = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

const alike = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();

/**
 * A dropdown that is searched by typing: a combobox with its list. As an input it has a `value`, with
 * `several` a JSON list, and says `change`; several choices stand before the input as chips.
 */
export class Choice extends EventTarget {
  constructor(attributes, several) {
    super();
    this.several = several;
    this.options = [];
    this.chosen = [];
    this.typed = null; // what is sought; null when nothing is
    const { id } = attributes;
    this.input = make("input", {
      ...attributes, "aria-describedby": `${several ? `${id}-chosen ` : ""}${attributes["aria-describedby"]}`,
      type: "text", role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-expanded": "false",
      "aria-controls": `${id}-options`, autocomplete: "off", spellcheck: "false",
    });
    this.chips = new Map();
    this.clear = this.createButton(() => {
      this.input.focus();
      this.choose([], "cleared");
    });
    this.clear.classList.add("dsf-clear");
    this.box = make("div", { class: "dsf-choice" }, this.input, this.clear);
    this.told = make("span", { class: "dsf-told", role: "status" });
    this.summary = make("span", { id: `${id}-chosen`, hidden: "" });
    this.list = new ChoiceList(`${id}-options`, several, this.box, { pick: (option) => this.pick(option), close: () => this.close() });
    this.root = make("div", {}, this.box, this.list.root, this.told, this.summary);
    this.listen();
  }

  listen() {
    this.input.addEventListener("keydown", (event) => event.isComposing || this.press(event));
    this.input.addEventListener("input", () => {
      this.typed = this.input.value;
      this.open();
      this.search();
    });
    this.input.addEventListener("focus", () => this.input.select());
    this.box.addEventListener("keydown", (event) => event.target.closest(".dsf-chip") && this.pressOnChip(event));
    this.box.addEventListener("click", ({ target }) => {
      if (target.closest("button")) return;
      this.input.focus();
      if (this.list.isOpen && this.typed === null) this.close();
      else if (!this.list.isOpen) {
        this.open();
        if (this.typed === null) this.input.select();
      }
    });
    this.root.addEventListener("focusout", ({ relatedTarget }) => this.root.contains(relatedTarget) || this.leave(null));
  }

  get value() {
    return this.several ? JSON.stringify(this.chosen) : this.chosen[0] ?? "";
  }

  set value(text) {
    this.chosen = this.several ? JSON.parse(text || "[]") : [text].filter(Boolean);
    this.draw();
  }

  /** What can be chosen; `waitsFor` says why there is nothing yet. */
  offer(options, waitsFor) {
    this.hint = waitsFor || (options.length ? "choose" : "nothing to choose");
    this.nothing = waitsFor || "There is nothing to choose";
    this.options = options;
    this.draw();
  }

  labelOf(value) {
    return this.options.find((option) => option.value === value)?.label ?? value;
  }

  draw() {
    const labels = this.chosen.map((value) => this.labelOf(value));
    if (this.several) this.drawChips(labels);
    const text = this.typed ?? (this.several ? "" : labels[0] ?? "");
    if (this.input.value !== text) this.input.value = text;
    this.input.placeholder = this.several && labels.length ? "" : this.hint ?? "";
    this.clear.hidden = labels.length === 0;
    this.name(this.clear, "Clear");
    if (this.list.isOpen) this.search(this.list.active);
  }

  drawChips(labels) {
    const chips = reconcile(this.chips, this.chosen, (value) => value, (value) => this.createChip(value));
    chips.forEach((chip, at) => {
      say(chip.firstElementChild, labels[at]);
      this.name(chip.lastElementChild, `Remove ${labels[at]}`);
    });
    arrange(this.box, [...chips, this.input, this.clear]);
    say(this.summary, labels.length ? `chosen: ${labels.join(", ")}` : "");
  }

  createChip(value) {
    const remove = this.createButton(() => this.remove(value));
    return make("span", { class: "dsf-chip" }, make("span"), remove);
  }

  /** Out of the way of Tab, which goes from field to field; the keyboard has its own ways. */
  createButton(click) {
    return makeButton(make("span", { "aria-hidden": "true" }, "×"), click, { tabindex: "-1" });
  }

  name(button, text) {
    if (button.title !== text) button.title = text;
  }

  open() {
    if (this.list.isOpen) return;
    this.list.open();
    this.input.setAttribute("aria-expanded", "true");
    this.search(this.several ? undefined : { value: this.value });
  }

  close() {
    this.list.close();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    say(this.told, "");
  }

  /** Show what is found; while somebody types, the first of it is what Enter takes. */
  search(active) {
    say(this.told, this.list.draw(this.options, this.typed ?? "", this.chosen, this.nothing, active));
    if (this.typed?.trim() && !this.list.active) this.list.activate(this.list.firstFor(this.several ? this.chosen : []));
    this.point();
  }

  point() {
    if (this.list.activeNode) this.input.setAttribute("aria-activedescendant", this.list.activeNode.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  press(event) {
    const { key } = event;
    const isIn = this.list.isOpen;
    if (key in MOVES && (isIn || key.startsWith("Arrow")) && !event.shiftKey) {
      event.preventDefault();
      this.open();
      if (isIn || !this.list.active) this.list.move(MOVES[key]);
      this.point();
    } else if (key === "Enter") {
      event.preventDefault();
      if (!isIn) this.open();
      else if (this.list.active) this.pick(this.list.active);
      else this.leave(null);
    } else if (key === "Escape" && (isIn || this.typed !== null)) {
      event.preventDefault();
      this.forget();
    } else if (key === "Tab") {
      this.leave(this.list.active);
    } else if (this.several && key === "Backspace" && !this.input.value && this.chosen.length) {
      this.remove(this.chosen.at(-1));
    } else if (this.several && key === "ArrowLeft" && this.input.selectionEnd === 0) {
      [...this.chips.values()].at(-1)?.lastElementChild.focus();
    }
  }

  pressOnChip(event) {
    const chips = [...this.chips.values()];
    const at = chips.findIndex((chip) => chip.contains(event.target));
    const steps = { ArrowLeft: -1, ArrowRight: 1, Backspace: 0, Delete: 0 }[event.key];
    if (steps === undefined) return;
    event.preventDefault();
    if (steps === 0) this.remove(this.chosen[at]);
    else (chips[Math.max(0, at + steps)]?.lastElementChild ?? this.input).focus();
  }

  pick({ value, label }) {
    this.typed = null;
    if (!this.several) {
      this.close();
      this.choose([value]);
      this.input.select();
    } else if (this.chosen.includes(value)) this.choose(this.chosen.filter((each) => each !== value), `${label} removed`);
    else this.choose([...this.chosen, value], `${label} chosen`);
  }

  remove(value) {
    const at = this.chosen.indexOf(value);
    // First the focus: a button that goes while it has it would lose it to the notebook.
    if (this.chips.get(value)?.contains(document.activeElement)) {
      const next = this.chips.get(this.chosen[at + 1] ?? this.chosen[at - 1]);
      (next?.lastElementChild ?? this.input).focus();
    }
    this.choose(this.chosen.filter((each) => each !== value), `${this.labelOf(value)} removed`);
  }

  choose(values, told = "") {
    this.chosen = values;
    this.typed = null;
    this.draw();
    say(this.told, told);
    this.dispatchEvent(new Event("change"));
  }

  forget() {
    this.typed = null;
    this.close();
    this.draw();
  }

  /** Go on with what was typed: the option that Tab was at or that is called so; empty is none. */
  leave(active) {
    const { typed } = this;
    if (typed === null && !this.list.isOpen) return;
    this.forget();
    if (typed === null) {
      if (active && !this.several && active.value !== this.value) this.choose([active.value]);
      return;
    }
    if (!typed.trim()) {
      if (!this.several && this.chosen.length) this.choose([]);
      return;
    }
    const called = this.options.filter((option) => !option.disabled && (alike(option.label, typed) || option.value === typed.trim()));
    const taken = active ?? (called.length === 1 ? called[0] : undefined);
    if (taken && !this.chosen.includes(taken.value)) this.choose(this.several ? [...this.chosen, taken.value] : [taken.value]);
  }
}
