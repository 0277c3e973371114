import { make, makeButton, say, unique } from "./dom.js";

/** While a person has to sign in at the app: the link, the other way back, and the way out. */
export class SignInView {
  constructor(outbox) {
    this.link = make("a", { class: "dsf-link", target: "_blank", rel: "noopener noreferrer" }, "Open the app to sign in");
    this.then = make("p", { class: "dsf-help", role: "status" });
    this.ended = make("input", { id: unique(), class: "dsf-control", type: "text", autocomplete: "off", spellcheck: "false" });
    const goOn = makeButton("Go on", () => this.paste(outbox));
    const cancel = makeButton("Cancel sign-in", () => outbox.send({ type: "cancel_sign_in" }));
    this.ended.addEventListener("keydown", ({ key }) => key === "Enter" && this.paste(outbox));
    const id = unique();
    this.root = make("section", { class: "dsf-sign-in", "aria-labelledby": id },
      make("strong", { id }, "Sign in at the app"),
      this.then,
      make("div", { class: "dsf-line" }, this.link, cancel),
      make("label", { for: this.ended.id }, "If the browser does not come back: the address that it ended at"),
      make("div", { class: "dsf-line" }, this.ended, goOn));
  }

  /** The address holds a code: it is sent and forgotten here, as a secret is. */
  paste(outbox) {
    const address = this.ended.value;
    this.ended.value = "";
    if (address.trim()) outbox.send({ type: "paste", address });
  }

  draw(signIn) {
    const hadFocus = signIn === null && this.root.matches(":focus-within");
    this.root.hidden = signIn === null;
    say(this.then, signIn ? `It opens in a new tab. The browser comes back to ${signIn.redirect}, and ${signIn.then}.` : "");
    if (signIn) this.link.href = signIn.address;
    else this.ended.value = "";
    // What has the focus goes: the next key is for the buttons below, not for the notebook.
    if (hadFocus) this.root.nextElementSibling.querySelector("button")?.focus();
  }
}
