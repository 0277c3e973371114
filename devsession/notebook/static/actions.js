import { arrange, make, makeButton, reconcile, say } from "./dom.js";

/** The buttons. One that was clicked says what it is doing until Python has done it. */
export class Actions {
  constructor(view) {
    this.view = view;
    this.buttons = new Map();
    this.running = new Map();
    this.patience = make("span", { class: "dsf-patience" },
      "Waiting for Python. If the kernel was restarted, run this cell again.");
    this.root = make("div", { class: "dsf-actions" });
  }

  draw(actions) {
    const { outbox } = this.view;
    for (const [name, id] of this.running) if (!outbox.isWaiting(id)) this.running.delete(name);
    const buttons = reconcile(this.buttons, actions, (action) => action.name, (action) => this.create(action));
    actions.forEach(({ name, label, busy }, at) => {
      say(buttons[at], this.running.has(name) ? busy : label);
      // `disabled` would take the focus away from the button that was pressed.
      buttons[at].setAttribute("aria-disabled", String(this.running.size > 0));
    });
    arrange(this.root, [...buttons, this.patience]);
  }

  create({ name }) {
    return makeButton("", () => {
      if (this.running.size > 0) return;
      this.view.commit();
      this.running.set(name, this.view.outbox.send({ type: "action", name }));
      this.view.draw();
    }, { "data-action": name });
  }
}
