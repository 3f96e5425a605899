// Elements are made from text and attributes only: what people send never becomes markup.

export const find = (id) => document.getElementById(id);

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child != null));
}

export const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

export function later(milliseconds, call) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), milliseconds);
  };
}

export function save(name, text) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text])), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

export async function copy(text, say, remarks = []) {
  try {
    await navigator.clipboard.writeText(text);
    say(["copied", ...remarks].join("; "));
  } catch {
    say(text);
  }
}
