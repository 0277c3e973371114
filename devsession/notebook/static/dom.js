// What all parts of a form are made of.

// Several forms stand on one page, and one form may be shown twice: ids must differ.
export const unique = () => `dsf-${Math.random().toString(36).slice(2)}`;

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function makeButton(label, click, attributes = {}) {
  const node = make("button", { type: "button", ...attributes }, label);
  node.addEventListener("click", click);
  return node;
}

/** Scroll a list to one of its nodes; scrollIntoView would scroll the notebook too. */
export function reveal(list, { offsetTop, offsetHeight }) {
  const { scrollTop, clientHeight } = list;
  if (offsetTop < scrollTop) list.scrollTop = offsetTop;
  else if (offsetTop + offsetHeight > scrollTop + clientHeight) list.scrollTop = offsetTop + offsetHeight - clientHeight;
}

/** Set a text only when it differs: a screen reader announces an alert each time it is set. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Make `parent` hold exactly `nodes`, moving none that stands right: a moved input loses focus. */
export function arrange(parent, nodes) {
  const kept = new Set(nodes);
  for (const node of [...parent.children]) if (!kept.has(node)) node.remove();
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null);
  });
}

/** Views by key: made when they are first needed, dropped when they are needed no more. */
export function reconcile(known, items, keyOf, create) {
  const next = new Map(items.map((item) => [keyOf(item), known.get(keyOf(item)) ?? create(item)]));
  known.clear();
  for (const [key, view] of next) known.set(key, view);
  return [...next.values()];
}
