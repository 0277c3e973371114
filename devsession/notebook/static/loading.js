import { make, makeButton, say } from "./dom.js";
import { FailureView } from "./failure.js";

/** At what has options that Python fetches: that they are on their way, or why they did not come. */
export class LoadingView {
  constructor(name, outbox, giveFocus) {
    this.giveFocus = giveFocus;
    this.text = make("span", { role: "status" });
    this.stop = makeButton("Stop waiting", () => outbox.send({ type: "stop", name }), { class: "dsf-small" });
    this.failure = new FailureView(giveFocus, () => outbox.send({ type: "retry", name }));
    this.root = make("div", {}, make("div", { class: "dsf-loading" }, this.text, this.stop), this.failure.root);
  }

  draw({ loading = false, failure = null }, label) {
    const isLeft = !loading && document.activeElement === this.stop;
    say(this.text, loading ? "loading…" : "");
    this.stop.setAttribute("aria-label", `Stop waiting for ${label}`);
    this.stop.hidden = !loading;
    this.failure.draw(failure, label);
    if (isLeft) this.giveFocus();
  }
}
