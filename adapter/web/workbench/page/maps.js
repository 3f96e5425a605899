// Maps as they are being written: mistakes as you type, and what would change, before anything is saved.

import { get, post, put, wordsOf } from "./api.js";
import { curlWithTexts } from "./calls.js";
import { copy, fill, find, later, make, save } from "./dom.js";
import { Editor } from "./editor.js";
import { Lines } from "./lines.js";
import { difference, differenceList } from "./outline.js";
import { say, setDraft, state, workload } from "./state.js";

let editor = null;
let open = null;
let words = null;
let learnt = null;

export async function openMaps() {
  if (editor) return;
  editor = new Editor(find("map-editor"), { label: "Mapping file", change: later(300, check), words: () => words });
  editor.speak("yaml");
  const { maps, saving } = await get("maps");
  const folders = [...new Set(maps.map(({ path }) => folderOf(path)))];
  fill(find("map-list"), ...folders.map((folder, place) => branch(folder, maps.filter(({ path }) => folderOf(path) === folder), place === 0)));
  find("map-save").hidden = !saving;
  find("map-save").addEventListener("click", saveMap);
  find("map-compare").hidden = Boolean(Editor.lacks);
  find("map-compare").addEventListener("click", () => compare(find("map-compare").getAttribute("aria-pressed") !== "true"));
  find("map-reset").addEventListener("click", () => open && openMap(open.path, true));
  find("map-download").addEventListener("click", () => open && save(nameOf(open.path), editor.text));
  find("map-curl").addEventListener("click", () => open && copyCheck(open.path));
  find("map-try").addEventListener("click", tryExamples);
}

const folderOf = (path) => path.slice(0, path.lastIndexOf("/"));
const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);
const callOf = (path) => `maps/${folderOf(path).replace("/", "-")}/${nameOf(path)}`;

function branch(folder, maps, open) {
  const leaf = ({ path, owner, roles }) =>
    make("li", {}, make("button", { type: "button", class: "link", "aria-label": path, onclick: () => openMap(path) }, nameOf(path)), " ", make("span", { class: "badge" }, [owner, ...roles].join(", ")));
  return make("details", { open }, make("summary", {}, folder), make("ul", {}, ...maps.map(leaf)));
}

// What can be written in a file follows from what its first map makes, and of what, or from the map that it extends.
async function learn() {
  const isMap = /^(?:fhir|sources)\//.test(open.path);
  const said = ["extends", "target", "source"].map((key) => [key, new RegExp(`^${key}: *(\\S+)`, "m").exec(editor.text)?.[1]]);
  const query = isMap ? String(new URLSearchParams(said.filter(([, value]) => value))) : null;
  if (query === learnt) return;
  learnt = query;
  try {
    words = isMap ? await get(`maps/words?${query}`) : null;
  } catch {
    words = null;
  }
}

// What is wrong with the file, asked by its name on the disk.
function copyCheck(path) {
  copy(curlWithTexts("maps/check", [nameOf(path)], ([text]) => `{"drafts": {${JSON.stringify(path)}: ${text}}}`), say);
}

function compare(isOn) {
  if (!open) return;
  find("map-compare").setAttribute("aria-pressed", String(isOn));
  editor.compare(isOn ? open.text : null);
}

async function saveMap() {
  if (!open) return;
  try {
    const { file, takesEffect } = await put(callOf(open.path), { text: editor.text });
    say(`saved as ${file}; it takes effect ${takesEffect}`);
    open.text = editor.text;
  } catch (error) {
    say(wordsOf(error));
  }
}

async function openMap(path, anew = false) {
  const { text } = await get(callOf(path));
  open = { path, text };
  find("map-path").textContent = path;
  if (anew) setDraft(path, null);
  editor.text = state.drafts[path] ?? text;
  compare(false);
  check();
}

async function check() {
  if (!open) return;
  learn();
  const { path, text } = open;
  const drafts = { ...state.drafts };
  if (editor.text === text) delete drafts[path];
  else drafts[path] = editor.text;
  try {
    const { problems } = await post("maps/check", { drafts });
    showProblems(problems);
    if (problems.length) {
      fill(find("map-change"), make("p", {}, "Nothing, as long as there are mistakes."));
      return;
    }
    setDraft(path, drafts[path] ?? null);
    await showChange(drafts);
  } catch (error) {
    say(wordsOf(error));
  }
}

function showProblems(problems) {
  const lines = new Lines(editor.text);
  const own = problems.filter((problem) => problem.path?.endsWith(open.path) && problem.line);
  editor.show(own.map((problem) => ({ from: lines.offset([problem.line, problem.column]), to: lines.offset([problem.line + 1, 1]) - 1 || editor.text.length, name: "error", text: problem.text })));
  fill(
    find("map-problems"),
    ...problems.map((problem) =>
      make("li", {}, make("button", { type: "button", class: "link", onclick: () => goTo(problem) }, `${problem.path ?? ""}:${problem.line ?? ""}:${problem.column ?? ""}`), ` ${problem.text} `, problem.suggestion ? make("em", {}, problem.suggestion) : null),
    ),
  );
}

function goTo({ line, column }) {
  if (!line) return;
  const lines = new Lines(editor.text);
  editor.select(lines.offset([line, column]), lines.offset([line, column]));
}

async function showChange(drafts) {
  const [before, after] = await Promise.all([post("workbench/convert", workload({})), post("workbench/convert", workload(drafts))]);
  fill(find("map-change"), make("p", {}, "In the case on the bench:"), ...differenceList(difference(before.bundle, after.bundle)));
}

async function tryExamples() {
  if (!open) return;
  const { examples } = await get("examples");
  const rows = [];
  for (const [number, { title, documents }] of examples.entries()) {
    say(`example ${number + 1} of ${examples.length}`);
    const asked = { ...workload(), documents };
    const [before, after] = await Promise.all([post("workbench/convert", { ...asked, drafts: {} }), post("workbench/convert", asked)]);
    const changed = difference(before.bundle, after.bundle);
    if (changed.length) rows.push(make("details", {}, make("summary", {}, `${title}: ${changed.length} values`), ...differenceList(changed)));
  }
  say("");
  fill(find("map-change"), make("p", {}, `In ${rows.length} of ${examples.length} examples:`), ...rows);
}
