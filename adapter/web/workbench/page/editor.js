// A text area with marks: the text is drawn a second time behind it, and only the marks of that drawing are seen.
// The service gives ../bundle/editor.js in its place where that was made (`make editor`): the same class with more in it.

import { fill, later, make } from "./dom.js";

export class Editor {
  static lacks = "Highlighting, completion and comparison are missing: the editor was not bundled (install Node, then `make editor`).";

  constructor(parent, { label, change, cursor, hover }) {
    this.behind = make("pre", { "aria-hidden": "true" });
    this.area = make("textarea", { "aria-label": label, spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
    this.area.addEventListener("input", () => {
      this.marks = [];
      this.draw();
      change(this.area.value);
    });
    this.area.addEventListener("scroll", () => this.follow());
    const tell = later(50, () => cursor?.(this.area.selectionStart));
    for (const event of ["keyup", "click", "focus"]) this.area.addEventListener(event, tell);
    const point = later(50, (x, y) => hover?.(document.caretPositionFromPoint?.(x, y)?.offset ?? -1));
    this.area.addEventListener("mousemove", (event) => point(event.clientX, event.clientY));
    this.marks = [];
    fill(parent, this.behind, this.area);
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
    this.marks = [];
    this.draw();
    this.follow();
  }

  // What only the bundled editor can do.
  speak() {}

  compare() {}

  follow() {
    this.behind.scrollTop = this.area.scrollTop;
    this.behind.scrollLeft = this.area.scrollLeft;
  }

  // Marks are {from, to, name}, counted in characters of the text; where two overlap, the first is seen.
  show(marks) {
    this.marks = marks;
    this.draw();
  }

  draw() {
    const text = this.area.value;
    const parts = [];
    let end = 0;
    for (const mark of [...this.marks].sort((one, other) => one.from - other.from)) {
      if (mark.from < end || mark.to <= mark.from) continue;
      parts.push(text.slice(end, mark.from));
      parts.push(make(mark.name === "lit" ? "mark" : "span", { class: mark.name }, text.slice(mark.from, mark.to)));
      end = mark.to;
    }
    parts.push(text.slice(end), "\n");
    fill(this.behind, ...parts);
  }

  select(from, to) {
    this.area.focus();
    this.area.setSelectionRange(from, to);
    const line = this.area.value.slice(0, from).split("\n").length;
    const height = parseFloat(getComputedStyle(this.area).lineHeight);
    this.area.scrollTop = Math.max(0, (line - 4) * height);
    this.follow();
  }
}
