// The claim as a biller knows it: boxes with chips, what a payer will object to, two payers side by side, the orders.

import { get } from "./api.js";
import { fill, find, make } from "./dom.js";

export function showClaim(view, goTo) {
  showSheet(view);
  showRules(view, goTo);
  showModifiers(view);
  showOrders(view);
  fill(find("compared"), ...view.payers.map((payer) => comparison(payer, view.payers)));
}

function showSheet({ sheet, issues }) {
  fill(find("sheet-head"), ...(sheet?.head ?? ["No claim: the case bills nothing."]).map((line) => make("p", {}, line)));
  const header = make("tr", {}, ...["line", "box", "what", "value", "837P"].map((title) => make("th", { scope: "col" }, title)));
  const rows = (sheet?.entries ?? []).map((entry) =>
    make(
      "tr",
      {},
      make("td", {}, entry.line == null ? "" : String(entry.line)),
      make("td", {}, entry.box),
      make("td", {}, entry.label),
      make("td", {}, entry.value ?? make("span", { class: "badge" }, "not sent"), ...chips(entry.field, issues)),
      make("td", {}, make("span", { class: "rule" }, entry.segment)),
    ),
  );
  fill(find("sheet"), find("sheet").caption, header, ...rows);
}

function chips(field, issues) {
  return issues
    .filter((issue) => issue.severity !== "information" && issue.field === field)
    .map((issue) => make("span", { class: `chip severity ${issue.severity}`, title: issue.text }, issue.rule));
}

function showRules({ rules, issues }, goTo) {
  const all = rules?.rules ?? [];
  const fired = all.filter((rule) => rule.outcome === "fired");
  const passed = all.filter((rule) => rule.outcome === "passed");
  const idle = all.filter((rule) => rule.outcome !== "fired" && rule.outcome !== "passed");
  fill(find("fired"), ...(fired.length ? fired.map((rule) => firedItem(rule, issues, goTo)) : [make("li", {}, "Nothing.")]));
  for (const [name, list, words] of [["passed", passed, "rules passed"], ["idle", idle, "rules do not apply"]]) {
    find(`${name}-title`).textContent = `${list.length} ${words}`;
    fill(find(name), ...list.map((rule) => make("li", {}, make("span", { class: "rule" }, rule.id), ` ${rule.title}`, rule.why ? `: ${rule.why}` : "")));
  }
}

function firedItem(rule, issues, goTo) {
  const own = issues.filter((issue) => issue.rule === rule.id);
  const parts = own.map((issue) =>
    make("p", {}, make("span", { class: `severity ${issue.severity}` }, issue.severity), ` ${issue.text} `, issue.suggestion ? make("em", {}, issue.suggestion) : null, issue.source ? make("span", { class: "badge" }, ` ${issue.source} `) : null, ...places(issue, goTo)),
  );
  return make("li", {}, make("span", { class: "rule" }, rule.id), ` ${rule.title}`, ...parts);
}

function places(issue, goTo) {
  return issue.places.filter((place) => place.document).slice(0, 1).map((place) => make("button", { type: "button", class: "link", onclick: () => goTo(place) }, `go to ${issue.field ?? place.position}`));
}

function showModifiers({ rules }) {
  const all = rules?.suggestedModifiers ?? [];
  const [shown, others] = [all.filter(({ defensible, sent }) => defensible || sent), all.filter(({ defensible, sent }) => !defensible && !sent)];
  fill(find("modifiers"), ...(shown.length ? shown.map(modifierItem) : [make("li", {}, "The facts defend none, and none was sent.")]));
  find("undefended-title").textContent = `${others.length} modifiers that the facts do not defend`;
  fill(find("undefended"), ...others.map(modifierItem));
}

function modifierItem({ modifier, defensible, sent, why }) {
  const verdict = defensible ? "defensible" : "not defensible";
  return make("li", {}, make("strong", {}, modifier), ` ${verdict}, ${sent ? "sent" : "not sent"}: ${why}`);
}

function showOrders({ orders }) {
  const cards = orders?.cards ?? [];
  fill(find("orders"), ...cards.flatMap((card) => [make("p", {}, card.summary), ...card.detail.split("\n").map((line) => make("p", { class: "badge" }, line))]));
}

export async function offerPayers(choosePayers) {
  const { payers } = await get("payers");
  for (const select of document.querySelectorAll("select.of-payers")) {
    select.append(...payers.map(({ key, name }) => make("option", { value: key }, name)));
  }
  find("payers").addEventListener("change", () => choosePayers([...new Set([...new FormData(find("payers")).values()])].filter(Boolean)));
}

function comparison(payer, all) {
  const others = all.filter((other) => other !== payer).flatMap((other) => other.issues.map(told));
  const items = payer.issues
    .filter((issue) => issue.severity !== "information")
    .map((issue) =>
      make("li", {}, make("span", { class: `severity ${issue.severity}` }, issue.severity), ` ${issue.rule} ${issue.text}`, others.includes(told(issue)) || all.length < 2 ? null : make("span", { class: "chip" }, "only here")),
    );
  return make("div", { class: "side" }, make("h4", {}, payer.name), make("p", {}, `claim: ${payer.claim ?? "none"}`), make("ul", {}, ...(items.length ? items : [make("li", {}, "Nothing to object.")])));
}

const told = (issue) => `${issue.severity} ${issue.rule} ${issue.field}`;
