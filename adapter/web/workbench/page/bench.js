// The first screen: documents on the left, what becomes of them on the right, and what led from one to the other.

import { draw, get, post, wordsOf } from "./api.js";
import { curlWithFiles } from "./calls.js";
import { showClaim } from "./claim.js";
import { copy, counted, fill, find, later, make, save } from "./dom.js";
import { Editor } from "./editor.js";
import { documentsIn } from "./files.js";
import { languageOf, Lines } from "./lines.js";
import { difference, differenceList, jsonParts, outline } from "./outline.js";
import { changed, onChange, say, setDocuments, state, switches, workload } from "./state.js";

let running = null;

const editor = new Editor(find("editor"), {
  label: "Document",
  change: (text) => {
    state.documents[state.current].text = text;
    editor.speak(languageOf(text));
    changed();
  },
  cursor: (offset) => lightFrom(offset, true),
  hover: (offset) => lightFrom(offset, false),
});

const CONVERTING = "converting …";
onChange(later(50, convert));

async function convert() {
  running?.abort();
  running = new AbortController();
  try {
    say(CONVERTING);
    const view = await post("workbench/convert", workload(), running.signal);
    if (state.view?.bundle) state.before = state.view; // while somebody types there is often none
    state.view = view;
    if (find("status").textContent === CONVERTING) say(""); // what was said meanwhile stays
    show();
  } catch (error) {
    if (error.name === "AbortError") return;
    say(wordsOf(error));
  }
}

function show() {
  showTabs();
  showOutput();
  showIssues();
  markDocument();
  showClaimSoon();
}

// The other screen is written when this one has been seen.
const showClaimSoon = later(0, () => showClaim(state.view, goTo));

function showTabs() {
  fill(
    find("documents"),
    ...state.documents.map(({ name }, place) =>
      make("button", { type: "button", role: "tab", "aria-selected": String(place === state.current), onclick: () => openDocument(place) }, name),
    ),
  );
}

function openDocument(place) {
  state.current = place;
  editor.text = state.documents[place].text;
  editor.speak(languageOf(editor.text));
  showTabs();
  markDocument();
}

const VIEWS = ["outline", "json", "change", "drawing"];

function showOutput() {
  const { view, shown } = state;
  for (const name of VIEWS) find(`view-${name}`).setAttribute("aria-selected", String(name === shown));
  if (!view?.bundle) fill(find("output"), make("p", {}, "No Bundle yet: the issues below say what to fix."));
  else if (shown === "outline") fill(find("output"), ...outline(view.bundle));
  else if (shown === "json") fill(find("output"), make("pre", {}, ...jsonParts(view.bundle)));
  else if (shown === "change") fill(find("output"), ...differenceList(difference(state.before?.bundle, view.bundle)));
  else drawLineage();
}

// What the resource was made from whose element was chosen last.
async function drawLineage() {
  const { resource } = state.view.bundle.entry[state.resource] ?? state.view.bundle.entry[(state.resource = 0)];
  try {
    const drawing = await draw("workbench/drawing", { ...workload(), payers: [], resource: state.resource });
    if (state.shown === "drawing") fill(find("output"), make("p", {}, `${resource.resourceType}; choose an element in the outline for another`), drawing);
  } catch (error) {
    say(wordsOf(error));
  }
}

const ORDER = ["fatal", "error", "warning", "information"];

const COUNTED = {
  fatal: (count) => `${count} fatal`,
  error: (count) => counted(count, "error"),
  warning: (count) => counted(count, "warning"),
  information: (count) => `${count} for information`,
};

function showIssues() {
  const issues = [...state.view.issues].sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
  const counts = ORDER.map((severity) => [issues.filter((issue) => issue.severity === severity).length, severity]).filter(([count]) => count);
  find("counts").textContent = counts.map(([count, severity]) => COUNTED[severity](count)).join(", ");
  fill(find("issues"), ...issues.map((issue) => issueItem(issue, goTo)));
}

