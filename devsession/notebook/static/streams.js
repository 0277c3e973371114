import { make, makeButton, say } from "./dom.js";

/** The streams of an inbound sync, one row each. `.fill(streams=..)` chooses; here one looks. */
export class StreamsView {
  constructor(outbox) {
    this.problem = make("p", { class: "dsf-error", role: "alert" });
    this.head = make("tr");
    this.body = make("tbody");
    this.table = make("table", {}, make("caption", {}, "Streams"), make("thead", {}, this.head), this.body);
    const look = makeButton("Look again", () => outbox.send({ type: "look_at_streams" }));
    this.root = make("section", { class: "dsf-streams", "aria-label": "Streams" },
      make("div", { class: "dsf-streams-table", tabindex: "0", role: "region", "aria-label": "Table of streams" }, this.table), this.problem, look);
  }

  draw(streams) {
    this.root.hidden = streams === null;
    if (streams === null) return;
    say(this.problem, streams.problem);
    this.table.hidden = streams.rows.length === 0;
    const drawn = JSON.stringify([streams.headings, streams.rows]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.head.replaceChildren(...streams.headings.map((each) => make("th", { scope: "col" }, each)));
    this.body.replaceChildren(...streams.rows.map(([name, ...cells]) =>
      make("tr", {}, make("th", { scope: "row" }, name), ...cells.map((each) => make("td", {}, each)))));
  }
}
