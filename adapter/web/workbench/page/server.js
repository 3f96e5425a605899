// The case on the bench, sent to a FHIR server that the settings name, and what became of each resource there.

import { get, post, Refused } from "./api.js";
import { fill, find, make } from "./dom.js";
import { workload } from "./workbench.js";

export async function openServer() {
  const select = find("shipment").elements.server;
  if (select.options.length) return;
  const { servers } = await get("servers");
  select.append(...servers.map((name) => make("option", {}, name)));
  find("shipment").addEventListener("submit", (event) => {
    event.preventDefault();
    send(select.value);
  });
}

const tell = (text) => {
  find("shipment-outcome").textContent = text;
};

async function send(server) {
  const button = find("shipment").querySelector("button");
  button.disabled = true;
  tell(`sending to ${server}; it is read back and validated there …`);
  try {
    show(await post("workbench/send", { ...workload(), payers: [], server }));
  } catch (error) {
    tell(error instanceof Refused ? error.message : "the service does not answer");
  }
  button.disabled = false;
}

function show(report) {
  if (!report.sent) {
    tell(["Nothing was sent.", ...report.outcome.issue.map((issue) => issue.details?.text), ...report.words].join(" "));
    return;
  }
  const verdict = report.good ? "The server took all of it and has nothing to object to." : "Look at the rows below.";
  tell([verdict, report.validated ? null : "The server has no $validate.", ...report.problems].filter(Boolean).join(" "));
  const header = make("tr", {}, ...["resource", "what was done", "version", "what the server says"].map((title) => make("th", { scope: "col" }, title)));
  fill(find("shipment-resources"), make("caption", {}, `${report.resources.length} resources in ${report.requests} requests`), header, ...report.resources.map(row));
}

function row(resource) {
  const remarks = resource.remarks.filter((remark) => remark.verdict !== "expected").map((remark) => `${remark.severity}: ${remark.says} (${remark.verdict})`);
  const changes = resource.changed.map((change) => `${change.how}: ${change.at}`);
  const words = [...remarks, ...changes, ...resource.skipped, ...resource.words];
  return make(
    "tr",
    {},
    make("td", {}, resource.reference ?? ""),
    make("td", {}, resource.action),
    make("td", {}, resource.version ?? ""),
    make("td", {}, ...(words.length ? words.map((text) => make("p", {}, text)) : [resource.good ? "good" : ""])),
  );
}
