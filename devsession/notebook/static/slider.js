import { make } from "./dom.js";

/**
 * A number between two bounds: dragged, or typed beside the slider. As an input it has a `value`, and
 * says `change`; the value of a slider that nobody has touched is empty.
 */
export class Slider extends EventTarget {
  constructor(attributes, { min, max, step }) {
    super();
    const { id } = attributes;
    const bounds = { min, max, step, "aria-describedby": attributes["aria-describedby"] };
    this.range = make("input", { ...bounds, id, type: "range", class: "dsf-range" });
    this.number = make("input", { ...bounds, id: `${id}-number`, type: "number", class: "dsf-control dsf-number", "aria-labelledby": `${id}-label ${id}-exact`, placeholder: "not set" });
    this.root = make("div", { class: "dsf-slider" },
      make("span", { "aria-hidden": "true" }, String(min)), this.range, make("span", { "aria-hidden": "true" }, String(max)),
      this.number, make("span", { id: `${id}-exact`, hidden: "" }, "as a number"));
    this.input = this.number;
    this.min = String(min);
    this.range.addEventListener("input", () => this.show(this.range.value));
    this.range.addEventListener("change", () => this.take());
    this.number.addEventListener("input", () => this.show(this.number.value));
    this.number.addEventListener("change", () => this.tell("change"));
    // A first touch is an answer, even where it moves nothing.
    this.range.addEventListener("pointerup", () => this.isOpen && this.take());
    this.range.addEventListener("keydown", ({ key }) => {
      if (this.isOpen && ["Home", "ArrowLeft", "ArrowDown", "PageDown"].includes(key)) this.take();
    });
    this.draw();
  }

  get value() {
    return this.number.value;
  }

  set value(text) {
    this.number.value = text;
    this.draw();
  }

  get isOpen() {
    return this.number.value === "";
  }

  show(text) {
    if (this.number.value !== text) this.number.value = text;
    this.draw();
    this.tell("input");
  }

  take() {
    this.show(this.range.value);
    this.tell("change");
  }

  tell(kind) {
    this.dispatchEvent(new Event(kind));
  }

  draw() {
    this.range.value = this.isOpen ? this.min : this.number.value;
    this.range.classList.toggle("dsf-unset", this.isOpen);
    if (this.isOpen) this.range.setAttribute("aria-valuetext", "not set");
    else this.range.removeAttribute("aria-valuetext");
  }
}