function issueItem(issue, go) {
  const place = issue.places.find((candidate) => candidate.document);
  return make(
    "li",
    {},
    make("span", { class: `severity ${issue.severity}` }, issue.severity),
    " ",
    make("span", { class: "rule" }, issue.rule ?? ""),
    ` ${issue.text} `,
    issue.suggestion ? make("em", {}, issue.suggestion, " ") : null,
    place ? make("button", { type: "button", class: "link", onclick: () => go(place) }, `go to ${place.position}`) : null,
  );
}

function goTo(place) {
  location.hash = "#bench";
  const number = state.documents.findIndex((document) => document.name === place.document);
  if (number < 0) return;
  if (number !== state.current) openDocument(number);
  const lines = new Lines(editor.text);
  editor.select(lines.offset(place.from), lines.offset(place.to));
}

const inCurrent = (place) => place.document === state.documents[state.current].name;

function standing() {
  const lines = new Lines(editor.text);
  const at = (place, name, text) => ({ from: lines.offset(place.from), to: lines.offset(place.to), name, text });
  const wrong = state.view.issues.filter((issue) => issue.severity !== "information");
  const issues = wrong.flatMap((issue) =>
    issue.places.filter(inCurrent).map((place) => at(place, issue.severity === "warning" ? "warning" : "error", issue.text)),
  );
  const unread = state.view.unread.flatMap((field) => field.places.filter(inCurrent).map((place) => at(place, "unread")));
  return [...issues, ...unread];
}

function markDocument(lit = []) {
  if (state.view) editor.show([...lit, ...standing()]);
}

function lightDocument(places) {
  const lines = new Lines(editor.text);
  markDocument(places.filter(inCurrent).map((place) => ({ from: lines.offset(place.from), to: lines.offset(place.to), name: "lit" })));
}

// From an element to the input: what made it is lit on the left, and named below.
function choose(pointer, go) {
  state.resource = Number(pointer.split("/")[2]);
  const entries = state.view.elements.filter((entry) => entry.pointer === pointer);
  const places = entries.flatMap((entry) => entry.places);
  const target = places.find(inCurrent) ?? places.find((place) => place.document);
  if (go && target) {
    state.chosen = pointer;
    goTo(target);
  }
  lightDocument(places);
  fill(find("origin"), ...entries.map(originOf));
}

function originOf(entry) {
  const from = entry.places.map((place) => place.position).join(", ");
  const through = entry.functions.length ? ` through ${entry.functions.join(", ")}` : "";
  if (!from && !entry.constant) return originLine(entry.element, " was made by the adapter itself: ", entry.line);
  return originLine(entry.element, from ? ` was made from ${from}${through} by ` : " was made from no field, by ", `${entry.line} ${entry.text}`);
}

const originLine = (element, made, line) => make("span", { class: "entry" }, make("strong", {}, element), made, make("code", {}, line));

// From the input to elements: what was made from the value at a place is lit on the right.
function lightFrom(offset, isCursor) {
  if (!state.view?.bundle) return;
  const [chosen, found] = [state.chosen, madeAt(offset)];
  state.chosen = null;
  const isHere = found.entries.some((entry) => entry.pointer === chosen);
  lightElements(found.entries, isCursor && !isHere);
  if (isHere) return;
  if (found.entries.length) tellMade(found);
  else tellUnread(offset);
}

function tellMade({ place, entries }) {
  lightDocument([place]);
  const named = entries.slice(0, MOST_NAMED).map(({ element, line }) => originLine(element, " by ", line));
  const others = entries.length > MOST_NAMED ? `and ${entries.length - MOST_NAMED} more` : null;
  fill(find("origin"), `${counted(entries.length, "element")} made from ${place.position}:`, ...named, others);
}

function tellUnread(offset) {
  const lines = new Lines(editor.text);
  const holds = (place) => lines.offset(place.from) <= offset && offset <= lines.offset(place.to);
  const unread = state.view.unread.find((field) => field.places.filter(inCurrent).some(holds));
  if (unread) find("origin").textContent = `No map reads ${unread.field}${unread.reason ? `: ${unread.reason}` : ""}.`;
}

const MOST_NAMED = 8;

