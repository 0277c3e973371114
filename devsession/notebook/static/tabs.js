import { arrange, make, makeButton, reconcile, unique } from "./dom.js";

/** One of a few names, as tabs above what they show; it has a `value` as an input, and says `change`. */
export class Tabs extends EventTarget {
  constructor(label, panel) {
    super();
    this.panel = panel;
    this.tabs = new Map();
    this.root = make("div", { class: "dsf-tabs", role: "tablist", "aria-label": label });
    this.root.addEventListener("keydown", (event) => this.press(event));
  }

  get value() {
    return this.chosen ?? "";
  }

  set value(name) {
    this.chosen = name;
    this.draw();
  }

  offer(names) {
    this.root.hidden = names.length < 2;
    const tabs = reconcile(this.tabs, names, (name) => name, (name) => this.create(name));
    arrange(this.root, tabs);
    this.draw();
  }

  create(name) {
    return makeButton(name, () => {
      this.value = name;
      this.dispatchEvent(new Event("change"));
    }, { role: "tab", id: unique(), "aria-controls": this.panel.id });
  }

  draw() {
    for (const [name, tab] of this.tabs) {
      const isChosen = name === this.chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    const chosen = this.tabs.get(this.chosen);
    if (this.root.hidden || !chosen) {
      this.panel.removeAttribute("role");
      this.panel.removeAttribute("aria-labelledby");
    } else {
      this.panel.setAttribute("role", "tabpanel");
      this.panel.setAttribute("aria-labelledby", chosen.id);
    }
  }

  /** Arrows only move the focus: a method is chosen by Enter or Space, as it asks the plugin. */
  press(event) {
    const tabs = [...this.tabs.values()];
    const at = tabs.indexOf(event.target);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    tabs.at(next % tabs.length).focus();
  }
}
