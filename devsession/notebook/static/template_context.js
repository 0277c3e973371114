// What is being typed in a template, and what could stand there. No element of the page is touched.

const IDENTIFIER = /^[A-Za-z_]\w*$/;
const STRINGS = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g;
const WANTS_VALUE = /(?:^|[(,=+*\/~<>[]|\b(?:if|elif|and|or|not|in))\s*$/;
const LISTED = 50; // of a thousand nobody reads more; typing on finds the others

/** What stands in the tag that the caret is in, up to the caret; null outside of tags. */
function insideTag(before) {
  const opened = Math.max(before.lastIndexOf("{{"), before.lastIndexOf("{%"));
  if (opened < 0 || before.lastIndexOf("{#") > before.lastIndexOf("#}")) return null;
  const inside = before.slice(opened + 2);
  return /\}\}|%\}/.test(inside.replace(STRINGS, "")) ? null : { inside, isBlock: before[opened + 1] === "%" };
}

/** Which names are looked for: `kind`, what was typed of one, and where in the text it begins. */
export function contextOf(text, caret) {
  const before = text.slice(0, caret);
  const tag = insideTag(before);
  if (tag === null) return null;
  const { inside, isBlock } = tag;
  const found = (pattern, kind) => {
    const match = pattern.exec(inside);
    return match && { kind, typed: match[1], from: caret - match[0].length, quote: match[2] };
  };
  const item = /\brow\s*\[\s*(["'])((?:(?!\1)[^\n\]])*)$/.exec(inside);
  if (item) return { kind: "item", typed: item[2], from: caret - item[0].length, quote: item[1] };
  if (/["']/.test(inside.replace(STRINGS, ""))) return null;
  const known = found(/\brow\s*\.\s*(\w*)$/, "attribute") ?? found(/\brow\s*\[\s*()$/, "item") ?? found(/\|\s*(\w*)$/, "filter");
  if (known) return known.kind === "filter" ? { ...known, from: caret - known.typed.length } : known;
  const bare = /(?:^-?|[^\w.|"'\])])\s*([A-Za-z_]\w*)?$/.exec(inside);
  if (!bare) return null;
  const typed = bare[1] ?? "";
  const rest = inside.slice(0, inside.length - typed.length).replace(/^-/, "");
  // A block begins with its own name, and `for` with the name that it makes.
  if (isBlock && (!/\w\s/.test(rest) || /^\s*(?:for|set|macro)\s+[\w\s,]*$/.test(rest.replace(/\bin\s+$/, "in(")))) return null;
  return WANTS_VALUE.test(rest) ? { kind: "bare", typed, from: caret - typed.length } : null;
}

/** How a column is written, with what was typed so far in mind. */
function written(name, { kind, quote = '"' }) {
  const text = JSON.stringify(name);
  if (kind === "item") return `row[${quote === "'" && !/['\\]/.test(name) ? `'${name}'` : text}]`;
  return IDENTIFIER.test(name) ? `row.${name}` : `row[${text}]`;
}

/** Those that begin with what was typed, then those that hold it; how many there are in all. */
function matching(names, typed) {
  const wanted = typed.toLowerCase();
  const found = names.filter((name) => name.toLowerCase().includes(wanted));
  const begins = (name) => name.toLowerCase().startsWith(wanted);
  return [...found.filter(begins), ...found.filter((name) => !begins(name))];
}

/** What to list: the text that each choice puts in the place from `from` on; null for nothing. */
export function suggestionsFor(context, { columns, filters }) {
  if (context === null) return null;
  const isFilter = context.kind === "filter";
  const facts = new Map(isFilter ? Object.entries(filters) : columns.map(({ name, about }) => [name, about]));
  const typed = context.kind === "bare" && "row".startsWith(context.typed) ? "" : context.typed;
  const names = matching([...facts.keys()], typed);
  const isDone = names.length === 1 && names[0] === context.typed && context.kind !== "bare";
  if (names.length === 0 || isDone) return null;
  return {
    from: context.from,
    word: isFilter ? "filter" : "column",
    count: names.length,
    choices: names.slice(0, LISTED).map((name) => ({ name, about: facts.get(name) ?? "", text: isFilter ? name : written(name, context) })),
  };
}
