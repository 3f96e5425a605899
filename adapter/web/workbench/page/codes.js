// Our code systems and value sets: what is in them, and the call that says so.

import { getFhir, wordsOf } from "./api.js";
import { copy, fill, find, later, make } from "./dom.js";
import { say } from "./workbench.js";

let chosen = null;

export async function openCodes() {
  if (find("definitions").children.length) return;
  const bundles = await Promise.all(["CodeSystem", "ValueSet"].map((type) => getFhir(`fhir/${type}?_summary=true`)));
  const resources = bundles.flatMap((bundle) => (bundle.entry ?? []).map((entry) => entry.resource));
  fill(
    find("definitions"),
    ...resources.map((resource) =>
      make("li", {}, make("button", { type: "button", class: "link", onclick: () => open(resource) }, resource.title ?? resource.name), " ", make("span", { class: "badge" }, resource.resourceType)),
    ),
  );
  find("code-filter").addEventListener("submit", (event) => event.preventDefault());
  find("code-filter").addEventListener("input", later(200, show));
}

function open(resource) {
  chosen = resource;
  show();
}

function call() {
  const url = chosen.resourceType === "CodeSystem" ? `${chosen.url}?fhir_vs` : chosen.url;
  const filter = new FormData(find("code-filter")).get("filter");
  return `fhir/ValueSet/$expand?${new URLSearchParams({ url, count: "200", ...(filter ? { filter } : {}) })}`;
}

async function show() {
  if (!chosen) return;
  const path = chosen.resourceType === "CodeSystem" && !new FormData(find("code-filter")).get("filter") ? `fhir/CodeSystem/${chosen.id}` : call();
  try {
    const answer = await getFhir(path);
    const concepts = answer.concept ?? answer.expansion?.contains ?? [];
    fill(
      find("concepts"),
      make("caption", {}, `${chosen.title ?? chosen.name} `, make("button", { type: "button", class: "link", onclick: () => copy(`curl '${new URL(path, location.href)}'`, say) }, "copy curl")),
      make("tr", {}, make("th", { scope: "col" }, "code"), make("th", { scope: "col" }, "display")),
      ...concepts.map((concept) => row(concept)),
    );
  } catch (error) {
    say(wordsOf(error));
  }
}

function row(concept) {
  const system = concept.system ?? chosen.url;
  return make(
    "tr",
    {},
    make("td", {}, make("button", { type: "button", class: "link", onclick: () => lookup(system, concept.code) }, concept.code)),
    make("td", {}, concept.display ?? ""),
  );
}

async function lookup(system, code) {
  const path = `fhir/CodeSystem/$lookup?${new URLSearchParams({ system, code })}`;
  try {
    const { parameter } = await getFhir(path);
    const plain = parameter.filter((part) => !part.part).map((part) => `${part.name}: ${Object.entries(part).find(([key]) => key.startsWith("value"))?.[1]}`);
    fill(find("code-detail"), plain.join("; "), " ", make("button", { type: "button", class: "link", onclick: () => copy(`curl '${new URL(path, location.href)}'`, say) }, "copy curl"));
  } catch (error) {
    say(wordsOf(error));
  }
}
