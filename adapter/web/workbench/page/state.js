// What the page holds for all its screens, while it is open.

import { find } from "./dom.js";

const newDocument = () => ({ name: "document.json", text: "" });

export const state = { documents: [newDocument()], current: 0, view: null, before: null, shown: "outline", resource: 0, chosen: null, drafts: {}, payers: [] };

const listeners = [];

// Calls back whenever what is sent to be converted has changed.
export const onChange = (call) => listeners.push(call);

export const changed = () => listeners.forEach((call) => call());

export const say = (text) => {
  find("status").textContent = text;
};

// What is left "as set" is not asked for, and the settings of the service hold.
export function switches() {
  return Object.fromEntries([...new FormData(find("switches"))].filter(([, value]) => value));
}

export function workload(drafts = state.drafts) {
  return { documents: state.documents, options: switches(), drafts, payers: state.payers };
}

export function setDocuments(documents) {
  state.documents = documents.length ? documents : [newDocument()];
}

export function setDraft(path, text) {
  if (text === null) delete state.drafts[path];
  else state.drafts[path] = text;
  changed();
}

export function setPayers(keys) {
  state.payers = keys;
  changed();
}
