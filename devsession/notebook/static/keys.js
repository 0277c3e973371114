import { copyButton } from "./copy.js";
import { make, makeButton, reconcile, say, unique } from "./dom.js";

const KEY_FILE_BYTES = 64 * 1024; // a chain of certificates has some thousand
const KINDS = { ed25519: "Ed25519", rsa: "RSA" };

export const isKey = ({ type }) => ["ssh_keypair", "gpg_keypair", "x509_certificate"].includes(type);

/** What stands below the fields of keys and certificates. */
export class Keys {
  constructor(outbox) {
    this.outbox = outbox;
    this.tools = new Map();
  }

  draw(fields, views) {
    const keys = fields.map((field, at) => ({ field, view: views[at] })).filter(({ field }) => isKey(field));
    const tools = reconcile(this.tools, keys, ({ view }) => view, ({ field, view }) => new KeyTools(field, view, this.outbox));
    keys.forEach(({ field }, at) => tools[at].draw(field));
  }
}

/** Load a key from a file, have a pair made, give the public one to the app. */
class KeyTools {
  constructor(field, view, outbox) {
    this.view = view;
    this.outbox = outbox;
    this.name = field.name;
    this.id = unique();
    view.input.classList.add("dsf-key");
    view.input.setAttribute("spellcheck", "false");
    view.input.setAttribute("autocomplete", "off");
    this.chooser = make("input", { type: "file", hidden: "", tabindex: "-1", "aria-hidden": "true" });
    this.chooser.addEventListener("change", () => this.load(this.chooser.files[0]));
    this.loader = this.createButton("Load a file", () => this.chooser.click());
    this.error = make("p", { class: "dsf-error", id: `${this.id}-error`, role: "alert" });
    this.row = make("div", { class: "dsf-key-tools" }, this.loader, this.chooser);
    view.error.after(this.row, this.error);
    if (field.generates) this.offerPairs(field.generates);
    if (field.secret) this.showPublic();
  }

  offerPairs(kinds) {
    this.kind = make("select", { class: "dsf-control", "aria-label": "Kind of keys", "aria-describedby": `${this.view.id}-label` },
      ...kinds.map((kind) => make("option", { value: kind }, KINDS[kind] ?? kind)));
    this.maker = this.createButton("Generate a pair", () => this.ask());
    this.row.append(make("span", { class: "dsf-maker" }, this.kind, this.maker));
    this.question = this.createQuestion();
    this.error.after(this.question);
  }

  showPublic() {
    const id = unique();
    this.about = make("span", { id });
    this.key = make("pre", { tabindex: "0", role: "region", "aria-labelledby": id, "aria-describedby": `${this.view.id}-label` });
    this.public = make("div", { class: "dsf-public" }, this.about, make("div", {}, this.key, copyButton(this.key)));
    this.view.root.append(this.public);
  }

  createButton(label, click) {
    return makeButton(label, click, { class: "dsf-small", "aria-describedby": `${this.view.id}-label ${this.id}-error` });
  }

  createQuestion() {
    const replace = this.createButton("Replace it", () => this.generate(true));
    this.keep = this.createButton("Keep it", () => this.answered());
    const text = make("span", { id: `${this.id}-question` }, "The private key that is set would be lost.");
    const question = make("div", { class: "dsf-question", role: "group", "aria-labelledby": text.id, hidden: "" }, text, replace, this.keep);
    question.addEventListener("keydown", ({ key }) => key === "Escape" && this.answered());
    return question;
  }

  draw({ allow_user_provided: own = true, is_set: isSet, value }) {
    this.isSet = isSet;
    this.loader.hidden = !own;
    this.view.input.readOnly = !own;
    if (!own) this.view.input.placeholder = isSet ? "set; made here" : "made here: generate a pair";
    if (!this.public) return;
    // Without a private one this side has only half of the pair.
    say(this.about, isSet ? "Public key, for the app" : "Public key; its private key is not set");
    this.public.hidden = !value;
    say(this.key, value ?? "");
  }

  ask() {
    say(this.error, "");
    if (!this.isSet) return this.generate(false);
    this.question.hidden = false;
    return this.keep.focus();
  }

  answered() {
    this.question.hidden = true;
    this.maker.focus();
  }

  generate(replace) {
    this.answered();
    this.outbox.send({ type: "generate", name: this.name, algorithm: this.kind.value, replace });
  }

  /** Read here, sent as what is pasted is, and forgotten. */
  async load(file) {
    if (!file) return;
    const problem = await this.read(file);
    this.chooser.value = ""; // so that the same file can be chosen again
    say(this.error, problem);
  }

  async read(file) {
    if (file.size > KEY_FILE_BYTES) return `${file.name} is too big for a key: ${Math.ceil(file.size / 1024)} KB. Nothing was loaded.`;
    const bytes = new Uint8Array(await file.arrayBuffer());
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8"; // as PowerShell writes
    let text = "\0";
    try {
      text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch { /* said below */ }
    if (text.includes("\0")) return `${file.name} is not text. Keys and certificates are taken as PEM or OpenSSH write them.`;
    if (!text.trim()) return `${file.name} is empty.`;
    this.view.input.value = text;
    this.view.control.commit();
    return "";
  }
}
