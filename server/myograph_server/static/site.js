// What makes the pages quicker to use. All of them work without it.
"use strict";

const html = { headers: { Accept: "text/html" } };

function made(tag, given = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

// ---- Search as you type: a combobox with a listbox in groups,
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/. Without this the form answers with a page.
function searches(form) {
  const field = form.querySelector("input[name=q]");
  const list = form.querySelector(".found");
  const told = form.querySelector("[role=status]");
  let asked = 0;
  let waiting = 0;
  let chosen = -1;
  const options = () => [...list.querySelectorAll("[role=option]")];

  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-expanded": "false", "aria-controls": list.id,
    "aria-autocomplete": "list", "aria-haspopup": "listbox",
  })) field.setAttribute(name, value);

  function show(open) {
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
    if (!open) choose(-1);
  }

  function choose(place) {
    chosen = place;
    options().forEach((option, number) => option.setAttribute("aria-selected", String(number === place)));
    if (place < 0) { field.removeAttribute("aria-activedescendant"); return; }
    const option = options()[place];
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function fill(results) {
    const groups = new Map();
    for (const result of results) {
      if (!groups.has(result.group)) groups.set(result.group, []);
      groups.get(result.group).push(result);
    }
    let number = 0;
    list.replaceChildren(...[...groups].map(([name, found], place) => {
      const heading = made("div", { class: "group", id: `${list.id}-g${place}` }, name);
      const links = found.map((result) => {
        const link = made("a", {
          role: "option", id: `${list.id}-${number++}`, href: result.path, tabindex: "-1", "aria-selected": "false",
        }, result.label);
        if (result.name.toLowerCase() !== result.label.toLowerCase()) link.append(" ", made("small", {}, result.name));
        return link;
      });
      return made("div", { role: "group", "aria-labelledby": heading.id }, heading, ...links);
    }));
    show(results.length > 0);
    told.textContent = results.length ? `${results.length} found, use the arrow keys` : "Nothing found";
  }

  async function look() {
    const text = field.value.trim();
    const mine = ++asked;
    if (text.length < 2) { show(false); told.textContent = ""; return; }
    try {
      const answer = await fetch(`${form.action}?q=${encodeURIComponent(text)}&limit=12`,
        { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const { results } = await answer.json();
      if (mine === asked) fill(results);
    } catch { /* Offline: the form itself still works. */ }
  }

  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });
  field.addEventListener("keydown", (event) => {
    const last = options().length - 1;
    const open = !list.hidden;
    if (event.key === "ArrowDown" && !open && last >= 0) { show(true); choose(0); }
    else if (event.key === "ArrowDown" && open) choose(chosen >= last ? 0 : chosen + 1);
    else if (event.key === "ArrowUp" && open) choose(chosen <= 0 ? last : chosen - 1);
    else if (event.key === "Escape" && open) show(false);
    else if (event.key === "Enter" && open && chosen >= 0) options()[chosen].click();
    else return;
    event.preventDefault();
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) show(false); });
}

// ---- "why?" opens the explanation where it stands.
async function explain(link) {
  const place = link.closest("dd, td, p, li") ?? link.parentElement;
  const open = link.because;
  if (open) { open.remove(); link.because = null; link.setAttribute("aria-expanded", "false"); return; }
  link.setAttribute("aria-expanded", "true");
  const box = made("div", { class: "because", role: "region", tabindex: "-1", "aria-label": "Why?", "aria-busy": "true" },
    made("p", {}, "Looking for the reason …"));
  link.because = box;
  place.append(box);
  try {
    const answer = await fetch(link.href, html);
    // Of another version of the graph it would not fit this page: it has one of its own.
    const shown = document.querySelector("[data-graph]")?.dataset.graph;
    if (shown && answer.headers.get("Graph-Version") !== shown) { location.assign(link.href); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const proof = page.querySelector("#because");
    if (!proof) throw new Error("no proof");
    box.replaceChildren(...proof.children, made("p", {}, made("a", { href: link.href }, "On a page of its own")));
  } catch {
    box.replaceChildren(made("p", {}, "The reason could not be fetched. ", made("a", { href: link.href }, "Open its page")));
  }
  box.removeAttribute("aria-busy");
  box.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.classList.contains("why")) { event.preventDefault(); explain(link); }
  else if (link.dataset.copy && navigator.clipboard) {
    event.preventDefault();
    navigator.clipboard.writeText(link.dataset.copy).then(
      () => { const text = link.textContent; link.textContent = "Copied"; setTimeout(() => { link.textContent = text; }, 1500); },
      () => { location.assign(link.href); });
  }
});
document.addEventListener("keydown", (event) => {
  const box = event.key === "Escape" && event.target.closest?.(".because");
  if (!box) return;
  const link = [...document.querySelectorAll("a.why")].find((one) => one.because === box);
  if (link) { explain(link); link.focus(); }
});

// ---- Tables sort by a click on a heading.
function sorts(table) {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 3) return;
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    if (!heading.textContent.trim() || heading.tagName !== "TH") return;
    const button = made("button", { type: "button" }, ...heading.childNodes);
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((one) => one.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.cells[column].textContent.trim();
      const order = new Intl.Collator("en", { numeric: true }).compare;
      // What is empty stays below, whichever way.
      const rows = [...body.rows].sort((a, b) => {
        const [one, other] = [key(a), key(b)];
        if (!one || !other) return (one ? 0 : 1) - (other ? 0 : 1);
        return down ? order(other, one) : order(one, other);
      });
      body.append(...rows);
    });
  });
}

document.querySelectorAll("form.search").forEach(searches);
document.querySelectorAll("table.sorts").forEach(sorts);
