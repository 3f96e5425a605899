// Calls of the service. A refusal becomes an error that holds its issues.

class Refused extends Error {
  constructor(outcome, status) {
    const issues = outcome?.issue ?? [];
    super(issues.map((issue) => issue.details?.text ?? "").join(" ") || `the service answered ${status}`);
    this.issues = issues;
  }
}

// What to say where a call failed.
export const wordsOf = (error) => (error instanceof Refused ? error.message : "the service does not answer; what you typed is still here");

// Decimals keep the digits they were sent with.
function decimal(_key, value, context) {
  const isChanged = typeof value === "number" && context?.source && context.source !== String(value);
  return isChanged && JSON.rawJSON ? JSON.rawJSON(context.source) : value;
}

// Numbers that could lose digits: zeros at the end, exponents, more than 15 digits. Few answers have one, and looking at each value takes time.
const DELICATE = /[:,[]-?(?:\d+\.\d*0|\d+(?:\.\d+)?[eE][-+]?\d+|(?=[\d.]{16})\d+(?:\.\d+)?)[,}\]]/;

function parsed(text) {
  try {
    return DELICATE.test(text) ? JSON.parse(text, decimal) : JSON.parse(text);
  } catch {
    return null;
  }
}

async function answered(response, read = parsed) {
  const text = await response.text();
  if (!response.ok) throw new Refused(parsed(text), response.status);
  return read(text);
}

export const get = async (path) => answered(await fetch(path, { headers: { Accept: "application/json" } }));

export const getFhir = async (path) => answered(await fetch(path, { headers: { Accept: "application/fhir+json" } }));

const send = (method, accept = "application/json", read) => async (path, body, signal) =>
  answered(
    await fetch(path, { method, headers: { "Content-Type": "application/json", Accept: accept }, body: JSON.stringify(body), signal }),
    read,
  );

export const post = send("POST");

export const put = send("PUT");

// A drawing of ours, as an element of the page.
export const draw = send("POST", "image/svg+xml", (text) =>
  document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true),
);
