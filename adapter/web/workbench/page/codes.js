// Our code systems and value sets: what is in them, and the call that says so.

import { getFhir, wordsOf } from "./api.js";
import { curlOf } from "./calls.js";
import { copy, fill, find, later, make } from "./dom.js";
import { say } from "./state.js";

let chosen = null;

export async function openCodes() {
  if (find("definitions").children.length) return;
  const lists = await Promise.all([["Code systems", "CodeSystem"], ["Value sets", "ValueSet"]].map(listOf));
  fill(find("definitions"), ...lists.flat());
  find("code-filter").addEventListener("submit", (event) => event.preventDefault());
  find("code-filter").addEventListener("input", later(200, show));
}

async function listOf([title, type]) {
  const { entry = [] } = await getFhir(`fhir/${type}?_summary=true`);
  return [make("h3", {}, title), make("ul", {}, ...entry.map(({ resource }) => make("li", {}, link(resource.title ?? resource.name, () => open(resource)))))];
}

const link = (text, act) => make("button", { type: "button", class: "link", onclick: act }, text);

const curl = (path) => link("copy curl", () => copy(curlOf(path), say));

function open(resource) {
  chosen = resource;
  show();
}

// A code system without a filter is read, since only so its order and its levels are seen; all else is an expansion.
function call(filter) {
  if (chosen.resourceType === "CodeSystem" && !filter) return `fhir/CodeSystem/${chosen.id}`;
  const url = chosen.resourceType === "CodeSystem" ? `${chosen.url}?fhir_vs` : chosen.url;
  return `fhir/ValueSet/$expand?${new URLSearchParams({ url, count: String(MOST_CODES), ...(filter ? { filter } : {}) })}`;
}

const MOST_CODES = 500;

async function show() {
  if (!chosen) return;
  const path = call(new FormData(find("code-filter")).get("filter"));
  try {
    const { concept, expansion } = await getFhir(path);
    fill(
      find("concepts"),
      make("caption", {}, `${chosen.title ?? chosen.name} `, curl(path), expansion?.total > MOST_CODES ? ` the first ${MOST_CODES} of ${expansion.total}` : null),
      make("tr", {}, make("th", { scope: "col" }, "code"), make("th", { scope: "col" }, "display")),
      ...rows(concept ?? expansion?.contains ?? []),
    );
  } catch (error) {
    say(wordsOf(error));
  }
}

// The concepts, and those that stand below them further to the right.
function rows(concepts, depth = 0) {
  return concepts.flatMap((concept) => [row(concept, depth), ...rows(concept.concept ?? concept.contains ?? [], depth + 1)]);
}

function row({ system = chosen.url, code, display }, depth) {
  const cell = make("td", {}, link(code, () => lookup(system, code, cell.parentElement)));
  cell.style.paddingLeft = `${1.5 * depth}rem`;
  return make("tr", {}, cell, make("td", {}, display ?? ""));
}

// What is known of a code, below its row.
async function lookup(system, code, below) {
  const path = `fhir/CodeSystem/$lookup?${new URLSearchParams({ system, code })}`;
  try {
    const { parameter } = await getFhir(path);
    find("code-detail")?.remove();
    below.after(make("tr", { id: "code-detail" }, make("td", { colspan: "2", role: "status" }, ...parameter.map((part) => make("p", {}, saidBy(part))), curl(path))));
  } catch (error) {
    say(wordsOf(error));
  }
}

// A parameter of the answer: `display: Telehealth`, `property inactive: false`.
const saidBy = ({ name, part, ...values }) => (part ? `${name} ${part.map(valueOf).join(": ")}` : `${name}: ${valueOf(values)}`);

function valueOf(parameter) {
  const value = Object.entries(parameter).find(([key]) => key.startsWith("value"))?.[1];
  return value?.display ?? value?.code ?? value;
}
