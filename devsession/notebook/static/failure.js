import { make, makeButton, say } from "./dom.js";

const PARTS = ["traceback", "exchange"];

/** Under an error of plugin.py: what happened, for whoever mends it; of options, `again` fetches them. */
export class FailureView {
  constructor(giveFocus, again = null) {
    this.giveFocus = giveFocus;
    this.again = makeButton("Try again", again, { class: "dsf-small", ...(again ? {} : { hidden: "" }) });
    // What scrolls has to be reached by keyboard.
    this.texts = PARTS.map((part) => make("pre", { tabindex: "0", role: "region", "aria-label": part }));
    this.details = make("details", {}, make("summary", {}, "What happened"), ...this.texts);
    this.root = make("div", { class: "dsf-failure", hidden: "" }, this.again, this.details);
  }

  draw(failure, label) {
    if (!failure && this.root.contains(document.activeElement)) this.giveFocus();
    this.root.hidden = !failure;
    if (!failure) return;
    this.again.setAttribute("aria-label", `Try again to load ${label}`);
    PARTS.forEach((part, at) => {
      say(this.texts[at], failure[part]);
      this.texts[at].hidden = !failure[part];
    });
    this.details.hidden = PARTS.every((part) => !failure[part]);
  }
}
