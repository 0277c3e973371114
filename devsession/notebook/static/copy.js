import { make, say } from "./dom.js";

/** A button that copies what an element says. */
export function copyButton(source, label = "Copy") {
  const copy = make("button", { type: "button" }, label);
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      say(copy, "Copied");
      setTimeout(() => say(copy, label), 1500);
    } catch {
      // Browsers allow it only over https or on this machine: then the text is selected instead.
      getSelection().selectAllChildren(source);
    }
  });
  return copy;
}
