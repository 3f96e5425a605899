// The Bundle as a tree of resources and elements, and as JSON; every value is an `.element` that names its place.

import { make } from "./dom.js";

export function outline(bundle) {
  return bundle.entry.map(({ resource }, place) => {
    const details = make("details", { ontoggle: () => details.reveal() }, make("summary", {}, title(resource)));
    // The rows are made when somebody looks: a large Bundle has thousands.
    details.reveal = () => {
      details.reveal = () => {};
      details.append(...leaves(resource, `/entry/${place}/resource`, "").map(row));
    };
    return details;
  });
}

const first = (value) => [value].flat()[0];

function title(resource) {
  const code = first(resource.code);
  const name = first(resource.name);
  const person = name?.family && [name.family, ...(name.given ?? [])].join(" ");
  const word = code?.text ?? code?.coding?.[0]?.display ?? person ?? name?.text ?? name ?? first(resource.deviceName)?.name ?? resource.status ?? "";
  return `${resource.resourceType} ${word}`.trim();
}

function row({ name, pointer, value }) {
  return make("button", { type: "button", class: "element", "data-pointer": pointer }, make("span", {}, name), make("span", {}, value));
}

const child = (pointer, key) => `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;

function* walk(value, pointer, name) {
  if (JSON.isRawJSON?.(value)) {
    yield { name, pointer, value: value.rawJSON };
  } else if (Array.isArray(value)) {
    for (const [place, item] of value.entries()) yield* walk(item, child(pointer, place), `${name}[${place}]`);
  } else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) yield* walk(item, child(pointer, key), name ? `${name}.${key}` : key);
  } else {
    yield { name, pointer, value: String(value) };
  }
}

export const leaves = (value, pointer, name) => [...walk(value, pointer, name)];

// The same text as JSON.stringify(value, null, 2) gives, in parts: between the values, and the values.
export function* jsonParts(value, pointer = "", indentation = "") {
  const isObject = value !== null && typeof value === "object" && !JSON.isRawJSON?.(value);
  if (!isObject || !Object.keys(value).length) {
    yield make("span", { class: "element", "data-pointer": pointer }, JSON.stringify(value));
    return;
  }
  const [start, end] = Array.isArray(value) ? "[]" : "{}";
  let before = `${start}\n`;
  for (const [key, item] of Object.entries(value)) {
    yield `${before}${indentation}  ${Array.isArray(value) ? "" : `${JSON.stringify(key)}: `}`;
    yield* jsonParts(item, child(pointer, key), `${indentation}  `);
    before = ",\n";
  }
  yield `\n${indentation}${end}`;
}

// What two Bundles differ in: rows of {kind: "added" | "removed", name, value}.
export function difference(before, after) {
  const old = named(before);
  const now = named(after);
  const rows = [];
  for (const [name, value] of old) if (now.get(name) !== value) rows.push({ kind: "removed", name, value });
  for (const [name, value] of now) if (old.get(name) !== value) rows.push({ kind: "added", name, value });
  return rows.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : one.kind < other.kind ? 1 : -1));
}

function named(bundle) {
  const values = new Map();
  for (const { resource } of bundle?.entry ?? []) {
    for (const leaf of leaves(resource, "", `${resource.resourceType}/${resource.id.slice(0, 8)}`)) values.set(leaf.name, leaf.value);
  }
  return values;
}

export function differenceList(rows, most = 500) {
  if (!rows.length) return [make("p", {}, "Nothing.")];
  const items = rows.slice(0, most).map((row) => make("li", { class: row.kind }, `${row.name}: ${row.value}`));
  if (rows.length > most) items.push(make("li", {}, `and ${rows.length - most} more`));
  return [make("ul", {}, ...items)];
}
