// What a mapping file can say at a place: elements where a key stands, names, fields and functions where an expression stands.

const STRUCTURE = ["for", "when", "let", "use"];
const BODIES = ["resource", "case", "elements", "add", "replace"];
const OF_FILES = ["map", "fragment", "extends", "target", "source", "for", "when", "let", "equal", "ignore", ...BODIES, "remove", "names"];
const TOKEN = /[A-Za-z_][\w.]*$/;

// A value that begins with `=`, or the list that a `for` goes through.
const isExpression = (before) => /(?:^|[\s:-])=[^"]*$|\bfor:\s+\w+\s+in\s+[^"]*$/.test(before);

function typeNamed(words, name, lines) {
  if (name in words.roots) return words.roots[name];
  const loop = new RegExp(`\\bfor:\\s+${name}\\s+in\\s+([A-Za-z_][\\w.]*)`);
  const local = new RegExp(`^\\s*${name}:\\s+=([A-Za-z_][\\w.]*)\\s*$`);
  for (const line of [...lines].reverse()) {
    const path = (loop.exec(line) ?? local.exec(line))?.[1];
    if (path && path !== name) return typeOf(words, path, lines.slice(0, lines.indexOf(line)));
  }
  return words.types[words.roots[""]]?.[name]?.type;
}

function typeOf(words, path, lines) {
  const [first, ...rest] = path.split(".");
  return rest.reduce((type, name) => words.types[type]?.[name]?.type, typeNamed(words, first, lines));
}

function localNames(lines) {
  const loops = lines.flatMap((line) => /\bfor:\s+(\w+)\s+in\b/.exec(line)?.[1] ?? []);
  const lets = lines.flatMap((line) => /^\s+(\w+):\s+=/.exec(line)?.[1] ?? []);
  return [...new Set([...loops, ...lets])];
}

// The type of the object whose key stands at an indentation: the keys above with less indentation lead to it.
function typeAt(words, lines, indentation) {
  const keys = [];
  let least = indentation;
  for (const line of [...lines].reverse()) {
    const [, dashes, key] = /^([\s-]*)([A-Za-z_]\w*):/.exec(line) ?? [];
    if (key === undefined || dashes.length >= least) continue;
    least = dashes.length;
    keys.unshift(key);
  }
  if (!BODIES.includes(keys.shift())) return undefined;
  return keys.reduce((type, key) => words.elements[type]?.[key]?.type, words.target);
}

const kind = ({ type, many, required }) => `${type}${many ? " *" : ""}${required ? ", required" : ""}`;

function fields(table, to = "property") {
  return Object.entries(table ?? {}).map(([name, field]) => ({ label: name, type: to, detail: kind(field), info: field.says ?? field.codes?.join(", ") }));
}

function names(words, lines) {
  return [
    ...Object.keys(words.roots).filter(Boolean).map((name) => ({ label: name, type: "variable", detail: words.roots[name] })),
    ...localNames(lines).map((name) => ({ label: name, type: "variable", detail: typeNamed(words, name, lines) })),
    ...fields(words.types[words.roots[""]]),
    ...words.forms.map((name) => ({ label: name, type: "keyword", apply: `${name}(` })),
    ...words.functions.map(({ name, takes, gives, says }) => ({ label: name, type: "function", detail: `(${takes.join(", ")}) → ${gives}`, info: says, apply: `${name}(` })),
  ];
}

// The lines above a place, after those of the map that is extended.
function around(words, state, position) {
  const line = state.doc.lineAt(position);
  const lines = [...words.above, ...state.doc.sliceString(0, line.from).split("\n").slice(0, -1)];
  return { line, lines, before: state.doc.sliceString(line.from, position) };
}

export const complete = (words) => (context) => {
  const known = words();
  if (!known) return null;
  const { lines, before } = around(known, context.state, context.pos);
  if (isExpression(before)) {
    const token = TOKEN.exec(before)?.[0] ?? "";
    if (!token && !context.explicit) return null;
    const dot = token.lastIndexOf(".");
    const options = dot < 0 ? names(known, lines) : fields(known.types[typeOf(known, token.slice(0, dot), lines)]);
    return { from: context.pos - token.length + dot + 1, options, validFor: /^\w*$/ };
  }
  const [, removed] = /^remove: *\[(?:.*, *)?(\w*)$/.exec(before) ?? [];
  if (removed !== undefined) return { from: context.pos - removed.length, options: fields(known.elements[known.target]), validFor: /^\w*$/ };
  const [, indentation, key] = /^([\s-]*)(\w*)$/.exec(before) ?? [];
  if (key === undefined || (!key && !context.explicit)) return null;
  const elements = fields(known.elements[typeAt(known, lines, indentation.length)]);
  const structure = (indentation ? STRUCTURE : OF_FILES).map((name) => ({ label: name, type: "keyword" }));
  return { from: context.pos - key.length, options: [...elements, ...structure].map((option) => ({ ...option, apply: `${option.label}: ` })), validFor: /^\w*$/ };
};

function explanation(known, { line, lines }, from, to) {
  const text = line.text;
  const path = text.slice(0, to).match(TOKEN)?.[0] ?? "";
  const word = text.slice(from, to);
  const called = known.functions.find(({ name }) => name === word);
  if (called && text[to] === "(") return [`${word}(${called.takes.join(", ")}) → ${called.gives}`, called.says];
  const key = /^([\s-]*)(\w+):/.exec(text);
  const isKey = key && key[2] === word && from === key[1].length;
  const field = isKey
    ? known.elements[typeAt(known, lines, key[1].length)]?.[word]
    : known.types[path.includes(".") ? typeOf(known, path.slice(0, path.lastIndexOf(".")), lines) : known.roots[""]]?.[word];
  if (field) return [`${word}: ${kind(field)}`, field.says, field.codes && `one of ${field.codes.join(", ")}`];
  const type = !isKey && isExpression(text.slice(0, to)) ? typeNamed(known, word, lines) : undefined;
  return type ? [`${word}: ${type}`] : [];
}

export const explain = (words) => (view, position) => {
  const known = words();
  const word = view.state.wordAt(position);
  if (!known || !word) return null;
  const place = around(known, view.state, position);
  const told = explanation(known, place, word.from - place.line.from, word.to - place.line.from).filter(Boolean);
  if (!told.length) return null;
  return {
    pos: word.from,
    end: word.to,
    create: () => {
      const dom = document.createElement("div");
      dom.append(...told.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
      return { dom };
    },
  };
};