// The smallest value that stands at an offset of the document, and what was made from it.
function madeAt(offset) {
  const lines = new Lines(editor.text);
  let best = Infinity;
  let found = { entries: [] };
  for (const entry of state.view.elements) {
    for (const place of entry.places.filter(inCurrent)) {
      const [from, to] = [lines.offset(place.from), lines.offset(place.to)];
      if (offset < from || offset > to || to - from > best) continue;
      if (to - from < best) [best, found] = [to - from, { place, entries: [] }];
      found.entries.push(entry);
    }
  }
  return found;
}

// Lights what is there; with `isSought` also opens the resources and goes to the first element.
function lightElements(entries, isSought) {
  const output = find("output");
  for (const element of output.querySelectorAll(".lit")) element.classList.remove("lit");
  const resources = output.querySelectorAll("details");
  for (const place of new Set(entries.map((entry) => Number(entry.pointer.split("/")[2])))) {
    const details = resources[place];
    details?.querySelector("summary").classList.add("lit");
    if (!isSought || !details) continue;
    details.reveal();
    details.open = true;
  }
  const pointers = new Set(entries.map((entry) => entry.pointer));
  const rows = [...output.querySelectorAll(".element")].filter((row) => pointers.has(row.dataset.pointer));
  for (const row of rows) row.classList.add("lit");
  if (isSought) rows[0]?.scrollIntoView({ block: "nearest" });
}

async function addFiles(files) {
  const { documents: added, strange } = await documentsIn(files);
  if (strange.length) {
    say(`${strange.join(", ")}: this is not text in UTF-8 or in the set that MSH-18 names, so nothing was added`);
    return;
  }
  const named = state.documents.filter((document) => document.text.trim() && !added.some((other) => other.name === document.name));
  setDocuments([...named, ...added]);
  openDocument(state.documents.length - 1);
  changed();
}

function removeDocument() {
  setDocuments(state.documents.filter((_, place) => place !== state.current));
  openDocument(Math.max(0, state.current - 1));
  changed();
}

export async function beginBench() {
  fill(find("lacks"), Editor.lacks ?? "");
  find("switches").addEventListener("change", (event) => event.target.id !== "example" && changed());
  find("add").addEventListener("click", () => find("file").click());
  find("file").addEventListener("change", (event) => addFiles(event.target.files));
  find("editor").addEventListener("dragover", (event) => event.preventDefault());
  find("editor").addEventListener("drop", (event) => {
    event.preventDefault();
    addFiles(event.dataTransfer.files);
  });
  for (const name of VIEWS) {
    find(`view-${name}`).addEventListener("click", () => {
      state.shown = name;
      showOutput();
    });
  }
  for (const [event, go] of [["mouseover", false], ["focusin", false], ["click", true]]) {
    find("output").addEventListener(event, ({ target }) => {
      const element = target.closest(".element");
      if (element) choose(element.dataset.pointer, go);
    });
  }
  find("remove").addEventListener("click", removeDocument);
  find("download").addEventListener("click", () => state.view?.bundle && save("bundle.json", JSON.stringify(state.view.bundle, null, 2)));
  find("curl").addEventListener("click", copyConversion);
  find("claim-curl").addEventListener("click", copyExplanation);
  await chooseExamples();
}

const names = () => state.documents.map(({ name }) => name);

// The same conversion by the call that everybody has; what it does not take is said.
function copyConversion() {
  const { shared, ...asked } = switches();
  const lacks = [shared && "ADAPTER_SHARED sets Shared there", Object.keys(state.drafts).length && "your changes to maps are not in it"];
  copy(curlWithFiles(withQuery("convert", asked), names()), say, lacks.filter(Boolean));
}

function copyExplanation() {
  const { payer } = switches();
  copy(curlWithFiles(withQuery("rules/explain", payer ? { payer } : {}), names()), say);
}

const withQuery = (path, asked) => (Object.keys(asked).length ? `${path}?${new URLSearchParams(asked)}` : path);

async function chooseExamples() {
  const { examples } = await get("examples");
  find("example").append(...examples.map(({ name, title }) => make("option", { value: name }, title)));
  find("example").addEventListener("change", (event) => {
    const example = examples.find(({ name }) => name === event.target.value);
    setDocuments(example ? example.documents.map((document) => ({ ...document })) : []);
    openDocument(0);
    changed();
  });
  find("example").value = "complete";
  find("example").dispatchEvent(new Event("change"));
}
