// The query page: answers without a new page, Cancel, and the editor with our names. Without it
// the form asks, and the server answers with a page.
"use strict";

// `made`, `sorts` and `html` are in site.js.

const form = document.getElementById("asking");
const field = document.getElementById("query");
const result = document.getElementById("result");
const cancel = document.getElementById("cancel");
let running = null;
let editor = null;

const tell = (...text) => result.replaceChildren(made("p", { role: "status", class: "soft" }, ...text));

async function run() {
  if (editor) field.value = editor.getValue();
  running?.abort();
  const mine = running = new AbortController();
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  const clock = setInterval(() => tell(`Running … ${seconds()} s`), 200);
  const address = `${form.action}?${new URLSearchParams({ query: field.value })}`;
  cancel.hidden = false;
  try {
    const answer = await fetch(address, { ...html, signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    clearInterval(clock);
    const found = page.getElementById("result") ?? page.querySelector("main");
    result.replaceChildren(...found.childNodes);
    result.querySelectorAll("table.sorts").forEach(sorts);
    if (address !== location.href) history.pushState(null, "", address);
  } catch (error) {
    clearInterval(clock);
    if (mine !== running) return;
    // Closing the connection is what tells the server to stop the query.
    if (mine.signal.aborted) tell(`Cancelled after ${seconds()} s. The query was stopped.`);
    else tell("The server cannot be reached: ", String(error.message));
  } finally {
    clearInterval(clock);
    if (mine === running) { running = null; cancel.hidden = true; }
  }
}

form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
cancel.addEventListener("click", () => { running?.abort(); (editor ?? field).focus(); });
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    event.stopPropagation();
    run();
  }
}, true);
window.addEventListener("popstate", () => location.reload());

// ---- Completion of our names. A query need not declare our prefixes, so names stay compact.
let names = null;
const load = async () => (names ??= await (await fetch(form.dataset.names)).json());
const MOST = 60;

function kinds(yasqe, token) {
  const before = yasqe.getPreviousNonWsToken(yasqe.getDoc().getCursor().line, token)?.string ?? "";
  if (before === "a" || before === "rdf:type") return ["class"];
  return token.state?.possibleCurrent?.includes?.("a") ? ["property"] : ["record", "class", "property"];
}

const completer = {
  name: "myograph",
  bulk: false,
  autoShow: true,
  isValidCompletionPosition(yasqe) {
    const { string, type } = yasqe.getCompleteToken();
    return type !== "comment" && !/string/.test(type ?? "") && (/^[a-z]*:/.test(string) || /^\w{3,}$/.test(string) && type !== "keyword");
  },
  preProcessToken: (_yasqe, token) => ({ ...token, autocompletionString: token.string }),
  async get(yasqe, token) {
    const known = await load();
    const text = (token?.string ?? "").toLowerCase();
    const prefixes = text.includes(":") ? [] : Object.keys(known.prefixes).map((name) => `${name}:`).filter((name) => name.startsWith(text));
    const all = kinds(yasqe, token).flatMap((kind) => known[kind]);
    const starting = all.filter(([name]) => name.toLowerCase().startsWith(text));
    // What does not begin so may still be called so: "calf" finds exercise:standing-calf-raise.
    const local = text.replace(/^[a-z]+:/, "");
    const prefix = text.slice(0, text.length - local.length);
    const within = local.length < 3 ? [] : all.filter(([name, label]) =>
      name.startsWith(prefix) && !name.toLowerCase().startsWith(text) && `${name} ${label}`.toLowerCase().includes(local));
    return [...prefixes, ...starting.map(([name]) => name), ...within.map(([name]) => name)].slice(0, MOST);
  },
  postProcessSuggestion: (_yasqe, _token, name) => name,
  postprocessHints(_yasqe, hints) {
    const labels = new Map(["class", "property", "record"].flatMap((kind) => names?.[kind] ?? []));
    return hints.map((hint) => ({ ...hint, displayText: labels.has(hint.text) ? `${hint.text}   ${labels.get(hint.text)}` : hint.text }));
  },
};

function edit(Yasqe) {
  const place = made("div", { class: "editing" });
  field.before(place);
  Yasqe.registerAutocompleter(completer, false);
  // The engine knows our prefixes, so the editor must not call them undefined.
  const prefixes = JSON.parse(form.dataset.prefixes);
  Yasqe.defineMode("sparql-with-prefixes", (options) => {
    const mode = Yasqe.getMode(options, "sparql11");
    const start = mode.startState;
    mode.startState = (...given) => {
      const state = start(...given);
      state.prefixes = { ...prefixes, ...state.prefixes };
      return state;
    };
    return mode;
  });
  editor = new Yasqe(place, {
    value: field.value,
    mode: "sparql-with-prefixes",
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    collapsePrefixesOnLoad: false,
    autocompleters: ["variables", "myograph"],
    screenReaderLabel: "Query",
    viewportMargin: Infinity,
    lineWrapping: true,
  });
  // Tab moves on, as on any page; otherwise the keyboard would be caught here.
  editor.addKeyMap({ Tab: false, "Shift-Tab": false });
  field.hidden = true;
  document.querySelector("label[for=query]").addEventListener("click", () => editor.focus());
  document.getElementById("keys").hidden = false;
  load();
}

if (window.Yasqe) edit(window.Yasqe);
