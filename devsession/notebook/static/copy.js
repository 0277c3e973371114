import { makeButton, say } from "./dom.js";

/** A button that copies what an element says. */
export function copyButton(source, label = "Copy") {
  const copy = makeButton(label, async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      say(copy, "Copied");
      setTimeout(() => say(copy, label), 1500);
    } catch {
      // Browsers allow it only over https or on this machine: then the text is selected instead.
      getSelection().selectAllChildren(source);
    }
  }, { class: "dsf-small" });
  return copy;
}
