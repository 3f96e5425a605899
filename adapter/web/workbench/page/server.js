// The case on the bench, sent to a FHIR server that the settings name, and the server tested by all groups of cases.

import { get, post, wordsOf } from "./api.js";
import { curlWithJson, curlWithTexts } from "./calls.js";
import { copy, counted, fill, find, make, save } from "./dom.js";
import { say, workload } from "./state.js";

let report = null;
let isStopped = false;

export async function openServer() {
  const select = find("shipment").elements.server;
  if (select.options.length) return;
  const { servers } = await get("servers");
  select.append(...servers.map((name) => make("option", {}, name)));
  find("shipment").addEventListener("submit", (event) => {
    event.preventDefault();
    work(event.submitter.value === "test" ? test : send, select.value);
  });
  find("send-curl").addEventListener("click", () => copy(sendingOf(select.value), say));
  find("test-curl").addEventListener("click", () => copy(curlWithJson("workbench/conformance", { server: select.value, group: "capability" }), say, ["each group has a call of its own"]));
  find("trial-stop").addEventListener("click", () => {
    isStopped = true;
  });
  find("trial-download").addEventListener("click", () => save("report.json", JSON.stringify(report, null, 2)));
}

function sendingOf(server) {
  const { documents, options } = workload();
  const body = (texts) => {
    const parts = texts.map((text, place) => `{"name": ${JSON.stringify(documents[place].name)}, "text": ${text}}`);
    return `{"server": ${JSON.stringify(server)}, "options": ${JSON.stringify(options)}, "documents": [${parts.join(", ")}]}`;
  };
  return curlWithTexts("workbench/send", documents.map(({ name }) => name), body);
}

const tell = (text) => {
  find("shipment-outcome").textContent = text;
};

// One thing at a time: what is asked of a server, and what it says, stand together.
async function work(call, server) {
  const buttons = find("shipment").querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  find("trial").hidden = call !== test;
  fill(find("shipment-report"));
  try {
    await call(server);
  } catch (error) {
    tell(wordsOf(error));
  }
  for (const button of buttons) button.disabled = false;
}

const ended = (done, total) => (done < total ? `The test ended after ${done} of ${total} cases.` : null);
const header = (...titles) => make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title)));
const folded = (title, ...parts) => make("details", {}, make("summary", {}, title), ...parts);
const told = (words) => make("td", {}, ...words.map((text) => make("p", {}, text)));

async function send(server) {
  tell(`sending to ${server}; it is read back and validated there …`);
  const delivery = await post("workbench/send", { ...workload(), payers: [], server });
  if (!delivery.sent) {
    tell(["Nothing was sent.", ...delivery.outcome.issue.map((issue) => issue.details?.text), ...delivery.words].join(" "));
    return;
  }
  const verdict = delivery.good ? "The server took all of it and has nothing to object to." : "Look at the rows below.";
  tell([verdict, delivery.validated ? null : "The server has no $validate.", ...delivery.problems].filter(Boolean).join(" "));
  const caption = make("caption", {}, `${counted(delivery.resources.length, "resource")} in ${counted(delivery.requests, "request")}`);
  fill(find("shipment-report"), caption, header("resource", "what was done", "version", "what the server says"), ...delivery.resources.map(sentRow));
}

function sentRow(resource) {
  const remarks = resource.remarks.filter((remark) => remark.verdict === "to-fix").map((remark) => `${remark.severity}: ${remark.says}`);
  const changes = resource.changed.map((change) => `${change.how}: ${change.at}`);
  const words = [...remarks, ...changes, ...resource.skipped, ...resource.words];
  const limits = resource.remarks.filter((remark) => remark.verdict === "server-limit").map((remark) => `${remark.severity}: ${remark.says}`);
  const cell = told(words.length ? words : [resource.good ? "good" : ""]);
  if (limits.length) cell.append(folded(`${counted(limits.length, "remark")} because of a limit of the server`, ...limits.map((text) => make("p", {}, text))));
  return make(
    "tr",
    {},
    make("td", {}, resource.reference ?? ""),
    make("td", {}, resource.action),
    make("td", {}, resource.version ?? ""),
    cell,
  );
}

// Group after group, so that one sees how far it is; the reports of the groups become one.
async function test(server) {
  isStopped = false;
  report = null;
  find("trial-stop").hidden = false;
  find("trial-download").hidden = true;
  const { groups } = await get("workbench/conformance");
  const total = groups.reduce((sum, { cases }) => sum + cases, 0);
  find("trial-progress").max = total;
  find("trial-progress").value = 0;
  try {
    for (const { name, cases } of groups) {
      tell(`testing ${server}: ${name}, ${cases} cases; ${find("trial-progress").value} of ${total} are done …`);
      report = joined(report, await post("workbench/conformance", { server, group: name }));
      find("trial-progress").value += cases;
      showReport(total);
      if (isStopped) break;
    }
    tell(verdictOf(total));
  } catch (error) {
    tell(`${wordsOf(error)} ${ended(report?.cases.length ?? 0, total)}`);
  }
  find("trial-stop").hidden = true;
  find("trial-download").hidden = !report;
}

function joined(before, group) {
  if (!before) return group;
  const counts = { ...before.counts };
  for (const [verdict, number] of Object.entries(group.counts)) counts[verdict] = (counts[verdict] ?? 0) + number;
  const cases = [...before.cases, ...group.cases];
  return { ...before, counts, cases, good: before.good && group.good, leftBehind: [...before.leftBehind, ...group.leftBehind] };
}

function verdictOf(total) {
  const { software, counts, cases, good, leftBehind } = report;
  const words = good ? "No case failed without a known reason." : "Some cases need attention: see the rows below.";
  const left = leftBehind.length ? `Left behind on the server: ${leftBehind.join(", ")}.` : null;
  return [`${software}: ${countsIn(counts)}.`, ended(cases.length, total), words, left].filter(Boolean).join(" ");
}

const countsIn = (counts) => Object.entries(counts).map(([verdict, number]) => `${number} ${verdict}`).join(", ");

function showReport(total) {
  const shown = report.cases.filter(({ verdict }) => verdict !== "pass");
  const caption = make("caption", {}, `${report.cases.length} of ${total} cases; those that did not pass:`);
  fill(find("shipment-report"), caption, header("verdict", "case", "what it shows", "why"), ...shown.map(caseRow));
}

const SEVERITIES = { fail: "error", warn: "warning", "could-not-judge": "error" };

function caseRow({ case: name, title, requirement, verdict, reasons, explained, steps }) {
  const why = [...reasons, ...(explained ? [`${explained.verdict}: ${explained.why}`] : [])];
  const last = steps.at(-1);
  const cell = told(why);
  if (last) cell.append(folded("what was asked and answered", make("pre", { tabindex: "0" }, `${last.curl}\n\n${last.status ?? "no answer"}\n${last.answer}`)));
  return make(
    "tr",
    {},
    make("td", {}, make("span", { class: `severity ${SEVERITIES[verdict] ?? "information"}` }, verdict)),
    make("td", { class: "rule" }, name),
    make("td", { title: requirement }, title),
    cell,
  );
}
