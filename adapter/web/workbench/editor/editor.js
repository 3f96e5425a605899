// An editor with highlighting, completion, explanations and comparison; it takes the place of the plain one of the page.

import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { unifiedMergeView } from "@codemirror/merge";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { hl7v2 } from "./hl7v2.js";
import { complete, explain } from "./vocabulary.js";

const LANGUAGES = { json: json(), yaml: yaml(), hl7v2: StreamLanguage.define(hl7v2), text: [] };

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.typeName], color: "var(--accent)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--warning)" },
  { tag: [tags.comment, tags.punctuation, tags.separator, tags.operator], color: "var(--quiet)" },
]);

const looks = EditorView.theme({
  "&": { height: "100%", fontSize: ".85rem", color: "var(--text)", backgroundColor: "var(--panel)" },
  "&.cm-focused": { outline: "none" }, // the frame around it shows the focus
  ".cm-scroller": { fontFamily: "var(--code)", lineHeight: "1.45" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--panel)", border: "0" },
  ".cm-content": { outline: "none" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { backgroundColor: "var(--mark) !important" },
  ".cm-tooltip, .cm-panels": { color: "var(--text)", backgroundColor: "var(--ground)", border: "1px solid var(--edge)" },
  ".cm-tooltip p": { margin: "0", padding: ".2rem .5rem", maxWidth: "40rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--text)", backgroundColor: "var(--mark)" },
  ".cm-completionDetail": { color: "var(--quiet)" },
  ".cm-changedLine, .cm-insertedLine": { backgroundColor: "var(--mark)" },
  ".cm-deletedChunk": { backgroundColor: "var(--ground)", color: "var(--error)" },
  // The library draws problems as images with data: addresses, which the page's policy does not load.
  ".cm-lintRange": { backgroundImage: "none !important" },
  ".cm-lintRange-error": { borderBottom: "2px solid var(--error)" },
  ".cm-lintRange-warning": { borderBottom: "2px solid var(--warning)" },
  ".cm-lint-marker": { content: "normal !important", fontSize: ".7rem" },
  ".cm-lint-marker-error::before": { content: "'●'", color: "var(--error)" },
  ".cm-lint-marker-warning::before": { content: "'▲'", color: "var(--warning)" },
  ".lit": { backgroundColor: "var(--mark)", borderRadius: ".2rem" },
  ".unread": { borderBottom: "2px dotted var(--quiet)" },
});

const setMarks = StateEffect.define();

const marks = StateField.define({
  create: () => Decoration.none,
  update(shown, transaction) {
    const effect = transaction.effects.find((candidate) => candidate.is(setMarks));
    return effect ? effect.value : shown.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const isProblem = ({ name }) => name === "error" || name === "warning";

export class Editor {
  constructor(parent, { label, change, cursor, hover, words }) {
    this.language = new Compartment();
    this.comparison = new Compartment();
    this.spoken = "text";
    this.isSetting = false;
    const tell = EditorView.updateListener.of((update) => {
      if (update.docChanged && !this.isSetting) change(this.text);
      if (update.selectionSet && !update.docChanged) cursor?.(update.state.selection.main.head);
    });
    const spoken = EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off", tabindex: "0" });
    this.extensions = [
      lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), search({ top: true }), lintGutter(),
      keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...searchKeymap]),
      syntaxHighlighting(colours), looks, marks, spoken, tell,
      this.comparison.of([]),
      hover ? hoverTooltip((_view, position) => (hover(position), null), { hoverTime: 100 }) : [],
      words ? [autocompletion({ override: [complete(words)] }), hoverTooltip(explain(words))] : [],
    ];
    // Within a shadow root styles are made as objects, which the page's policy allows; inline styles it does not.
    this.root = parent.attachShadow({ mode: "open" });
    this.view = new EditorView({ root: this.root, parent: this.root, state: this.stateOf("") });
  }

  stateOf(text) {
    return EditorState.create({ doc: text, extensions: [this.extensions, this.language.of(LANGUAGES[this.spoken])] });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  // A text from elsewhere begins a history of its own: undoing does not lead into another document.
  set text(text) {
    this.isSetting = true;
    this.view.setState(this.stateOf(text));
    this.isSetting = false;
  }

  speak(language) {
    if (language === this.spoken) return;
    this.spoken = language;
    this.view.dispatch({ effects: this.language.reconfigure(LANGUAGES[language]) });
  }

  compare(original) {
    const extension = original === null ? [] : unifiedMergeView({ original, mergeControls: false });
    this.view.dispatch({ effects: this.comparison.reconfigure(extension) });
  }

  // Marks are {from, to, name, text}, counted in characters of the text; problems stand in the gutter as well.
  show(shown) {
    const length = this.view.state.doc.length;
    const within = shown.filter(({ from, to }) => from < to && to <= length).sort((one, other) => one.from - other.from || one.to - other.to);
    const decorations = within.filter((mark) => !isProblem(mark)).map(({ from, to, name }) => Decoration.mark({ class: name }).range(from, to));
    const problems = within.filter(isProblem).map(({ from, to, name, text }) => ({ from, to, severity: name, message: text ?? name }));
    this.view.dispatch({ effects: setMarks.of(Decoration.set(decorations)) });
    this.view.dispatch(setDiagnostics(this.view.state, problems));
  }

  select(from, to) {
    this.view.focus();
    this.view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  }
}
