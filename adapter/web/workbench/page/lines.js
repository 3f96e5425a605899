// Places in a text, and what kind of text it is.

export function languageOf(text) {
  const start = text.slice(0, 200).trimStart();
  if (/^[\x0b\ufeff]?(?:MSH|FHS|BHS)[^A-Za-z0-9]/.test(start)) return "hl7v2";
  return /^[\ufeff]?[[{]/.test(start) ? "json" : "text";
}

// The service counts lines and columns in characters (code points); the text area counts from 0 in UTF-16 units.
export class Lines {
  constructor(text) {
    this.lines = text.split("\n");
    this.starts = [];
    let start = 0;
    for (const line of this.lines) {
      this.starts.push(start);
      start += line.length + 1;
    }
  }

  offset([line, column]) {
    const text = this.lines[line - 1];
    if (text === undefined) return this.starts.at(-1) ?? 0;
    const units = /[\ud800-\udbff]/.test(text) ? [...text].slice(0, column - 1).join("").length : column - 1;
    return this.starts[line - 1] + Math.min(units, text.length);
  }
}
