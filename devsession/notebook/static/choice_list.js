import { make, reveal, say } from "./dom.js";

const DRAWN = 100; // options that are drawn at once; the others are found by typing
const TALLEST = 320; // pixels
const GAP = 3;

/** The options that a text finds: first what is called so, then what begins with it. */
function found(options, text) {
  const sought = text.trim().toLowerCase();
  if (!sought) return options;
  const [same, begins, holds] = [[], [], []];
  for (const option of options) {
    const label = option.label.toLowerCase();
    if (label === sought) same.push(option);
    else if (label.startsWith(sought)) begins.push(option);
    else if (label.includes(sought) || option.value.toLowerCase().includes(sought)) holds.push(option);
  }
  return [...same, ...begins, ...holds];
}

/** Options in the page's top layer: nothing clips it there, whatever scrolls around the form. */
export class ChoiceList {
  constructor(id, several, anchor, handle) {
    this.id = id;
    this.anchor = anchor;
    this.isOpen = false;
    this.shown = [];
    this.active = null;
    // Not named after the field, whose name the input has: nobody gets into the list itself.
    this.list = make("div", { id, class: "dsf-options", role: "listbox", "aria-label": "Options", ...(several ? { "aria-multiselectable": "true" } : {}) });
    // For the eye: the ear is told by the choice, in an element that is always there.
    this.foot = make("p", { class: "dsf-foot", "aria-hidden": "true" });
    this.root = make("div", { class: "dsf-list", popover: "manual" }, this.list, this.foot);
    // The input keeps the focus.
    this.root.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => {
      const node = target.closest("[role=option]");
      const option = this.shown[[...this.list.children].indexOf(node)];
      if (option && !option.disabled) handle.pick(option);
    });
    this.watch = new IntersectionObserver((seen) => seen.at(-1).isIntersecting || handle.close());
  }

  open() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.root.showPopover();
    this.watch.observe(this.anchor);
    this.follow();
  }

  close() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.active = null;
    this.root.hidePopover();
    this.watch.disconnect();
  }

  /** Stay where the input is, which scrolls with the notebook and moves with what stands above. */
  follow() {
    if (!this.isOpen || !this.root.isConnected) return;
    this.place();
    requestAnimationFrame(() => this.follow());
  }

  place() {
    const { left, top, bottom, width } = this.anchor.getBoundingClientRect();
    const below = innerHeight - bottom - 2 * GAP;
    const above = top - 2 * GAP;
    const isBelow = below >= Math.min(TALLEST, this.root.scrollHeight) || below >= above;
    const room = Math.max(0, Math.min(TALLEST, isBelow ? below : above));
    const place = `left:${left}px;width:${width}px;max-height:${room}px;${isBelow ? `top:${bottom + GAP}px` : `bottom:${innerHeight - top + GAP}px`}`;
    if (place !== this.placed) this.root.style.cssText = this.placed = place;
  }

  /** Draw what a text finds, and be at `active`; what to tell of it. */
  draw(options, text, chosen, nothing, active) {
    const all = found(options, text);
    const isChosen = ({ value }) => chosen.includes(value);
    // What is chosen is seen when nothing was typed yet, however long the list is.
    const far = text ? [] : all.slice(DRAWN).filter(isChosen).slice(0, DRAWN);
    this.shown = [...far, ...all.slice(0, DRAWN - far.length)];
    const labels = new Map();
    for (const { label } of this.shown) labels.set(label, (labels.get(label) ?? 0) + 1);
    this.list.replaceChildren(...this.shown.map((option, at) => {
      const isTold = labels.get(option.label) > 1 || !option.label.toLowerCase().includes(text.trim().toLowerCase());
      return make("div", {
        id: `${this.id}-${at}`, role: "option", "aria-selected": String(isChosen(option)), "aria-posinset": at + 1, "aria-setsize": all.length,
        ...(option.disabled ? { "aria-disabled": "true" } : {}),
      }, make("span", {}, option.label), ...(isTold ? [make("span", { class: "dsf-value" }, ` ${option.value}`)] : []));
    }));
    this.list.hidden = this.shown.length === 0;
    const more = all.length - this.shown.length;
    const many = (count) => count.toLocaleString("en");
    const empty = options.length === 0 ? nothing : `Nothing found for “${text.trim()}”`;
    say(this.foot, all.length === 0 ? empty : more > 0 ? `${many(more)} more: type to find them` : "");
    this.activate(active && this.shown.find(({ value }) => value === active.value));
    if (all.length === 0) return empty;
    const told = `${many(options.length)} ${options.length === 1 ? "option" : "options"}`;
    return all.length === options.length ? told : `${many(all.length)} of ${told}`;
  }

  /** The first that can be chosen, one that is not chosen yet if there is any. */
  firstFor(chosen) {
    const free = this.shown.filter(({ disabled }) => !disabled);
    return free.find(({ value }) => !chosen.includes(value)) ?? free[0];
  }

  /** Be `steps` on from the active option, on one that can be chosen. */
  move(steps) {
    const free = this.shown.filter(({ disabled }) => !disabled);
    const from = this.active ? free.indexOf(this.active) : steps > 0 ? -1 : free.length;
    this.activate(free[Math.max(0, Math.min(free.length - 1, from + steps))]);
  }

  activate(option) {
    this.activeNode?.classList.remove("dsf-active");
    this.active = option ?? null;
    this.activeNode = this.active ? this.list.children[this.shown.indexOf(this.active)] : null;
    if (!this.activeNode) return;
    this.activeNode.classList.add("dsf-active");
    reveal(this.list, this.activeNode);
  }
}
