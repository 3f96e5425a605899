// Maps as they are being written: mistakes as you type, and what would change, before anything is saved.

import { get, post, Refused } from "./api.js";
import { fill, find, later, make, save } from "./dom.js";
import { Editor, Lines } from "./editor.js";
import { difference, differenceList } from "./outline.js";
import { current, say, setDraft, workload } from "./workbench.js";

let editor = null;
let open = null;

export async function openMaps() {
  if (editor) return;
  editor = new Editor(find("map-editor"), { label: "Mapping file", change: later(300, check) });
  const { maps } = await get("maps");
  const items = maps.map(({ path, owner, roles }) =>
    make("li", {}, make("button", { type: "button", class: "link", onclick: () => openMap(path) }, path), " ", make("span", { class: "badge" }, [owner, ...roles].join(", "))),
  );
  fill(find("map-list"), ...items);
  find("map-reset").addEventListener("click", () => open && openMap(open.path, true));
  find("map-download").addEventListener("click", () => open && save(open.path.split("/").at(-1), editor.text));
  find("map-try").addEventListener("click", tryExamples);
}

async function openMap(path, anew = false) {
  const folder = path.slice(0, path.lastIndexOf("/")).replace("/", "-");
  const name = path.slice(path.lastIndexOf("/") + 1);
  const { text } = await get(`maps/${folder}/${name}`);
  open = { path, text };
  find("map-path").textContent = path;
  if (anew) setDraft(path, null);
  editor.text = current().drafts[path] ?? text;
  check();
}

async function check() {
  if (!open) return;
  const { path, text } = open;
  const drafts = { ...current().drafts };
  if (editor.text === text) delete drafts[path];
  else drafts[path] = editor.text;
  try {
    const { problems } = await post("maps/check", { drafts });
    showProblems(problems);
    if (problems.length) return;
    setDraft(path, drafts[path] ?? null);
    await showChange(drafts);
  } catch (error) {
    say(error instanceof Refused ? error.message : "the service does not answer; what you typed is still here");
  }
}

function showProblems(problems) {
  const lines = new Lines(editor.text);
  const own = problems.filter((problem) => problem.path?.endsWith(open.path) && problem.line);
  editor.show(own.map(({ line, column }) => ({ from: lines.offset([line, column]), to: lines.offset([line + 1, 1]) - 1 || editor.text.length, name: "error" })));
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
