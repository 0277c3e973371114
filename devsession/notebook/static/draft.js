import { make, makeButton, say } from "./dom.js";

/** What was typed before a kernel ended, and not saved: back with it, or away. */
export class DraftView {
  constructor(outbox) {
    this.what = make("p", { role: "status" });
    const back = makeButton("Bring it back", () => outbox.send({ type: "bring_back" }));
    const forget = makeButton("Forget it", () => outbox.send({ type: "forget_draft" }));
    this.root = make("section", { class: "dsf-draft", "aria-label": "Not saved" },
      this.what, make("div", { class: "dsf-line" }, back, forget));
  }

  /** next: where the focus goes when what has it is gone. */
  draw(draft, next) {
    const hadFocus = draft === null && this.root.matches(":focus-within");
    this.root.hidden = draft === null;
    say(this.what, draft ? `Typed here before and not saved: ${draft.labels.join(", ")}.` : "");
    if (hadFocus) next()?.focus();
  }
}
